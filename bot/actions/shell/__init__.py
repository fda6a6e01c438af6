"""Verbs that reach inside a container: its processes, its files."""
