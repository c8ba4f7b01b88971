"""``deliveries`` and ``send-test``: what was sent, what waits, and sending it again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import typer
from rich.table import Column, Table

from monitor.cli.open import CONFIG, open_log, outbox_entry
from monitor.cli.output import console, print_json
from monitor.records import Delivery, OutboxEntry
from monitor.stage import Out

app = typer.Typer(no_args_is_help=True, help="What was sent and what waits: list, show, replay.")
AS_JSON = typer.Option(False, "--json", help="One JSON line each.")


@app.command("list")
def list_(
    config: Path = CONFIG,
    state: str = typer.Option("", "--state", help="Only pending, delivered or dead ones."),
    subscriber: str = typer.Option("", "--subscriber", help="Only those of one subscriber."),
    limit: int = typer.Option(50, "--limit", "-n", min=1, max=100_000, help="The newest so many."),
    as_json: bool = AS_JSON,
) -> None:
    """List deliveries, newest first. Example: monitor deliveries list --state pending"""
    log = open_log(config)
    entries = [row for _, row in log.rows("outbox") if isinstance(row, OutboxEntry) and row.subscriber]
    log.close()
    entries = [
        entry for entry in entries if state in ("", entry.state) and subscriber in ("", entry.subscriber)
    ]
    entries.sort(key=lambda entry: entry.seen, reverse=True)
    if as_json:
        for entry in entries[:limit]:
            print_json(_summary(entry))
        return
    if not entries:
        console().print("no deliveries")
        return
    table = Table(
        Column("id", no_wrap=True),
        "seen",
        "subscriber",
        "state",
        "attempts",
        "next",
        "last error",
        box=None,
        pad_edge=False,
    )
    for entry in entries[:limit]:
        when = f"{entry.next_attempt:%Y-%m-%d %H:%M:%S}" if entry.next_attempt is not None else ""
        table.add_row(
            entry.id,
            f"{entry.seen:%Y-%m-%d %H:%M:%S}",
            entry.subscriber,
            entry.state,
            str(entry.attempts),
            when,
            entry.last_error,
        )
    console().print(table)


@app.command()
def show(id: str, config: Path = CONFIG, as_json: bool = AS_JSON) -> None:
    """Show one delivery, its body too while it is kept. Example: monitor deliveries show dlv_3f2a"""
    log = open_log(config)
    entry = outbox_entry(log, id)
    log.close()
    body = entry.delivery.body.decode("utf-8", "backslashreplace") if entry.delivery is not None else ""
    if as_json:
        print_json(_summary(entry) | {"body": body})
        return
    out = console()
    for name, value in _summary(entry).items():
        out.print(f"{name:>12}: {value}", markup=False)
    if body:
        out.print(
            "".join(char if char.isprintable() or char in "\n\t" else "�" for char in body), markup=False
        )


@app.command()
def replay(ids: list[str] = typer.Argument(..., metavar="ID…"), config: Path = CONFIG) -> None:
    """Send deliveries anew under the same id. Example: monitor deliveries replay dlv_3f2a"""
    log = open_log(config, write=True)
    outs = []
    for id in ids:
        entry = outbox_entry(log, id)
        delivery = entry.delivery or _sent(log.newest("deliveries", 100_000), entry.id)
        if delivery is None:
            raise typer.BadParameter(f"the body of {entry.id} is no longer kept")
        again = msgspec.structs.replace(delivery, replay=entry.replay + 1)
        outs.append(Out("deliveries", again.subscriber.encode(), again))
    log.append(*outs)
    log.close()
    console().print(f"replayed {len(outs)}")


def send_test(
    subscriber: str = typer.Argument(..., help="The subscriber's id in subscribers.yaml."),
    config: Path = CONFIG,
    as_json: bool = typer.Option(False, "--json", help="Print the answer as JSON."),
) -> None:
    """Send a test notice to a subscriber now, past the outbox, and say what came of it.

    Exit code 1 if it did not arrive. Example: monitor send-test terminal
    """
    import asyncio

    from monitor.config import load_settings
    from monitor.notify.subscribers import FILE_NAME, load_subscribers
    from monitor.notify.trial import send_trial

    settings = load_settings(config)
    subscribers = load_subscribers(settings.rules_dir / FILE_NAME)
    target = subscribers.targets.get(subscriber)
    if target is None:
        raise typer.BadParameter(
            f"there is no subscriber {subscriber!r}: there are {', '.join(subscribers.targets)}"
        )
    answer = asyncio.run(send_trial(subscriber, target, settings.network_settings))
    if as_json:
        print_json(msgspec.to_builtins(answer))
    else:
        status = f" (status {answer.status})" if answer.status else ""
        console().print(f"{subscriber}: {answer.outcome}{status} {answer.error}".rstrip(), markup=False)
    if answer.outcome != "delivered":
        raise typer.Exit(1)


def _sent(records: list[Any], id: str) -> Delivery | None:
    return next((one for one in records if isinstance(one, Delivery) and one.id == id), None)


def _summary(entry: OutboxEntry) -> dict[str, Any]:
    return {
        "id": entry.id,
        "subscriber": entry.subscriber,
        "state": entry.state,
        "seen": entry.seen,
        "title": entry.delivery.title if entry.delivery is not None else "",
        "replay": entry.replay,
        "attempts": entry.attempts,
        "next_attempt": entry.next_attempt,
        "last_status": entry.last_status,
        "last_error": entry.last_error,
        "done": entry.done,
    }
