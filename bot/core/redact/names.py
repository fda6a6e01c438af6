"""Which names are a secret's: `DB_PASSWORD`, `spring.datasource.password`, `apiKey`, `X-Auth-Token`.

A name is read as its words. What its last word says counts: `secretName` names a secret and holds none, and
`max_tokens` counts something. A name that is only half a secret's (`passwords`, `TOKEN_FOR_BOB`) hides what looks
random, and nothing else.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

from bot.core.pattern import compiled

Rank = Literal["", "weak", "bare", "secret", "header"]

# What a block must hold for anybody to look closer; in lower case.
HINTS = (
    "passw|passphrase|passcode|_pass|pass[\"'\\\\ ]*[=:]|pwd|secret|token|credential|api[_. -]?key|[a-z][_-]key|accesskey"
    "|privatekey|signingkey|accountkey|masterkey|encryptionkey|secretkey|sharedkey|authkey|appkey|storagekey|licensekey"
    "|cookie|authorization|csrf|xsrf|x-[a-z-]*(?:auth|session|key)|curl|[a-z]key[\"'\\\\]*[ ]?[=:]|auth[\"']?[=:]|_pw[=:]|amz-signature"
    "|requirepass|masterauth|rootpw|[a-z]pass[ =:]"
)
_SECRET = frozenset({
    "password", "passwd", "passphrase", "passcode", "pass", "pwd", "secret", "token", "credential", "credentials",
    "apikey", "csrf", "xsrf",
})  # fmt: skip
_ENDINGS = ("password", "passwd", "passphrase", "secret", "token", "apikey", "accesskey", "privatekey", "secretkey")
_PASS = frozenset({"requirepass", "masterpass", "userpass", "dbpass", "rootpass", "adminpass", "storepass", "keypass"})
_WHOLE = frozenset({"masterauth", "rootpw", "passwords"})
_PLURALS = frozenset({"secrets", "tokens", "keys", "apikeys", "auth"})
# What stands before `key` where the key opens something.
_OPENING = frozenset({
    "api", "access", "private", "secret", "encryption", "encrypt", "signing", "sign", "master", "auth", "shared",
    "account", "license", "ssh", "tls", "preshared", "app", "storage", "session", "hmac", "jwt", "cipher", "crypto", "admin", "webhook",
    "subscription", "deploy", "decryption", "aes", "rsa", "token", "service", "functions", "ingest", "write", "read",
    "host", "consumer", "validation", "integration", "wrapping", "root", "cookie", "csrf", "dsn", "server", "client",
})  # fmt: skip
# What may follow and leave the name a secret's.
_FOLLOWING = frozenset({
    "value", "base", "b64", "base64", "plain", "plaintext", "text", "raw", "str", "string", "old", "new", "prev",
    "previous", "current", "next", "primary", "secondary", "prod", "production", "stage", "staging", "dev", "test",
    "qa", "live", "sandbox", "main", "default", "backup", "master", "replica", "ro", "rw", "readonly", "admin", "root",
    "env", "encoded", "confirmation", "confirm", "again", "repeat", "temp", "tmp", "eu", "us", "db", "api",
})  # fmt: skip
# What follows where the name tells about a secret and holds none.
_ABOUT = frozenset({
    "name", "names", "type", "types", "tier", "ref", "refs", "path", "paths", "file", "files", "filename", "dir",
    "folder", "id", "ids", "length", "len", "count", "counts", "expiry", "expires", "expired", "expiration", "exp",
    "ttl", "url", "urls", "uri", "uris", "endpoint", "policy", "policies", "issuer", "store", "version", "versions",
    "class", "namespace", "provider", "manager", "service", "services", "field", "fields", "label", "labels", "prefix",
    "suffix", "required", "enabled", "disabled", "valid", "invalid", "validity", "min", "max", "limit", "limits",
    "budget", "usage", "used", "reset", "change", "changed", "updated", "created", "rotated", "at", "age", "rotation",
    "algorithm", "alg", "format", "scope", "scopes", "source", "status", "state", "arn", "engine", "mode", "strategy",
    "size", "bucket", "error", "errors", "hint", "message", "server", "host", "port", "user", "username", "email",
    "auth", "lifetime", "duration", "seconds", "ms", "in", "on", "by", "for", "attempts", "retries", "failures", "rate",
    "cache", "hits", "misses", "backend", "driver", "plugin", "controller", "handler", "filter", "interceptor", "test",
    "tests", "spec", "mount", "volume", "projection", "syncer", "operator", "review", "request", "requests", "response",
    "needs", "needed", "optional", "strength", "score", "kind", "group", "region", "audience", "subject", "domain",
    "helper", "command", "samesite", "secure", "httponly", "banner", "consent", "jar", "key",
})  # fmt: skip
_CURSORS = frozenset({"page", "next", "resume", "continuation", "continue", "cancellation", "cancel", "sync"})
_WORD = compiled(r"[A-Z]+[a-z]*[0-9]*|[a-z]+[0-9]*|[0-9]+")
_CAPITALS = compiled(r"[A-Z]{2,}[a-z]+")
_HEADER = compiled(
    r"(?i)(?:proxy-)?authorization|(?:set-)?cookie2?|x-(?:[a-z-]*-)?(?:auth|api-?key|.*token|session|secret|csrf|xsrf)"
    r"(?:-[a-z-]*)?|x-[a-z-]*(?:key|auth|session|secret|token|csrf)"
)
_LONGEST = 200


def is_secret_header(name: str) -> bool:
    """Whether an HTTP header of that name carries what lets somebody in."""
    name = name.strip()
    return len(name) <= _LONGEST and _HEADER.fullmatch(name) is not None


@lru_cache(maxsize=8_192)
def rank(name: str) -> Rank:
    """`secret`: its value is hidden. `weak`: only where it looks random. `header`: a header whose whole value counts.

    `bare`: a word such as `pass` or `PWD`, that means something else as often.
    """
    if len(name) > _LONGEST:  # nobody's setting is called so
        name = name[-_LONGEST:]
    if _HEADER.fullmatch(name):
        return "header"
    words = words_of(name)
    while words and words[-1].isdigit():
        words.pop()
    if not words:
        return ""
    if len(words) == 1 and words[0] in ("pass", "pwd", "oldpwd"):
        return "bare"
    if words[-1] == "token" and _CURSORS & set(words):
        return ""
    if _ends_secret(words):
        return "secret"
    at = max((at for at, _ in enumerate(words) if _ends_secret(words[: at + 1])), default=-1)
    if at < 0:
        return "weak" if words[-1] in _PLURALS or words[-1] == "key" else ""
    after = words[at + 1 :]
    if any(word in _ABOUT for word in after):
        return ""
    return "secret" if all(word in _FOLLOWING or word.isdigit() for word in after) else "weak"


def _ends_secret(words: list[str]) -> bool:
    last = words[-1]
    if last in _PASS or last in _WHOLE or (last == "pw" and len(words) > 1):
        return True
    if last == "signature" and "amz" in words:
        return True
    if last in _SECRET:
        return last not in ("pass", "pwd") or len(words) > 1
    if last.endswith(_ENDINGS):
        return True
    return last == "key" and len(words) > 1 and words[-2] in _OPENING


def words_of(name: str) -> list[str]:
    """`dbPassword`, `DB_PASSWORD` and `db-password` are db and password."""
    found: list[str] = []
    for match in _WORD.finditer(name):
        word = match[0]
        if _CAPITALS.fullmatch(word) and not word.isupper():  # APIKey is api and key
            at = sum(sign.isupper() for sign in word) - 1
            found += [word[:at].lower(), word[at:].lower()]
        else:
            found.append(word.lower())
    return found
