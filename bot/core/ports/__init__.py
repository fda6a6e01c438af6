"""What the journey needs of the world: engines, Slack, state. Protocols, and the values that they speak of."""
