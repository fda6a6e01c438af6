"""From what was typed to what is there, what is planned, and who must say yes."""
