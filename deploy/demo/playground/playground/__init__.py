"""A Slack workspace on your own machine: Web API, Socket Mode, signed HTTP, and a page to type in.

It speaks Slack's protocols closely enough that slack_sdk and slack_bolt run unmodified, and refuses
what Slack refuses. It stores nothing.
"""
