"""Tests mirror bot/; journeys and attacks go through the playground, over Slack's own protocols."""
