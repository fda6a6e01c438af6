"""Verbs about the work itself, and what people press and type on what is there already."""
