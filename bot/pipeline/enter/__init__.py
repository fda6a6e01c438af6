"""The first steps: who may speak to the bot, what they may press, and what they read where it refuses."""
