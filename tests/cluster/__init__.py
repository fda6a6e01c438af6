"""A real cluster with the shop in it, and a bot that may do there what its manifest grants and nothing more."""
