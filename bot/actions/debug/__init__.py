"""Layer 3: helpers beside a target, and changes that are undone."""
