"""`cdebug-playground [--port N] [--request-url URL]`: serve the workspace until it is interrupted."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from aiohttp import web

from playground.server import APP_TOKEN, BOT_TOKEN, SIGNING_SECRET, Options, build


def main() -> None:
    """Read the words and serve."""
    parser = argparse.ArgumentParser(prog="cdebug-playground", description="A Slack workspace on your own machine.")
    parser.add_argument("--port", type=int, default=4780)
    parser.add_argument("--request-url", default="", help="deliver by signed HTTP there, instead of Socket Mode")
    parser.add_argument("--completions", type=Path, help='JSON: [{"verb": …, "summary": …}], offered by the composer')
    words = parser.parse_args()
    base = f"http://127.0.0.1:{words.port}"
    print(f"the page: {base}/", flush=True)
    print(f"SLACK_API_URL={base}/api/ SLACK_BOT_TOKEN={BOT_TOKEN}", flush=True)
    print(f"SLACK_APP_TOKEN={APP_TOKEN} or SLACK_SIGNING_SECRET={SIGNING_SECRET}", flush=True)
    completions = json.loads(words.completions.read_text()) if words.completions else []
    options = Options(words.port, request_url=words.request_url, completions=completions)
    web.run_app(build(options), host=options.host, port=options.port, print=None, shutdown_timeout=0.5, access_log=None)


if __name__ == "__main__":
    main()
