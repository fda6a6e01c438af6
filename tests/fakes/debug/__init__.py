"""Invented verbs of the layer that changes things."""
