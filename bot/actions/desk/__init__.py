"""Verbs about the work itself: they touch no engine and return an effect that the pipeline performs."""
