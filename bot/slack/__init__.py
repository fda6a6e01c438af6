"""Slack: what comes in becomes a Request, views become messages. The only importer of slack_bolt and slack_sdk.

Not here: decisions. A listener records, acknowledges and hands over; a limit of Slack's stands in `blocks`.
"""
