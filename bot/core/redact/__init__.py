"""Secrets leave nothing but the word [redacted], before anything is kept, filed or shown.

`names` knows which names are secret, `pairs` finds the value after such a name (`unquoted`: how far it goes), `shapes`
the tokens that show what they are by themselves, `keys` and `spread` what goes over several lines; `stream` puts them in
order for a stream, `tree` reads an engine's JSON. All patterns run on RE2.
"""

from bot.core.redact.names import is_secret_header
from bot.core.redact.redactor import HIDDEN, Redactor
from bot.core.redact.stream import Scrubber
from bot.core.redact.tree import hide_settings

__all__ = ["HIDDEN", "Redactor", "Scrubber", "hide_settings", "is_secret_header"]
