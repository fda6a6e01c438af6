"""What policy, or people, have allowed: on its engine, into its thread, and how that is told."""
