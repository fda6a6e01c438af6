"""cdebug: a Slack bot with which a team debugs containers together, in a thread."""
