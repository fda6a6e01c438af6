"""Layer 1: reads. Nothing here changes a container, runs in it, or slows it down."""
