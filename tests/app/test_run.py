"""The always-on job, whole: from a file in the inbox to a channel, on the embedded runtime."""

from __future__ import annotations

import json
import shutil
import signal
import time
from pathlib import Path

import pytest

from tests.app.conftest import RULE, Hook, World

ROOT = Path(__file__).resolve().parents[2]
ARTICLE = "Russian strikes on Raqqa killed ten people on Monday, officials in the city said."
OTHER = "A bomb went off near the market of the old town, as the mayor told reporters at noon."


def test_the_sample_article_arrives_with_evidence_and_glosses_and_once_only(world: World) -> None:
    shutil.rmtree(world.rules)
    shutil.copytree(ROOT / "rules", world.rules)
    (world.rules / "feeds.yaml").unlink()
    world.subscribe()
    worker = world.start()
    world.drop("raqqa.ar.txt", (ROOT / "examples/raqqa.ar.txt").read_bytes())
    worker.wait("attempt", outcome="delivered")
    (alert,) = world.sent()
    assert "ru-strikes-raqqa" in [rule["id"] for rule in alert["rules"]]
    (rule,) = (rule for rule in alert["rules"] if rule["id"] == "ru-strikes-raqqa")
    assert {one["gloss"] for one in rule["evidence"]} >= {"Russia", "airstrike", "Raqqa"}
    assert alert["language"] == "ar"
    assert (world.inbox / "done/raqqa.ar.txt").exists()
    code, seconds = worker.stop()
    assert code == 0
    assert seconds < 10
    # Started again, and given the same file again, it sends nothing twice.
    worker = world.start()
    world.drop("again.txt", (ROOT / "examples/raqqa.ar.txt").read_bytes())
    worker.wait("inbox-taken", file="again.txt")
    world.drop(
        "last.txt", "شنت طائرات روسية غارات جوية على مدينة الرقة ليلا وقتلت ثلاثين شخصا في السوق القديم."
    )
    worker.wait("inbox-taken", file="last.txt")
    worker.wait("attempt", outcome="delivered")
    assert [one["id"] for one in world.sent()].count(alert["id"]) == 1
    assert len(world.sent()) == 2
    assert worker.stop()[0] == 0


def test_an_edited_rule_is_live_within_two_seconds_and_a_broken_one_keeps_the_last_good(world: World) -> None:
    worker = world.start()
    worker.wait("rules-loaded")
    watch = world.rules / "watch.yaml"
    watch.write_text(RULE + "  - {id: bombs, match: bomb}\n")
    begin = time.monotonic()
    assert worker.wait("rules-loaded")["rules"] == 2
    waited = time.monotonic() - begin
    watch.write_text(RULE + "  - {id: bombs, match: mine}\n  - {id: third, match: {entity: place/rakka}}\n")
    broken = worker.wait("rules-broken")
    assert broken["place"] == f"{watch}:6:25"
    assert "unknown entity 'place/rakka'" in broken["problem"]
    assert "place/raqqa" in broken["remedy"]
    assert worker.wait("rules-loaded")["problems"] == 1
    watch.write_text("rules: [")
    assert worker.wait("rules-broken")["place"].startswith(f"{watch}:1:")
    world.drop("bomb.txt", OTHER)
    worker.wait("match", rules="bombs")
    worker.wait("attempt", outcome="delivered")
    watch.write_text("rules:\n  - {id: mended, match: market}\n")
    while worker.wait("rules-loaded")["problems"]:
        pass
    world.drop("mended.txt", "The market of the town was closed on Friday, said the people who live there.")
    worker.wait("match", rules="mended")
    assert worker.stop(signal.SIGINT)[0] == 0
    assert waited < 10  # two seconds at rest: printed by the benchmark, not judged on a loaded machine


def test_edited_subscribers_are_live_and_broken_ones_keep_the_last_good(world: World, hook: Hook) -> None:
    worker = world.start()
    worker.wait("rules-loaded")
    (world.rules / "subscribers.yaml").write_text("subscribers: [{id: s0, channel: {kind: pigeon}}]")
    assert worker.wait("rules-broken")["place"].startswith(f"{world.rules / 'subscribers.yaml'}:1:")
    world.drop("one.txt", ARTICLE)
    worker.wait("attempt", subscriber="s0", outcome="delivered")
    world.subscribe(hook.channel)
    while worker.wait("rules-loaded")["problems"]:
        pass
    world.drop(
        "two.txt",
        "Russian airstrikes on Raqqa destroyed the bridge over the river at dawn, a witness told us.",
    )
    worker.wait("attempt", subscriber="s1", outcome="delivered")
    assert len(hook.got) == 1


def test_broken_subscribers_at_the_start_are_a_mistake_and_nothing_pending_is_given_up(world: World) -> None:
    (world.rules / "subscribers.yaml").write_text("subscribers: [{id: s0, channel: {kind: pigeon}}]")
    code, err = world.run_worker()
    assert code == 2
    assert "subscribers.yaml:1:" in err


def test_a_second_worker_on_the_folder_is_refused(world: World) -> None:
    worker = world.start()
    code, err = world.run_worker()
    assert code == 2
    assert "another worker" in err
    assert "data_dir" in err
    world.drop("one.txt", ARTICLE)
    worker.wait("attempt", outcome="delivered")  # the first goes on
    assert worker.stop()[0] == 0


def test_files_that_are_no_articles_go_aside_with_the_reason_and_the_others_go_on(world: World) -> None:
    worker = world.start()
    bad = {
        "cut.json": b'{"title": "x", ',
        "deep.json": b"[" * 100_000,
        "type.json": b'{"text": 5}',
        "empty.txt": b"",
        "zero.txt": b"\0" * 100,
        "large.txt": b"x" * 6_000_000,
    }
    for name, data in bad.items():
        world.drop(name, data)
    world.drop("nul.txt", ARTICLE.replace("Raqqa", "Raqqa\0"))
    waited = {worker.wait("inbox-failed")["file"] for _ in bad}
    assert waited == set(bad)
    for name in bad:
        reason = (world.inbox / "failed" / f"{name}.reason.txt").read_text()
        assert len(reason) > 10
        assert "Traceback" not in reason
    if not world.sent():
        worker.wait("attempt", outcome="delivered")
    assert len(world.sent()) == 1
    assert (world.inbox / "done/nul.txt").exists()
    assert worker.stop()[0] == 0


@pytest.mark.parametrize("running", [True, False], ids=["running", "stopped"])
def test_deliveries_and_dead_letters_are_listed_shown_and_replayed(
    world: World, hook: Hook, running: bool
) -> None:
    assert world.run("deliveries", "list")[0] == 2  # nothing has run yet
    world.subscribe(hook.channel)
    hook.status = 422
    worker = world.start()
    world.drop("one.txt", ARTICLE)
    attempts = [worker.wait("attempt") for _ in range(2)]
    assert {one["subscriber"]: one["outcome"] for one in attempts} == {"s0": "delivered", "s1": "failed"}
    if not running:
        assert worker.stop()[0] == 0

    listed = {line["subscriber"]: line for line in world.lines("deliveries", "list")}
    assert (listed["s0"]["state"], listed["s1"]["state"]) == ("delivered", "dead")
    assert [line["id"] for line in world.lines("deliveries", "list", "--state", "dead")] == [
        listed["s1"]["id"]
    ]
    assert world.lines("deliveries", "list", "--subscriber", "s2") == []
    code, shown, _ = world.run("deliveries", "show", listed["s0"]["id"][:12], "--json")
    assert code == 0
    assert json.loads(json.loads(shown)["body"]) == world.sent()[0]
    assert "422" in world.run("deliveries", "list")[1]

    (letter,) = world.lines("dead-letters", "list")
    assert (letter["topic"], letter["stage"]) == ("deliveries", "outbox")
    code, shown, _ = world.run("dead-letters", "show", letter["id"][:8])
    assert code == 0
    assert "Raqqa" in shown or "body" in shown
    for group in ("deliveries", "dead-letters"):
        assert world.run(group, "show", "zzzz")[0] == 2
        assert world.run(group, "replay", "zzzz")[0] == 2

    # Replayed: the same id and body, to the channel that had refused it and to the one that had not.
    hook.status = 200
    assert world.run("dead-letters", "replay", letter["id"])[:2] == (0, "replayed 1 of 1\n")
    assert world.run("deliveries", "replay", listed["s0"]["id"])[:2] == (0, "replayed 1\n")
    if not running:
        worker = world.start()
    delivered = {worker.wait("attempt", outcome="delivered")["subscriber"] for _ in range(2)}
    assert delivered == {"s0", "s1"}
    assert len(world.sent()) == 2
    assert world.sent()[0] == world.sent()[1]
    assert len({(id, body) for id, body in hook.got}) == 1
    assert len(hook.got) == 2
    assert worker.stop()[0] == 0


def test_a_test_notice_reaches_the_subscriber_or_says_why_not(world: World, hook: Hook) -> None:
    world.subscribe(
        hook.channel, "{kind: webhook, url: 'http://127.0.0.1:9/', secret: {env: NO_SUCH_SECRET}}"
    )
    assert world.run("send-test", "s0")[:2] == (0, "s0: delivered\n")
    assert world.sent()[0]["kind"] == "test"
    code, out, _ = world.run("send-test", "s1", "--json")
    assert code == 0
    assert json.loads(out)["outcome"] == "delivered"
    assert len(hook.got) == 1
    hook.status = 500
    code, out, _ = world.run("send-test", "s1")
    assert code == 1
    assert "500" in out
    code, out, err = world.run("send-test", "s2")
    assert code in (1, 2)
    assert "NO_SUCH_SECRET" in out + err
    code, _, err = world.run("send-test", "nobody")
    assert code == 2
    assert "there are s0, s1, s2" in " ".join(err.split())


def test_a_data_file_that_is_none_is_said_without_a_traceback(world: World) -> None:
    for name in ("monitor.db", "archive.db"):
        (world.folder / "var" / name).write_bytes(b"not a database, but long enough to look at" * 100)
    for command in (("deliveries", "list"), ("dead-letters", "list"), ("deliveries", "replay", "x")):
        code, _, err = world.run(*command)
        assert code == 2, err
        assert "monitor" in err
