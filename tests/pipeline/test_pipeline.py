"""The journey's branches, each on a world in memory."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import structlog

from bot.app import SHIPPED_POLICY
from bot.core.acts import Act, AgainPress, ApprovalPress, MenuChoice, ResultPress, RunPress, ShellLine
from bot.core.approval import Approval
from bot.core.errors import NotFound, Unavailable
from bot.core.limits import Limits
from bot.core.output import Lines
from bot.core.person import Channel, Person
from bot.core.ports.state import Menu
from bot.core.request import Place
from bot.core.target import Neighbour
from bot.core.view import CardView, MenuView, NoteView, Status, TableView, TextView
from bot.runs import Runs
from tests.fakes.world import NOW, World


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with Runs(structlog.get_logger(), grace_s=0.1) as runs:
        yield World(runs)


async def nothing() -> AsyncGenerator[Lines, None]:
    """What is before the first line."""
    for lines in list[Lines]():
        yield lines


async def test_a_command_opens_a_root_answers_in_its_thread_and_ends_done(world: World):
    world.engine.add("web", Lines(b"one\ntwo\n"), Lines(b"three\n", "err"))

    request = await world.say("logs web")

    root, result = world.chat.statuses[0], world.chat.results[0]
    assert (root.state, root.command, root.where) == ("done", "logs web", "local")
    assert isinstance(result, TextView)
    assert result.lines == ("one", "two", "E│ three")
    assert world.inbox.began[0][0] == request.id


async def test_a_key_in_one_containers_log_stays_hidden_whatever_another_says(world: World):
    begin, end = b"-----BEGIN PRIVATE KEY-----\n", b"-----END PRIVATE KEY-----\n"
    world.engine.add(
        "web",
        Lines(begin, source="a"), Lines(begin + b"b1\n" + end, source="b"), Lines(b"MIIE\n", source="a"),
        Lines(end + b"after\n", source="a"),
    )  # fmt: skip

    await world.say("logs web")

    result = world.chat.results[0]
    assert isinstance(result, TextView)
    assert "MIIE" not in "\n".join(result.lines)
    assert result.lines[-1] == "a │ after"


async def test_what_does_not_parse_opens_nothing(world: World):
    await world.say("lgos web")

    assert world.chat.whispers == ["no such verb: `lgos`. Did you mean `logs`?"]
    assert not world.chat.messages


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ({"stranger": True}, "denied: people of other workspaces can't use cdebug."),
        ({"bot": True}, "denied: bots can't use cdebug."),
        ({"guest": True}, "denied: guests can't use cdebug."),
        ({"deactivated": True}, "denied: this account is deactivated."),
    ],
)
async def test_who_is_not_ours_gets_a_line_and_no_root(world: World, change: dict[str, Any], line: str):
    world.directory.people["U0ANN"] = replace(Person("T0", "U0ANN", "ann"), **change)

    await world.say("ps")

    assert world.chat.whispers[0].startswith(line)
    assert not world.chat.messages
    assert not world.engine.asks


async def test_a_flood_gets_a_line_and_no_root(world: World):
    world.meter.flood = "you sent more than 30 commands in a minute"
    await world.say("ps")
    assert world.chat.whispers == ["denied: you sent more than 30 commands in a minute. Wait a minute."]


async def test_a_channel_shared_with_another_company_is_denied_before_the_engine_is_asked(world: World):
    world.directory.channels["C0"] = Channel("C0", "channel", shared=True)
    world.engine.add("web", Lines(b"x\n"))

    await world.say("logs web")

    assert world.chat.statuses[0].state == "denied"
    note = world.chat.results[0]
    assert isinstance(note, NoteView)
    assert str(note.text).startswith("denied: you may not use `logs` on `local`: policy `not-in-shared-channels`")
    assert not world.engine.asks


HIDING = (
    '@id("all") permit (principal, action, resource);'
    '@id("hidden") forbid (principal, action, resource) when { resource.hasTag("hidden") };'
)


async def test_a_hidden_container_is_not_found_byte_for_byte(world: World):
    hiding = World(world.runs, policy=HIDING)
    hiding.engine.add("secret", Lines(b"x\n"), labels={"hidden": "1"})
    hiding.engine.add("secret-agent")

    await hiding.say("logs secret")
    del hiding.engine.containers["secret"]
    await hiding.say("logs secret")

    there, gone = hiding.chat.results
    assert there == gone
    await hiding.say("ps -a")
    table = hiding.chat.results[-1]
    assert isinstance(table, TableView)
    assert [row[0] for row in table.rows] == ["secret-agent"]


async def test_a_row_that_policy_refuses_is_left_out_of_a_list(world: World):
    hiding = World(world.runs, policy=HIDING)
    hiding.engine.add("open")
    hiding.engine.add("closed", labels={"hidden": "1"})

    await hiding.say("ps")

    table = hiding.chat.results[0]
    assert isinstance(table, TableView)
    assert [row[0] for row in table.rows] == ["open"]


async def test_several_matches_are_a_menu_of_whole_commands(world: World):
    world.engine.add("web-1", Lines(b"one\n"))
    world.engine.add("web-2", Lines(b"two\n"))
    await world.say("logs web --tail 3")
    menu = world.chat.results[0]
    assert isinstance(menu, MenuView)

    await world.pipeline.take(world.request(MenuChoice(menu.id, 1), user="U0BOB"))

    assert world.chat.statuses[1].command == "logs local/web-2 --tail 3"
    assert world.chat.statuses[1].who == "<@U0BOB>"
    assert world.chat.results[1].lines == ("two",)  # type: ignore[union-attr]


@pytest.mark.parametrize("index", [2, -1, 99999999999999999999])
async def test_a_forged_choice_is_one_line(world: World, index: int):
    world.engine.add("web-1")
    world.engine.add("web-2")
    await world.say("logs web")
    menu = world.chat.results[0]
    assert isinstance(menu, MenuView)

    await world.pipeline.take(world.request(MenuChoice(menu.id, index)))

    assert "this menu is too old" in world.chat.whispers[0]


async def test_an_engine_that_lacks_a_port_says_so(world: World):
    world.engine.add("web")
    await world.say("diff web")
    assert world.chat.statuses[0].state == "failed"
    assert "`diff` is not supported on the docker context `local`" in str(world.chat.results[0])


async def test_an_engine_that_is_away_is_a_line_in_the_thread(world: World):
    await world.say("logs other/web")
    assert world.chat.statuses[0].state == "failed"
    assert world.chat.results == [NoteView("cannot look into `other`: it is away. Try again.")]


async def test_a_fault_of_ours_is_an_id_for_the_person_and_a_trace_for_the_log(
    world: World, capsys: pytest.CaptureFixture[str]
):
    world.engine.fault = ZeroDivisionError("boom")

    request = await world.say("logs web")

    assert f"internal error {request.id}" in str(world.chat.results[0])
    assert "boom" not in str(world.chat.messages)
    assert "ZeroDivisionError" in capsys.readouterr().out


async def test_what_came_before_a_fault_is_shown(world: World):
    class Breaking:
        def __iter__(self):
            yield Lines(b"first\n")
            raise NotFound("cannot read logs of", "web", why="it is gone")

    world.engine.add("web")
    world.engine.lines["web"] = Breaking()  # type: ignore[assignment]

    await world.say("logs web")

    assert [view.lines for view in world.chat.results if isinstance(view, TextView)] == [("first",)]
    assert world.chat.statuses[0].state == "failed"


async def test_a_line_that_slack_refuses_does_not_stop_the_outcome(world: World):
    world.engine.add("web", Lines(b"x\n"))
    await world.say("logs web")
    world.directory.fault = NotFound("nobody", hint="x")

    await world.say("logs web")

    assert world.chat.whispers == ["nobody. x"]


async def test_output_is_cleaned_and_redacted_before_anything_is_kept_or_matched(world: World):
    world.engine.add("web", Lines(b"DB_PASSWORD=hunter22\n\x1b[31mred\x1b[0m\n"))

    await world.say("logs web")
    assert "hunter22" not in str(world.chat.messages) + str(world.shelf._blocks)
    await world.say("logs web --grep hunter22")

    assert world.chat.results[0].lines == ("DB_PASSWORD=[redacted]", "red")  # type: ignore[union-attr]
    assert world.chat.results[1] == NoteView("No line of its log matches `hunter22`.")


async def test_a_secret_typed_in_a_command_is_hidden_in_the_root(world: World):
    world.engine.add("web")
    await world.say("logs web --grep API_TOKEN=abcdef123")
    assert "abcdef123" not in world.chat.statuses[0].command


async def test_stop_ends_a_run_and_says_by_whom(world: World):
    started = asyncio.Event()

    async def forever() -> AsyncGenerator[Lines, None]:
        yield Lines(b"tick\n")
        started.set()
        await asyncio.Event().wait()

    world.engine.add("web")
    world.engine.logs = lambda container, query: forever() if query.follow else nothing()  # type: ignore[method-assign]
    async with asyncio.TaskGroup() as group:
        group.create_task(world.say("logs web -f"))
        await started.wait()
        thread = next(iter(world.chat.messages))
        await world.pipeline.take(world.request(RunPress("stop"), thread=thread, user="U0BOB"))

    assert world.chat.statuses[0].state == "stopped"
    assert world.chat.statuses[0].ended_by == "<@U0BOB>"
    assert any(isinstance(view, TextView) and view.lines == ("tick",) for view in world.chat.results)


async def test_a_follow_that_reaches_its_limit_shows_and_keeps_what_it_read(world: World):
    async def forever() -> AsyncGenerator[Lines, None]:
        yield Lines(b"tick\n")
        await asyncio.Event().wait()

    short = World(world.runs, limits=Limits(follow=timedelta(seconds=0.05)))
    short.engine.add("web")
    short.engine.logs = lambda container, query: forever() if query.follow else nothing()  # type: ignore[method-assign]

    await short.say("logs web -f")

    assert short.chat.statuses[0].state == "stopped"
    assert "the limit of 50ms" in short.chat.statuses[0].detail
    result = short.chat.results[0]
    assert isinstance(result, TextView)
    assert result.lines == ("tick",)
    assert [button.label for button in result.buttons] == ["Filter", "Save"]
    assert short.shelf.kept


async def test_stop_where_nothing_runs_is_a_line(world: World):
    await world.pipeline.take(world.request(RunPress("stop"), thread="9.0"))
    assert "nothing is running here anymore" in world.chat.whispers[0]


async def test_what_a_dead_replica_began_is_done_again_in_its_place(world: World):
    world.engine.add("web", Lines(b"x\n"))
    place = await world.chat.open(world.request("logs web"), Status("running", "<@U0ANN>", "logs web"))

    await world.pipeline.recover(world.request("logs web", at=NOW.timestamp()), place)

    assert [status.state for status in world.chat.statuses] == ["done"]
    assert NoteView("The bot restarted: reading again.") in world.chat.results


async def test_a_page_is_decided_again_for_the_person_who_looks(world: World):
    world.engine.add("web", Lines(b"".join(b"%d\n" % n for n in range(50))))
    await world.say("logs web")
    older = world.chat.results[0].buttons[0].press  # type: ignore[union-attr]
    assert isinstance(older, ResultPress)
    world.directory.people["U0GUS"] = Person("T0", "U0GUS", "gus", guest=True)

    await world.pipeline.take(world.request(older, user="U0GUS"))
    assert "guests can't use cdebug" in world.chat.whispers[0]

    await world.pipeline.take(world.request(older, channel="C0OTHER"))
    assert "this result has expired" in world.chat.whispers[1]

    await world.pipeline.take(world.request(older))
    assert world.chat.results[0].lines[-1] == "44"  # type: ignore[union-attr]


async def test_what_was_kept_of_a_context_that_is_protected_now_is_judged_as_protected(world: World):
    world.engine.add("web", Lines(b"one\n"))
    await world.say("logs web")
    world.engine.scope = replace(world.engine.scope, protected=True)

    await world.say("grep one", thread="1.0")

    assert "this result has expired" in world.chat.whispers[0]
    await world.say("whoami", thread="1.0")  # the desk reaches nothing, and stays
    assert world.chat.whispers[1].startswith("You are")


async def test_grep_save_and_again_need_a_thread_that_was_answered_in(world: World):
    for text in ("grep x", "save", "again"):
        await world.say(text)
    assert all("this only works in a thread of cdebug's" in line for line in world.chat.whispers)


async def test_a_thread_keeps_its_context_and_its_target(world: World):
    world.engine.add("web", Lines(b"x\n"))
    await world.say("logs web")
    thread = next(iter(world.chat.messages))
    await world.say("use other", user="U0ANN")

    await world.say("describe", thread=thread)

    assert world.chat.statuses[-1].where == "local"
    assert world.chat.statuses[-1].state == "done"


async def test_use_needs_a_responder_and_says_where_it_looks_now(world: World):
    await world.say("use other")
    assert "denied: you may not use `use` here" in world.chat.whispers[0]
    world.directory.people["U0ANN"] = Person("T0", "U0ANN", "ann", roles=frozenset({"responder"}))

    await world.say("use other")
    await world.say("use")

    assert "this channel now uses `other`" in world.chat.statuses[0].detail
    assert "This channel uses `other`." in world.chat.whispers[1]


async def test_being_stopped_interrupts_and_says_so():
    world = None
    async with Runs(structlog.get_logger(), grace_s=0.05) as runs:
        world = World(runs)
        world.engine.add("web")

        async def forever() -> AsyncGenerator[Lines, None]:
            yield Lines(b"tick\n")
            await asyncio.Event().wait()

        world.engine.logs = lambda container, query: forever() if query.follow else nothing()  # type: ignore[method-assign]
        runs.spawn(world.pipeline.submit(world.request("logs web -f")))
        while not world.chat.messages:
            await asyncio.sleep(0)

    assert world.chat.statuses[0].state == "interrupted"
    assert NoteView("interrupted: the bot was stopped, after 0ms") in world.chat.results


async def test_nothing_runs_whose_record_the_audit_cant_take(world: World):
    world.engine.add("web", Lines(b"one\n"))
    world.journal.fault = Unavailable("can't now", why="Redis is away", hint="Nothing ran.")

    await world.say("logs web")

    assert world.chat.statuses[0].state == "failed"
    assert [view.text for view in world.chat.results if isinstance(view, NoteView)] == [
        "can't now: Redis is away. Nothing ran."
    ]


async def test_every_step_of_a_command_is_in_the_audit(world: World):
    world.engine.add("web", Lines(b"one\n"))
    await world.say("logs web")
    await world.say("logs nothing")
    story = [(entry.event, entry.command, entry.detail) for entry in world.journal.written]
    assert story == [
        ("asked", "logs web", ""),
        ("decided", "logs web", "allow: policy `everyone-looks`"),
        ("ended", "logs web", "1 line"),
        ("asked", "logs nothing", ""),
        ("refused", "logs nothing", "nothing is called `nothing` in `local`"),
    ]
    assert world.journal.written[2].bytes == 4


async def test_what_a_dead_replica_ran_is_never_repeated_unless_it_reads(world: World):
    world.engine.add("web", Lines(b"one\n"))
    request = world.request("exec web -- rm -rf /tmp/x")
    place = await world.chat.open(request, Status("running", "<@U0ANN>", "exec web"))

    await world.pipeline.recover(request, place)

    assert world.chat.statuses[0].state == "interrupted"
    assert world.engine.asks == []
    assert [(entry.event, entry.detail) for entry in world.journal.written] == [
        ("ended", "interrupted: the bot restarted")
    ]


async def test_a_choice_whose_replica_died_is_read_again_or_ended_as_the_command_that_it_is(world: World):
    world.engine.add("web", Lines(b"one\n"))
    await world.sessions.put_menu(Menu("m1", Place("T0", "C0", "1.0"), ("logs web", "exec web -- rm x"), "U0ANN"))
    for choice in (MenuChoice("m1", 0), MenuChoice("m1", 1), AgainPress("m1"), MenuChoice("gone", 0)):
        request = world.request(choice)
        place = await world.chat.open(request, Status("running", "<@U0ANN>", "-"))
        await world.pipeline.recover(request, place)

    assert [(it.state, it.command) for it in world.chat.statuses] == [
        ("done", "logs web"), ("interrupted", "exec web -- rm x"), ("done", "logs web"), ("interrupted", ""),
    ]  # fmt: skip
    assert len(world.engine.asks) == 2


async def test_a_message_that_was_posted_and_not_written_down_is_ended_or_gone_on_with(world: World):
    world.engine.add("web", Lines(b"one\n"))
    writing, reading = world.request("exec web -- rm x"), world.request("logs web")
    for request in (writing, reading):
        await world.chat.open(request, Status("running", "<@U0ANN>", request.words))

        await world.pipeline.recover(request, None)

    assert [status.state for status in world.chat.statuses] == ["interrupted", "done"]


async def test_a_root_says_all_of_what_went_wrong_and_leaves_the_hint_to_the_thread(world: World):
    world.engine.fault = Unavailable("cannot ask", "web", why="it says no. 5 (see a. b)", hint="Try again.")
    await world.say("logs web")
    assert str(world.chat.statuses[-1].detail).startswith("cannot ask `web`: it says no. 5 (see a. b), after ")
    assert NoteView("cannot ask `web`: it says no. 5 (see a. b). Try again.") in world.chat.results

    world.engine.fault = Unavailable("cannot ask", "web", why="x" * 300)
    await world.say("logs web")
    assert "x…, after" in str(world.chat.statuses[-1].detail)


async def test_the_last_lines_that_match_are_the_last_of_those_that_match(world: World):
    blocks = [Lines("".join(f"hit {n}\n" if n % 3 == 0 else f"miss {n}\n" for n in part).encode())
              for part in (range(50), range(50, 100))]  # fmt: skip
    world.engine.add("web", *blocks)

    await world.say("logs web --grep hit --tail 2")
    (view,) = world.chat.results
    assert isinstance(view, TextView)
    assert list(view.lines) == ["hit 96", "hit 99"]

    await world.say("logs web --grep nothing --tail 2")
    assert "No line of its log matches `nothing`." in str(world.chat.results[-1])


async def test_which_container_was_taken_does_not_hide_that_its_log_is_empty(world: World):
    world.engine.add("web", container="app", others=(Neighbour("proxy"),))
    await world.say("logs web")
    chosen = "On container `app`. There is also `proxy`: `-c` names one."
    assert world.chat.results == [NoteView(f"{chosen} Its log is empty.")]


async def test_which_container_was_taken_does_not_hide_that_no_line_matches(world: World):
    world.engine.add("web", Lines(b"one\n"), container="app", others=(Neighbour("proxy"),))
    await world.say("logs web --grep nothing")
    said = " ".join(str(view.text) for view in world.chat.results if isinstance(view, NoteView))
    assert "On container `app`" in said
    assert "No line of its log matches `nothing`." in said


async def test_what_waited_too_long_is_not_run_unless_it_reads(world: World):
    world.engine.add("web", Lines(b"one\n"))
    old = NOW.timestamp() - 3_600
    await world.pipeline.recover(world.request("exec web -- rm x", at=old), None)
    assert world.engine.asks == []
    assert world.chat.whispers == ["interrupted: the bot was down, and this has not run. Type it again."]

    await world.pipeline.recover(world.request("logs web", at=old), None)
    assert world.chat.statuses[0].state == "done"


@pytest.mark.parametrize("vote", [ApprovalPress("approve", "a1"), "approve a1"])
@pytest.mark.parametrize("began", [False, True])
async def test_an_approval_that_was_spent_by_a_dead_replica_is_not_spent_again(
    world: World, vote: str | Act, began: bool
):
    web = world.engine.add("web", Lines(b"one\n"))
    asked = world.request("exec web -- id")
    place = await world.chat.open(asked, Status("running", "<@U0ANN>", "exec web"))
    press = world.request(vote, user="U0BOB")
    await world.approvals.put(
        Approval(
            "a1", asked, "exec", "exec web", "local", "d", 1, web, "slack T0/U0ANN", 600.0, place, place,
            state="spent", spent_by=press.id,
        )
    )  # fmt: skip

    await world.pipeline.recover(replace(press, at=0.0), place if began else None)

    assert world.chat.statuses[0].state == "interrupted"
    assert "exec web" in world.chat.statuses[0].command
    assert world.engine.asks == []


async def test_a_line_whose_replica_died_is_not_typed_again(world: World):
    world.engine.add("web")
    await world.say("logs web")
    place = Place("T0", "C0", "1.0")
    session = await world.sessions.session(place)
    assert session is not None
    await world.sessions.remember(place, replace(session, command="sh web"))

    await world.pipeline.recover(world.request(ShellLine("rm x"), thread="1.0"), None)

    assert world.live.letters == []
    assert "`$ rm x` may or may not have been typed" in world.chat.whispers[0]


def sealed(world: World, *hidden: str) -> None:
    """Three protected replicas; Ann may ask, Bob may approve."""
    for name in ("web-1", "web-2", "web-3"):
        labels = {"cdebug/protected": "true"} | ({"hidden": "yes"} if name in hidden else {})
        world.engine.add(name, labels=labels, owner="service/web", image_id="sha256:1")
    world.directory.channels["C0"] = Channel("C0", "channel", listed=True)
    for user, role in (("U0ANN", "responder"), ("U0BOB", "approver")):
        world.directory.people[user] = Person("T0", user, user.lower(), roles=frozenset({role}))


def card_of(world: World) -> CardView:
    return next(view for view in world.chat.results if isinstance(view, CardView))


async def test_a_stale_id_in_the_settings_stops_no_approval(world: World):
    sealed(world)
    world.directory.unknown = {"U0GONE"}

    await world.say("exec web-1 --reason x -- id")

    assert card_of(world).asked == ("<@U0BOB>",)


async def test_a_card_counts_the_replicas_that_its_reader_may_see():
    hiding = (
        f'{SHIPPED_POLICY.read_text()}\n@id("hidden") forbid (principal, action, resource) '
        'when { resource.hasTag("hidden") };'
    )
    async with Runs(structlog.get_logger(), grace_s=0.1) as runs:
        world = World(runs, policy=hiding)
        sealed(world, "web-3")
        await world.say("exec web-1 --reason x -- id")
        where = dict(card_of(world).groups)["Where"]
        assert dict(where)["replicas"] == "2 behind the same owner; this is one of them"


async def test_an_engines_timeout_is_not_taken_for_the_runs_limit(world: World, monkeypatch: pytest.MonkeyPatch):
    async def hanging(*_: Any) -> AsyncGenerator[Lines, None]:
        raise TimeoutError
        yield Lines(b"")

    world.engine.add("web")
    monkeypatch.setattr(world.engine, "logs", hanging)
    await world.say("logs web")
    assert world.chat.statuses[0].state == "failed"


async def waiting(world: World, **more: Any) -> Approval:
    """A request that waits for one vote, and expires a minute after NOW."""
    web = world.engine.add("web", Lines(b"one\n"), labels={"cdebug/protected": "true"})
    world.directory.people["U0BOB"] = Person("T0", "U0BOB", "bob", roles=frozenset({"approver", "responder"}))
    world.directory.people["U0ANN"] = Person("T0", "U0ANN", "ann", roles=frozenset({"responder"}))
    world.directory.channels["C0"] = Channel("C0", "channel", listed=True)
    asked = world.request("logs web", at=NOW.timestamp() - 600)
    place = await world.chat.open(asked, Status("waiting for approval", "<@U0ANN>", "logs web"))
    known = {"expires": NOW.timestamp() + 60, **more}
    approval = Approval(
        "a1", asked, "exec", "exec web -- id", "local", "d", 1, web, "slack T0/U0ANN",
        known["expires"], place, place,
    )  # fmt: skip
    await world.approvals.put(approval)
    return approval


async def test_a_vote_that_is_worked_on_after_the_request_expired_runs_nothing(world: World):
    """It was acknowledged before; the bot was killed meanwhile."""
    await waiting(world, expires=NOW.timestamp() - 1)
    press = world.request(ApprovalPress("approve", "a1"), user="U0BOB", at=NOW.timestamp() - 5)

    await world.pipeline.recover(press, None)
    await world.pipeline.take(press)

    assert all("it has expired" in line for line in world.chat.whispers)
    assert len(world.chat.whispers) == 2
    known = await world.approvals.get("a1")
    assert known
    assert (known.state, known.votes) == ("waiting", ())
    assert not world.engine.asks


@pytest.mark.parametrize("vote", [ApprovalPress("approve", "a1"), "approve a1"])
async def test_a_vote_is_never_recovered_late(world: World, vote: str | Act):
    await waiting(world)
    at = NOW.timestamp() - 300

    await world.pipeline.recover(world.request(vote, user="U0BOB", at=at), None)

    assert "interrupted: the bot was down, and this has not run" in world.chat.whispers[0]
    known = await world.approvals.get("a1")
    assert known
    assert not known.votes


async def test_the_neighbour_a_vote_in_time_counts(world: World):
    await waiting(world)
    await world.pipeline.take(world.request(ApprovalPress("approve", "a1"), user="U0BOB", at=0.0))
    known = await world.approvals.get("a1")
    assert known
    assert [vote.user for vote in known.votes] == ["U0BOB"]
