"""`make mutants`: each check that an attack meets is taken out once, and the attack's test must fail then.

Not part of `make test`: it runs the attacks' tests once a check, each on a copy of the tree.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.harness import ROOT, temporary_folder

ATTACKS = "tests/attacks/"
_PATIENCE_S = 400


@dataclass(frozen=True)
class Mutant:
    """In `file`, `check` is replaced by `hole`; then one of `tests` must fail."""

    name: str
    file: str
    check: str
    hole: str
    tests: str
    only: str = ""


MUTANTS = (
    Mutant("nobody's name is sent to a cluster", "bot/backends/kubernetes/client.py",
           "if person is None:\n            return []", "if True:\n            return []",
           "tests/journeys/test_cluster_rights.py", "refuses_bob"),
    Mutant("who is mapped to nobody goes as the bot", "bot/backends/kubernetes/client.py",
           "if not person.kubernetes:\n            raise Denied(",
           "if not person.kubernetes:\n            return []\n            Denied(",
           "tests/journeys/test_cluster_rights.py", "mapping"),
    Mutant("lookalikes need no review", "bot/backends/kubernetes/finding.py",
           'return await self._reviews.may("list pods", scope.namespace) and await', "return await",
           "tests/journeys/test_cluster_rights.py", "lookalikes"),
    Mutant("a namespace's label protects nothing", "bot/backends/kubernetes/namespaces.py",
           'found = replace(scope, protected=labels.get(PROTECTED) == "true")', "found = scope",
           f"{ATTACKS}test_cluster.py", "label_protects"),
    Mutant("a cluster's lists hide nothing", "bot/backends/kubernetes/listing.py",
           "if self._context.sees(thing):", "if True:", f"{ATTACKS}test_cluster.py", "leave_it_out"),
    Mutant("containers of all namespaces are found", "bot/backends/kubernetes/finding.py",
           "if scope.namespace == EVERYWHERE:", "if False:", f"{ATTACKS}test_cluster.py", "way_around"),
    Mutant("credentials in headers are shown", "bot/core/redact/redactor.py",
           'if colon and before in ("-H", "--header")', 'if False and before in ("-H", "--header")',
           "tests/core/test_redact.py", "words"),
    Mutant("a value goes on past what a shell would run", "bot/core/redact/shell.py",
           "_PLAIN.match(text, span.start, span.end).end()", "span.end",
           "tests/core/test_redact.py", "shell_would_run"),
    Mutant("another program's flag hides what follows", "bot/core/redact/redactor.py",
           'if value[:1] in ("-", "/"):', "if False:",
           "tests/core/test_redact.py", "another_program"),
    Mutant("a key that is spoken of hides the log", "bot/core/redact/keys.py",
           "self._left - 1 if self._other < _MOST_OTHER else 0", "self._left - 1",
           "tests/core/test_redact.py", "spoken_of"),
    Mutant("whatever head is chained to", "bot/store/journal.py",
           "    if not _HEAD.fullmatch(text):\n", "    if False:\n",
           "tests/store/test_state.py", "no_record_can_be"),
    Mutant("an anchor is written over", "bot/core/audit.py",
           "        if known.setdefault(anchor.seq, anchor.mac) != anchor.mac:\n", "        if False:\n",
           "tests/core/test_audit.py", "published_twice"),
    Mutant("a record's mac is a seal", "bot/core/audit.py",
           'return hmac.new(own, f"{head.seq}\\n{head.mac}".encode()',
           'return hmac.new(key, f"start\\n{head.seq}\\n{head.mac}".encode()',
           "tests/core/test_audit.py", "no_mac_of_a_record"),
    Mutant("a way round a mounted secret", "bot/actions/kit/mounted.py",
           "    path = _plain(path)\n    return any", "    return any",
           "tests/actions/kit/test_mounted.py", "every_way"),
    Mutant("an approval holds in any namespace", "bot/core/approval.py",
           '        "namespace": found.scope.namespace,\n', "",
           "tests/core/test_approval.py", "where_it_looked"),
    Mutant("a tar leads back to itself", "bot/actions/kit/archives.py",
           "        if count < 0:\n", "        if False:\n",
           "tests/actions/kit/test_archives.py", "broken_archive"),
    Mutant("what is hidden on a card has no length", "bot/core/redact/redactor.py",
           'return f"[redacted: {len(value):,} character{\'s\' if len(value) != 1 else \'\'}]"', "return HIDDEN",
           "tests/core/test_redact.py", "words"),
    Mutant("input is not checked for control characters", "bot/pipeline/enter/admission.py",
           "            check_typed(request.stdin.replace(\"\\r\\n\", \"\\n\"))\n", "",
           f"{ATTACKS}test_cards.py", "input_with_control"),
    Mutant("shell lines are not checked for control characters", "bot/pipeline/enter/admission.py",
           "            check_typed(request.words)\n", "",
           f"{ATTACKS}test_cards.py", "line_with_control"),
    Mutant("signs that hide are shown as they are", "bot/slack/blocks.py",
           "    view = _spelt(view)\n", "",
           f"{ATTACKS}test_cards.py", "spelt_out"),
    Mutant("what a window can't hold is not handed over", "bot/slack/thread.py",
           "if isinstance(modal, Page) and blocks.is_cut(modal):", "if False:",
           f"{ATTACKS}test_cards.py", "handed_over"),
    Mutant("somebody's reason is another's", "bot/pipeline/decide/break_glass.py",
           '& {"reason", "glass"}', "& set()",
           f"{ATTACKS}test_cards.py", "no_reason"),
    Mutant("two lines are one", "bot/pipeline/desk/keyboard.py",
           'for line in text.split("\\n")]', "for line in [text]]",
           f"{ATTACKS}test_cards.py", "two_lines"),
    Mutant("a vote counts by when it was pressed", "bot/pipeline/decide/approving.py",
           "        return self._parts.now().timestamp()\n", "        return 0.0\n",
           "tests/pipeline/test_pipeline.py", "expired_runs_nothing"),
    Mutant("a call of Redis can lose a cancellation", "bot/store/connection.py",
           "socket_timeout=None", "socket_timeout=5",
           "tests/store/test_stores.py", "cancelled_at_any_moment"),
    Mutant("a message that was posted and not written down is not looked for", "bot/pipeline/__init__.py",
           "place = place or await self._parts.chat.opened(request)", "place = place",
           "tests/pipeline/test_pipeline.py", "not_written_down"),
    Mutant("a workload's pods are whatever it selects", "bot/backends/kubernetes/kinds.py",
           'return kind == "service" or direct or', "return True or direct or",
           "tests/backends/kubernetes/test_ownership.py", "no_jobs_pod"),
    Mutant("what may not be listed is told as nothing", "bot/backends/kubernetes/objects.py",
           "return Refused(error.why)", "return []",
           "tests/journeys/test_cluster_rights.py", "not_told_as_nothing"),
    Mutant("a vote is recovered late", "bot/pipeline/__init__.py",
           'return isinstance(act, RunPress | ResultPress | FilterForm) or act.word == "arguments"', "return True",
           "tests/pipeline/test_pipeline.py", "recovered_late"),
    Mutant("what needs an approval is lost while it is asked for", "bot/pipeline/decide/finding.py",
           "most = MOST_APPROVALS if named else self._needs(found.scope)", "most = 0",
           f"{ATTACKS}test_policies.py", "needs_an_approval"),
    Mutant("a hidden namespace is denied by name", "bot/pipeline/decide/finding.py",
           "if self.policy.sees(self.person, self.channel, scope):\n            return self.decide(scope)",
           "if True:\n            return self.decide(scope)",
           f"{ATTACKS}test_policies.py", "hidden_namespace"),
    Mutant("a button is weaker than its word", "bot/pipeline/__init__.py",
           "            if verb := _VERBS.get(turn.word):\n", "            if verb := None:\n",
           f"{ATTACKS}test_policies.py", "no_weaker"),
    Mutant("anybody stops what runs", "bot/pipeline/desk/keyboard.py",
           'await self._gate.check(visit, "stop", "stop", about)', "pass",
           f"{ATTACKS}test_policies.py", "nobody_stops"),
    Mutant("what a result mentions is not judged", "bot/pipeline/desk/pages.py",
           "if hidden or not self._sees_mentions(visit, kept):", "if hidden:",
           f"{ATTACKS}test_hidden.py", "mentions"),
    Mutant("records of what was never judged show words", "bot/pipeline/desk/auditing.py",
           "return own or (bool(founds) and", "return True or (bool(founds) and",
           f"{ATTACKS}test_hidden.py", "never_judged"),
    Mutant("no lines before a window are read", "bot/actions/kit/leading.py",
           "_LEAD = 300", "_LEAD = 0",
           "tests/actions/kit/test_leading.py"),
    Mutant("a key's lines are known by its markers alone", "bot/core/redact/keys.py",
           "if _is_body(text) and (len(text)", "if False and (len(text)",
           "tests/core/test_corpus.py tests/core/test_redact.py"),
    Mutant("a head that goes back is written over", "bot/store/journal.py",
           "if now.seq <= known.seq:", "if False:",
           "tests/store/test_state.py", "cut_off"),
    Mutant("any number of flags is read", "bot/core/grammar.py",
           "if len(words) > _MOST_WORDS:", "if False:",
           f"{ATTACKS}test_overload.py", "thousand_flags"),
    Mutant("an audit read in a thread is read by all", "bot/slack/thread.py",
           "in_thread = bool(request.thread) and not private", "in_thread = bool(request.thread)",
           f"{ATTACKS}test_hidden.py", "auditor_reads_in_a_thread"),
    Mutant("mounted secrets are shown", "bot/actions/kit/mounted.py",
           'return any(path == root or path.startswith', 'return False and any(path == root or path.startswith',
           f"{ATTACKS}test_secrets.py", "mounted_secret"),
    Mutant("a program's arguments are in events", "bot/backends/docker/events.py",
           '    if action.startswith("exec_"):', "    if False:",
           f"{ATTACKS}test_secrets.py", "events"),
    Mutant("each piece of a line has a time", "bot/backends/docker/logs.py",
           "goes_on = number in self._unended", "goes_on = False",
           f"{ATTACKS}test_secrets.py", "cuts_in_two"),
    Mutant("a stream's entry may have more than ours", "bot/store/journal.py",
           'if set(fields) != {b"record"}:', "if False:",
           "tests/store/test_state.py", "found_out"),
    Mutant("readers trust the store", "bot/store/journal.py",
           "if wrong := fault([record], start, end, [], self._key):", "if wrong := '':",
           "tests/store/test_state.py", "forged"),
    Mutant("an empty key is a key", "bot/state.py",
           "    if len(key) < _SHORTEST_KEY:\n", "    if False:\n",
           "tests/test_command_line.py", "key"),
    Mutant("a body is read before its signature is", "bot/slack/doors.py",
           "        if not self._is_signed(body, request):\n", "        if False:\n",
           f"{ATTACKS}test_overload.py {ATTACKS}test_from_outside.py", "without_a_signature or lately"),
    Mutant("half a body is waited for", "bot/slack/doors.py",
           "_MOST_BODIES, _MOST_BYTES = 3.0", "_MOST_BODIES, _MOST_BYTES = 300.0",
           f"{ATTACKS}test_overload.py", "never_sent_whole"),
    Mutant("a mention anywhere is a command", "bot/slack/requests.py",
           "mentioned = text.startswith(mention)", "mentioned = mention in text",
           "tests/slack/test_requests.py", "begin"),
    Mutant("env takes options for variables", "bot/actions/shell/exec.py",
           "if bad := next((pair for pair in self.env if not _VARIABLE.match(pair)), \"\"):", "if bad := \"\":",
           "tests/actions/shell/test_exec.py", "env"),
    Mutant("addresses of the hidden are listed", "bot/backends/kubernetes/listing.py",
           "if kind in POINTING:\n", "if False:\n", f"{ATTACKS}test_cluster.py", "addresses"),
    Mutant("the requester may vote", "bot/core/approval.py",
           "if person.identity == self.identity or", "if False and person.identity == self.identity or",
           f"{ATTACKS}test_approvals.py", "second_account"),
    Mutant("a vote needs no role", "bot/pipeline/decide/approving.py",
           'self._permitted(visit, approval, "approve")\n        if approval.voted', "if approval.voted",
           f"{ATTACKS}test_approvals.py", "without_the_role"),
    Mutant("no digest is compared", "bot/pipeline/journey.py",
           "if digest_of(command.action, command.request, ruling.found, ruling.plan) != approved.digest:", "if False:",
           f"{ATTACKS}test_approvals.py", "recreated or moved or meanwhile"),
    Mutant("a plan is not part of the digest", "bot/core/approval.py",
           '"plan": _planned(plan),', "",
           "tests/core/test_plan.py tests/pipeline/test_planning.py", "digest or another"),
    Mutant("what a plan makes is judged by nobody", "bot/pipeline/decide/finding.py",
           "(*things_of(found), *plan.things)", "things_of(found)",
           "tests/pipeline/test_planning.py", "judges"),
    Mutant("policy sees no plan", "bot/pipeline/decide/finding.py",
           "known=Circumstances(votes, plan=plan)", "known=Circumstances(votes)",
           "tests/pipeline/test_planning.py", "judges"),
    Mutant("an approval is not spent", "bot/pipeline/decide/approving.py",
           "approval = await self._moved(approval, lambda it: it.spent(visit.request.id, self._now()))", "pass",
           f"{ATTACKS}test_approvals.py", "at_once or replayed"),
    Mutant("changes are not compared and set", "bot/store/approvals.py",
           "if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end\n", "",
           "tests/store/test_state.py", "spend or vote"),
    Mutant("a redelivery is acted on", "bot/slack/inbox.py",
           "        if fresh:\n", "        if True:\n",
           "tests/journeys/test_bad_input.py", "redeliver or twice or once"),
    Mutant("a digest leaves the input out", "bot/core/approval.py",
           '"stdin": hashlib.sha256(request.stdin.encode()).hexdigest(),', "",
           "tests/core/test_approval.py"),
    Mutant("a digest leaves the objects out", "bot/core/approval.py",
           '"objects": sorted(identity_of(thing) for thing in things_of(found)),', "",
           "tests/core/test_approval.py"),
    Mutant("lines are not decided", "bot/pipeline/desk/keyboard.py",
           "            await self._decide(visit, own)\n", "            pass\n",
           "tests/journeys/test_approvals.py", "role_does"),
    Mutant("a line goes to whoever's shell is open", "bot/pipeline/desk/keyboard.py",
           "next((run for run in shells if run.shell == request.user), None)", "shells[0]",
           f"{ATTACKS}test_inside.py tests/journeys/test_shell_layer.py", "persons_shell or somebody_elses"),
    Mutant("what is hidden is found", "bot/pipeline/decide/finding.py",
           "return policy.sees(visit.person, visit.channel, thing) and (", "return True or (",
           f"{ATTACKS}test_hidden.py", "same_words or lookalikes"),
    Mutant("what is hidden is read from the shelf", "bot/pipeline/desk/pages.py",
           "if hidden or not self._sees", "if not self._sees",
           f"{ATTACKS}test_hidden.py", "paged"),
    Mutant("what is hidden is in the audit's answer", "bot/pipeline/desk/auditing.py",
           "if self._sees_all(about) else []", "if True else []",
           f"{ATTACKS}test_hidden.py", "records"),
    Mutant("what is hidden is listed as running", "bot/pipeline/desk/answers.py",
           "if visit.sees(run.found)", "if True",
           f"{ATTACKS}test_hidden.py", "records"),
    Mutant("archives are not scanned", "bot/pipeline/run/scanning.py",
           "if file.name.endswith(_ARCHIVES):", "if False:",
           f"{ATTACKS}test_inside.py", "comes_back"),
    Mutant("keys of several lines are not seen", "bot/core/redact/stream.py",
           "if self._keys.open or keys.HINT.search(block):", "if False:",
           f"{ATTACKS}test_inside.py", "comes_back"),
    Mutant("a secret on a break is not seen", "bot/core/redact/stream.py",
           "if end < 0 or end - start < LONGEST_LINE:", "if True:",
           "tests/core/test_redact.py", "break"),
    Mutant("links out of a folder come along", "bot/actions/kit/archives.py",
           "if _stays_inside(member) and", "if True and",
           f"{ATTACKS}test_inside.py", "outside_itself"),
    Mutant("an argument's secret stands on the card", "bot/pipeline/decide/cards.py",
           "in redactor.words(words_of(action))]", "in words_of(action)]",
           "tests/journeys/test_approvals.py", "arguments"),
    Mutant("binaries are not asked about", "bot/pipeline/run/deliver.py",
           "            self._allow_binary()\n", "",
           f"{ATTACKS}test_inside.py", "cant_be_scanned"),
    Mutant("a flag breaks the glass", "bot/pipeline/run/running.py",
           "isinstance(decision, Ask) and command.glass_broken):",
           "isinstance(decision, Ask) and command.action.glass):",
           f"{ATTACKS}test_inside.py", "breaks_no_glass"),
    Mutant("a taken-over command is begun here too", "bot/store/inbox.py",
           "        if not ours:\n", "        if False:\n",
           "tests/store/test_state.py", "took_over"),
    Mutant("anybody's cut is sealed", "bot/store/journal.py",
           "if wrong := fault([record], head, Head(record.seq, record.mac), [], self._key):", "if wrong := '':",
           "tests/store/test_state.py", "never_sealed"),
    Mutant("an archive may unpack to anything", "bot/unpacking.py",
           "        if self._left < 0:\n", "        if False:\n",
           "tests/pipeline/test_scanning.py", "too_much"),
    Mutant("strangers are let in", "bot/core/person.py",
           "        if self.stranger:\n", "        if False:\n",
           f"{ATTACKS}test_from_inside.py", "strangers"),
    Mutant("floods are let in", "bot/pipeline/enter/admission.py",
           "if metered and (who := await self._parts.meter.admit(request)):", "if False and (who := ''):",
           f"{ATTACKS}test_inside.py", "flood"),
    Mutant("a diagnostic of Cedar's is no denial", "bot/core/policy.py",
           "        if result.diagnostics.errors:\n", "        if False:\n",
           "tests/core/test_policy.py", "diagnostic"),
    Mutant("an audit's record may be edited", "bot/core/audit.py",
           "if not hmac.compare_digest(record.mac, _mac(head, record.entry, key)):", "if False:",
           "tests/store/test_state.py tests/core/test_audit.py", "found or named"),
    Mutant("an audit's tail may be cut off", "bot/core/audit.py",
           "    if published:\n", "    if False:\n",
           "tests/core/test_audit.py", "cut_off"),
    Mutant("shared channels are spoken in", "bot/policy.cedar",
           "when { context.channel.shared };", "when { false };",
           f"{ATTACKS}test_inside.py", "shared_with"),
    Mutant("what was not planned is made", "bot/pipeline/run/making.py",
           "if thing not in plan.creates or thing in self.used or plan.ends_s <= 0:", "if False:",
           "tests/pipeline/test_making.py", "not_planned"),
    Mutant("labels need no seal", "bot/pipeline/run/making.py",
           "or not entry.is_ours(signer(parts)):", "or False:",
           "tests/pipeline/test_making.py", "somebody_else or inherits"),
    Mutant("what has expired stays", "bot/core/ledger.py",
           'return self.state == "stuck" or self.expires <= now', "return False",
           "tests/pipeline/test_making.py", "swept"),
    Mutant("whatever cdebug made is removed for one entry", "bot/backends/docker/making.py",
           'f"{LABEL}={entry.id}"', "LABEL", "tests/contracts/test_making.py", "taken"),
    Mutant("nothing runs without its record", "bot/pipeline/journey.py",
           'await trail.write(trail.entry("asked"), trail.entry("decided", told(ruling.decision), ruling.reached))',
           "pass",
           "tests/pipeline/test_pipeline.py", "audit"),
)  # fmt: skip


def main() -> None:
    """Print a row a mutant; exit 1 where one was not noticed. Words on the command line choose by name."""
    wanted = " ".join(sys.argv[1:])
    survived = [mutant for mutant in MUTANTS if wanted in mutant.name and not _killed(mutant)]
    if survived:
        sys.exit(f"not noticed: {', '.join(mutant.name for mutant in survived)}")


def _killed(mutant: Mutant) -> bool:
    with temporary_folder() as folder:
        tree = folder / "tree"
        shutil.copytree(ROOT, tree, symlinks=True, ignore=shutil.ignore_patterns(".git", ".venv", ".tools", "*_cache"))
        (tree / ".venv").symlink_to(ROOT / ".venv")
        _cut(tree / mutant.file, mutant)
        words = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *mutant.tests.split()]
        words += ["-k", mutant.only] if mutant.only else []
        run = subprocess.run(words, cwd=tree, capture_output=True, text=True, timeout=_PATIENCE_S, check=False)
    killed = run.returncode == 1
    last = run.stdout.strip().splitlines()[-1] if run.stdout.strip() else run.stderr[-200:]
    print(f"{'noticed    ' if killed else 'NOT NOTICED'}  {mutant.name:<45} {last}", flush=True)
    return killed


def _cut(path: Path, mutant: Mutant) -> None:
    text = path.read_text()
    assert mutant.check in text, f"{mutant.name}: {mutant.file} has changed; say where the check is now"
    path.write_text(text.replace(mutant.check, mutant.hole))


if __name__ == "__main__":
    main()
