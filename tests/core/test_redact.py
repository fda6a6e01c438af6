"""Secrets leave nothing but a word; what is no secret stays as it was."""

from __future__ import annotations

import itertools
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.errors import Misconfigured
from bot.core.redact import HIDDEN, Redactor, Scrubber, hide_settings
from bot.core.text import LONGEST_LINE, LineSplitter

REDACTOR = Redactor({"acme": "ACME-([A-Z0-9]{16})"})


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("DB_PASSWORD=hunter22 next", "DB_PASSWORD=[redacted] next"),
        ("password: hunter22", "password: [redacted]"),
        ("DB_PASS=hunter22", "DB_PASS=[redacted]"),
        ("MYSQL_PWD=hunter22", "MYSQL_PWD=[redacted]"),
        ("ENCRYPTION_KEY=abc,def", "ENCRYPTION_KEY=[redacted]"),
        ('password="my secret pass"', 'password="[redacted]"'),
        ("mysql --password hunter22 -h db", "mysql --password [redacted] -h db"),
        ('{"api_key": "abcdef"}', '{"api_key": "[redacted]"}'),
        ("postgres://shop:pw@db:5432/x", "postgres://shop:[redacted]@db:5432/x"),
        ("Authorization: Bearer abcdef.ghijkl", "Authorization: Bearer [redacted]"),
        ("key AKIAABCDEFGHIJKLMNOP used", "key [redacted] used"),
        ("ghp_" + "a" * 36, "[redacted]"),
        ("xoxb-123456789012-abc", "[redacted]"),
        ("id ACME-ABCDEFGHIJKLMNOP!", "id [redacted]!"),
        ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abcdefgh", "[redacted]"),
    ],
)
def test_a_secret_is_hidden(line: str, shown: str):
    assert REDACTOR.text(line) == shown


@pytest.mark.parametrize(
    "line", ["GET /tokens 200", "https://a.b/c", "password reset sent", "took 35ms", "a:b@c", "PWD=/srv"]
)
def test_no_secret_stays(line: str):
    assert REDACTOR.text(line) == line


@given(st.binary(max_size=60).filter(lambda it: b"\n" not in it), st.binary(max_size=60))
def test_a_secret_in_any_surrounding_is_hidden(before: bytes, after: bytes):
    block, count = REDACTOR.block(before + b" ACME-ABCDEFGHIJKLMNOP " + after)
    assert b"ABCDEFGHIJKLMNOP" not in block
    assert count >= 1


def test_settings_of_an_engine_are_hidden_by_their_names():
    seen = {"Config": {"Env": ["DB_PASSWORD=a b c", "LANG=C", "TOKEN="], "Labels": {"secret_token": "x", "a": "b"}}}

    shown = hide_settings(seen)

    assert shown["Config"]["Env"] == [f"DB_PASSWORD={HIDDEN}", "LANG=C", "TOKEN="]
    assert shown["Config"]["Labels"] == {"secret_token": HIDDEN, "a": "b"}


def test_an_operators_anchors_mean_a_lines_ends():
    assert Redactor({"pin": r"^PIN \d+$"}).block(b"a\nPIN 1234\nb\n") == (b"a\n[redacted]\nb\n", 1)


def test_a_prompt_does_not_eat_the_next_line():
    assert Redactor().block(b"Enter password:\n2026-01-01 started\n")[1] == 0


def test_a_pattern_that_is_found_in_every_line_is_refused():
    with pytest.raises(Misconfigured, match="every line"):
        Redactor({"all": "x*"})


def test_a_bad_pattern_of_an_operator_names_its_key():
    with pytest.raises(Misconfigured, match=r"redact\.patterns\.broken"):
        Redactor({"broken": "(("})


BODY = "MIIEpAIBAAKCAQEAx7Vdk2f9QmPz0LrT8uYw3sHqJ5nB1cG6eD4aKoZiRjWtXvU9"
KEY_LINES = [
    "-----BEGIN RSA PRIVATE KEY-----",
    *(f"MIIEow{'x' * 50}{n}" for n in range(9)),
    "-----END RSA PRIVATE KEY-----",
]


@pytest.mark.parametrize(
    "token",
    [
        "ghp_" + "a" * 36, "glpat-" + "b" * 20, "npm_" + "c" * 36, "pypi-AgEIcHlwaS5vcmc" + "d" * 40,
        "dckr_pat_" + "e" * 27, "sk-proj-" + "f" * 30, "sk-ant-" + "g" * 30, "dop_v1_" + "a" * 64,
        "SG." + "h" * 22 + "." + "i" * 43, "AC" + "a" * 32, "hvs." + "j" * 30, "dapi" + "b" * 32,
        "glsa_" + "k" * 40, "shpat_" + "c" * 32, "123456789:AA" + "l" * 33, "AGE-SECRET-KEY-1" + "Q" * 58,
        "AIza" + "m" * 35, "sk_live_" + "n" * 24, "xoxb-1-2-abcdefghij", "AKIAABCDEFGHIJKLMNOP",
    ],
)  # fmt: skip
def test_the_tokens_of_well_known_providers_are_hidden(token: str):
    assert token not in REDACTOR.text(f"used {token} today")


def scrubbed(blocks: list[bytes]) -> tuple[bytes, int]:
    scrubber = Scrubber(REDACTOR)
    shown = b"".join(scrubber.push(block) for block in blocks) + scrubber.close()
    return shown, scrubber.hidden


@given(st.sets(st.integers(0, len(KEY_LINES) + 1)))
def test_a_private_key_is_hidden_wherever_its_lines_are_cut_into_blocks(cuts: set[int]):
    lines = ["before", *KEY_LINES, "after"]
    edges = sorted({0, *cuts, len(lines)})
    blocks = ["".join(f"{line}\n" for line in lines[a:b]).encode() for a, b in itertools.pairwise(edges)]

    shown, hidden = scrubbed([block for block in blocks if block])

    assert shown == b"before\n-----BEGIN RSA PRIVATE KEY-----[redacted]\nafter\n"
    assert hidden == 1


def test_a_key_on_one_line_and_one_without_an_end_are_hidden():
    assert "MIIE" not in REDACTOR.text("key=-----BEGIN PRIVATE KEY-----MIIE\\nabc-----END PRIVATE KEY----- x")
    assert "MIIE" not in REDACTOR.text("-----BEGIN PRIVATE KEY-----\nMIIE1\nMIIE2")


def test_a_begin_without_an_end_does_not_hide_a_log_for_ever():
    lines = ["-----BEGIN PRIVATE KEY-----", *(f"line {n}" for n in range(2_000))]
    assert b"line 1999\n" in scrubbed(["".join(f"{line}\n" for line in lines).encode()])[0]


@pytest.mark.parametrize("offset", [-30, -21, -20, -10, -1, 0, 1])
def test_a_secret_on_the_break_of_an_endless_line_is_hidden(offset: int):
    secret = b"ACME-ABCDEFGHIJKLMNOP"
    line = b"x" * (LONGEST_LINE + offset) + b" " + secret + b" " + b"y" * 3_000_000 + b"\n"
    splitter = LineSplitter()
    blocks = [splitter.push(line[at : at + 65_536]) for at in range(0, len(line), 65_536)]

    shown, hidden = scrubbed([block for block in blocks if block])

    assert b"ABCDEFGH" not in shown.replace(b"\n", b"")
    assert hidden == 1
    assert shown.replace(b"\n", b"").count(b"y") == 3_000_000


@pytest.mark.parametrize("before", range(40))
def test_a_name_on_the_break_of_an_endless_line_keeps_its_value_hidden(before: int):
    """A line waits for its next piece from 8 KiB before its end on: the name stands before there, the value behind."""
    at = LONGEST_LINE - 8 * 1024 - before
    line = b"x" * at + b' "db_password": "hunter22-hunter22" ' + b"y" * (LONGEST_LINE - at - 36)
    assert len(line) == LONGEST_LINE

    shown, hidden = scrubbed([line + b"\n", b"y" * 100 + b"\n"])

    assert b"hunter22" not in shown.replace(b"\n", b"")
    assert hidden == 1


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=30), max_size=20), st.integers(1, 5))
def test_lines_without_a_secret_pass_in_their_order(lines: list[str], size: int):
    block = "".join(f"{line.replace(chr(10), ' ')}\n" for line in lines).encode()
    whole = block.splitlines(keepends=True) if b"\r" not in block else [block]
    blocks = [b"".join(whole[at : at + size]) for at in range(0, len(whole), size)]
    shown, hidden = scrubbed(blocks)
    assert hidden or shown == block


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        (["--env", "DB_PASSWORD=correct-horse"], ["--env", "DB_PASSWORD=[redacted: 13 characters]"]),
        (["--env", "TOKEN=reboot; rm -rf /"], ["--env", "TOKEN=[redacted: 6 characters]; rm -rf /"]),
        (["-e", "DB_PASSWORD=its-me"], ["-e", "DB_PASSWORD=[redacted: 6 characters]"]),
        (["mysql", "--password", "correct horse"], ["mysql", "--password", "[redacted: 7 characters] horse"]),
        (["--api-key=a b"], ["--api-key=[redacted: 1 character] b"]),
        (["--env", "URL=postgres://u:hunter2@h/db"], ["--env", "URL=postgres://u:[redacted: 7 characters]@h/db"]),
        (["ps", "http://user:hunter2@host/"], ["ps", "http://user:[redacted: 7 characters]@host/"]),
        (["--", "prog", "--token", "a*?[!]x"], ["--", "prog", "--token", "[redacted: 1 character]*?[!]x"]),
        (
            ["--", "curl", "-H", "Authorization:\trm\t{a,b}"],
            ["--", "curl", "-H", "Authorization:\t[redacted: 2 characters]\t{a,b}"],
        ),
        (["--token", "x"], ["--token", "[redacted: 1 character]"]),
        (["--", "mysql", "-u", "root", "-phunter2"], ["--", "mysql", "-u", "root", "-p[redacted: 7 characters]"]),
        (
            ["--", "sudo", "/bin/mysqldump", "-phunter2", "db"],
            ["--", "sudo", "/bin/mysqldump", "-p[redacted: 7 characters]", "db"],
        ),
        (
            ["--", "redis-cli", "-a", "hunter2", "GET", "x"],
            ["--", "redis-cli", "-a", "[redacted: 7 characters]", "GET", "x"],
        ),
        (["--", "mariadb", "-psecret1"], ["--", "mariadb", "-p[redacted: 7 characters]"]),
        (["--", "mongoimport", "-p", "secret1"], ["--", "mongoimport", "-p", "[redacted: 7 characters]"]),
        (["--", "redis-cli", "--pass", "secret1"], ["--", "redis-cli", "--pass", "[redacted: 7 characters]"]),
        (["--", "env", "A=b", "mysql", "-psecret1"], ["--", "env", "A=b", "mysql", "-p[redacted: 7 characters]"]),
        (["--", "ssh", "-p2222", "host"], ["--", "ssh", "-p2222", "host"]),
        # what runs stays to be read
        (["--", "sshpass", "-e", "bash", "-p", "/tmp/evil.sh"], ["--", "sshpass", "-e", "bash", "-p", "/tmp/evil.sh"]),
        (["--", "sshpass", "-e", "time", "-p", "reboot"], ["--", "sshpass", "-e", "time", "-p", "reboot"]),
        (["--", "sh", "-c", '"$2"', "redis-cli", "-a", "wget"], ["--", "sh", "-c", '"$2"', "redis-cli", "-a", "wget"]),
        (["--", "time", "mysql", "-psecret1"], ["--", "time", "mysql", "-psecret1"]),
        (["--", "mysql", "-pabcde", "-pfghij"], ["--", "mysql", "-p[redacted: 5 characters]", "-pfghij"]),
        (["--", "mysql", "-e", "select -psql from x"], ["--", "mysql", "-e", "select -psql from x"]),
        (["-phunter2", "--", "mysql"], ["-phunter2", "--", "mysql"]),
        (
            ["--", "curl", "-H", "Authorization: Bearer abcdefghijklmn"],
            ["--", "curl", "-H", "Authorization: Bearer [redacted: 14 characters]"],
        ),
        (["http", "-H", "Cookie: sid=1"], ["http", "-H", "Cookie: [redacted: 5 characters]"]),
        (["http", "-H", "Accept: text/plain"], ["http", "-H", "Accept: text/plain"]),
        (["--tail", "20", "ls", "-la"], ["--tail", "20", "ls", "-la"]),
        (["--", "echo", "ghp_" + "a" * 36], ["--", "echo", "[redacted: 40 characters]"]),
        (["--", "echo", f"x\n{BODY}\ny"], ["--", "echo", f"x\n{BODY}\ny"]),  # a program may be called so
        (
            ["--", "echo", f"x -----BEGIN PRIVATE KEY-----\n{BODY}\ny"],
            ["--", "echo", "x -----BEGIN PRIVATE KEY-----\n[redacted: 64 characters]\ny"],
        ),
    ],
)
def test_the_words_of_a_command_are_hidden_each_by_itself(words: list[str], shown: list[str]):
    assert Redactor().words(words) == shown


@pytest.mark.parametrize(
    ("word", "shown"),
    [
        ("API_TOKEN=abc; echo x > /tmp/pwned; id", "API_TOKEN=[redacted: 3 characters]; echo x > /tmp/pwned; id"),
        ("API_TOKEN=abc;echo x>/tmp/pwned;id", "API_TOKEN=[redacted: 3 characters];echo x>/tmp/pwned;id"),
        ("API_TOKEN=abc rm -rf /data", "API_TOKEN=[redacted: 3 characters] rm -rf /data"),
        ("API_TOKEN='a b' rm -rf /data", "API_TOKEN='[redacted: 1 character] b' rm -rf /data"),
        ('API_TOKEN="$(touch /tmp/pwned)" id', 'API_TOKEN="$(touch /tmp/pwned)" id'),
        ("API_TOKEN=abc$(touch /tmp/pwned)", "API_TOKEN=[redacted: 3 characters]$(touch /tmp/pwned)"),
        ("x-key: ; echo x > /tmp/pwned; id", "x-key: ; echo x > /tmp/pwned; id"),
        ("x-api-key: touch /tmp/pwned", "x-api-key: [redacted: 5 characters] /tmp/pwned"),
        ("password: |\n  touch /tmp/pwned", "password: |\n  touch /tmp/pwned"),
        ("-----BEGIN PRIVATE KEY-----\ntouch /tmp/pwned", "-----BEGIN PRIVATE KEY-----\ntouch /tmp/pwned"),
        ("token=a\ntouch /tmp/pwned", "token=[redacted: 1 character]\ntouch /tmp/pwned"),
        ("TOKEN= touch /tmp/pwned", "TOKEN= touch /tmp/pwned"),
        ("exec -a token: touch /tmp/pwned", "exec -a token: touch /tmp/pwned"),
        ('echo "PASSWORD="; touch /tmp/pwned; echo "x"', 'echo "PASSWORD="; touch /tmp/pwned; echo "x"'),
        ("'TOKEN='x;touch /tmp/pwned;y='z'", "'TOKEN='[redacted: 1 character];touch /tmp/pwned;y='z'"),
        ('env "PASSWORD=" touch /tmp/pwned "x"', 'env "PASSWORD=" touch /tmp/pwned "x"'),
        ("\"PASSWORD='$(touch /tmp/pwned) x'\"", "\"PASSWORD='$(touch /tmp/pwned) x'\""),
        (": # '\nX='PASSWORD=' ; touch /tmp/pwned ; '", ": # '\nX='PASSWORD=' ; touch /tmp/pwned ; '"),
        ("{env,PASSWORD=x,touch,/tmp/pwned}", "{env,PASSWORD=[redacted: 1 character],touch,/tmp/pwned}"),
        ("curl http://u:$(touch</tmp/pwned)@h/", "curl http://u:$(touch</tmp/pwned)@h/"),
        ("identified by '$(touch /tmp/pwned)'", "identified by '$(touch /tmp/pwned)'"),
        ("curl -u bob:x;touch /tmp/pwned", "curl -u bob:[redacted: 1 character];touch /tmp/pwned"),
        ("echo TOKEN%3Dfoo|sh /tmp/pwned", "echo TOKEN%3D[redacted: 3 characters]|sh /tmp/pwned"),
        ("<token>x;touch /tmp/pwned;cat</dev/null", "<token>[redacted: 1 character];touch /tmp/pwned;cat</dev/null"),
        (":;#'\necho 'PASSWORD='; /tmp/pwned; echo ''", ":;#'\necho 'PASSWORD='; /tmp/pwned; echo ''"),
        ('"$(echo "API_TOKEN="; touch /tmp/pwned)"', '"$(echo "API_TOKEN="; touch /tmp/pwned)"'),
        ("echo \"$(echo \"it's\")\" 'token=';/tmp/pwned;:'x'", "echo \"$(echo \"it's\")\" 'token=';/tmp/pwned;:'x'"),
        ("x='a\\'PASSWORD=';f('/tmp/pwned');y=''", "x='a\\'PASSWORD=';f('/tmp/pwned');y=''"),
        ("name=token value=/tmp/pwned; $value", "name=token value=/tmp/pwned; $value"),
        ("TOKEN='x;/tmp/pwned'; eval $TOKEN", "TOKEN='[redacted: 1 character];/tmp/pwned'; eval $TOKEN"),
        ("sudo -u ci-token /tmp/pwned", "sudo -u ci-token /tmp/pwned"),
        ("./rotate-token /tmp/pwned", "./rotate-token /tmp/pwned"),
        ("env TOKEN /tmp/pwned", "env TOKEN /tmp/pwned"),
        ("curl x; docker run -u root:/tmp/pwned img", "curl x; docker run -u root:/tmp/pwned img"),
        ("git -c credential.helper='!/tmp/pwned' fetch", "git -c credential.helper='!/tmp/pwned' fetch"),
        (
            "x='-----BEGIN PRIVATE KEY-----';touch /tmp/pwned;y='-----END PRIVATE KEY-----'",
            "x='-----BEGIN PRIVATE KEY-----';touch /tmp/pwned;y='-----END PRIVATE KEY-----'",
        ),
    ],
)
def test_what_a_shell_would_run_is_never_part_of_a_value(word: str, shown: str):
    redactor = Redactor()
    assert redactor.words(["exec", "--", "sh", "-c", word])[-1] == shown
    assert redactor.words(["exec", "--", "bash", "-c", "-H", word])[-1].count("/tmp/pwned") == word.count("/tmp/pwned")
    assert redactor.command(word) == shown


@pytest.mark.parametrize(
    ("known", "hidden"),
    [
        ({"env": [{"name": "DB_PASSWORD", "value": "x1"}, {"name": "A", "value": "x2"}]}, ["x1"]),
        ({"args": ["--password", "x1", "--tail", "x2"]}, ["x1"]),
        ({"annotations": {"a": '{"env":[{"name":"API_KEY","value":"x1"}],"b":"x2"}'}}, ["x1"]),
        ({"Env": ["TOKEN=x1", "A=x2"], "password": "x1"}, ["x1"]),
        ({"env": [{"name": "DB_PASSWORD", "valueFrom": {"x2": "x2"}}]}, []),
    ],
)
def test_settings_are_hidden_however_an_engine_pairs_name_and_value(known: dict[str, object], hidden: list[str]):
    shown = str(hide_settings(known))
    assert ("x1" not in shown) is bool(hidden) or not hidden
    assert "x2" in shown
    assert shown.count("[redacted]") == str(known).count("x1")


PROGRAM = "/tmp/" + "AbCdEfGhIjKlMnOp0123456789" * 2 + "QrStUv"  # as long as a line of a key


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        (["bash", "-secret", "rm -rf /data"], "[redacted: 2 characters] -rf /data"),
        (["find", "/data", "-name", "-token", "-delete"], "-delete"),
        (["rm", "-rf", "--", "--token", "/data"], "/data"),
        (["sh", "-c", "--token={reboot,-f}"], "--token={reboot,-f}"),
        (
            ["/tmp/" + "AbCdEfGhIjKlMnOp0123456789" * 2 + "QrStUv"],
            "/tmp/" + "AbCdEfGhIjKlMnOp0123456789" * 2 + "QrStUv",
        ),
    ],
)
def test_what_another_program_takes_for_more_than_a_value_is_shown(words: list[str], shown: str):
    assert Redactor().words(["exec", "web", "--", *words])[-1] == shown


def test_a_key_that_is_only_spoken_of_takes_a_few_lines_with_it():
    lines = [f"line {number} is ordinary" for number in range(100)]
    shown = Redactor().text("\n".join(["error: expected -----BEGIN PRIVATE KEY----- here", *lines])).splitlines()
    assert shown[-90:] == lines[-90:]


def test_a_public_key_that_is_only_spoken_of_hides_no_private_one():
    assert BODY not in Redactor().text(f"error: expected -----BEGIN CERTIFICATE-----\n{BODY}\n{BODY}")


def test_a_secret_on_any_break_of_one_long_block_is_hidden():
    line = b"a " * (1 << 20) + b"password=S3cretPw99zebra tail"
    splitter, scrubber = LineSplitter(), Scrubber(Redactor())
    for before in range(0, 32, 3):
        text = b"a " * before + line
        shown = scrubber.push(splitter.push(text)) + scrubber.push(splitter.push(b"\n"))
        assert b"zebra" not in shown


def test_a_secret_of_what_is_to_be_made_is_hidden_and_what_runs_is_not():
    made = {
        "env": [{"name": "DB_PASSWORD", "value": "hunter2 x"}, {"name": "LEVEL", "value": "debug"}, {"name": "TOKEN"}],
        "command": ["sh", "-c", "--token", "reboot"],
        "args": ({"name": "token", "value": ["rm"]},),
    }
    assert Redactor().spec(made) == {
        "env": [
            {"name": "DB_PASSWORD", "value": "[redacted: 7 characters] x"},
            {"name": "LEVEL", "value": "debug"},
            {"name": "TOKEN"},
        ],
        "command": ["sh", "-c", "--token", "reboot"],
        "args": [{"name": "token", "value": ["rm"]}],
    }


REPEATED = [
    "<token>", "&lt;token&gt;", "tokens=", 'token=\\"{', "<tokens>", "<password>a</", "<password>null</password>",

    "password=vault:/", "token%3Dvault:/", "password=https://", "-----BEGIN CERTIFICATE-----",
    "x -----BEGIN PUBLIC KEY----- ", "-----END CERTIFICATE-----",
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("piece", REPEATED)
def test_no_repetition_takes_longer_than_its_length(piece: str):
    redactor = Redactor()

    def cost(times: int) -> float:
        text = piece * times
        begins = time.process_time()
        redactor.text(text)
        redactor.command(text)
        return time.process_time() - begins

    short, long = min(cost(4_000) for _ in range(3)), cost(16_000)
    assert long < 10 * short + 0.2


@pytest.mark.parametrize(
    ("line", "count"),
    [
        ("connecting to postgres://shop:hunter2pw@db.shop:5432/orders", 1),
        ("password=hunter22 and postgres://shop:hunter2pw@db.shop/orders", 2),
        ("api_key=sk_live_a1B2c3a1B2c3a1B2c3a1B2c3", 1),
        ("it was [redacted] before", 0),
        ("it was [redacted] before, password=hunter22", 1),
        ('password="a[redacted]b[redacted]c"\ntoken=q9W8e7R6t5Y4', 2),
    ],
)
def test_a_secret_that_two_patterns_find_is_counted_once(line: str, count: int):
    assert Redactor().scrub(line)[1] == count
