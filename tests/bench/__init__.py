"""How fast, as ratios beside a peer in one run: numbers with their machine, no pass and no fail."""
