"""An engine's values as text that people read: YAML, with texts of several lines as blocks, or JSON."""

from __future__ import annotations

import json
from typing import Any

import yaml


class _Dumper(yaml.SafeDumper):
    """Writes as kubectl does."""


def _text(dumper: _Dumper, text: str) -> yaml.ScalarNode:
    """PyYAML takes quotes all the same where a block can't hold it, as with spaces at a line's end."""
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _text)


def show(value: Any, form: str = "json") -> str:
    """A scalar as it is, anything else as YAML or indented JSON."""
    if isinstance(value, str):
        return value
    if form == "yaml" and isinstance(value, dict | list):
        return str(yaml.dump(value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120)).removesuffix("\n")
    return json.dumps(value, indent=2, ensure_ascii=False)
