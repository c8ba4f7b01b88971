"""``deliveries`` and ``send-test``: what was sent, what waits, and sending it again."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import msgspec
import typer
from rich.markup import escape
from rich.table import Column, Table

from monitor.cli.lists import deliveries, sent_delivery
from monitor.cli.open import CONFIG, open_log, outbox_entry
from monitor.cli.output import console, plain, print_json
from monitor.records import Command
from monitor.stage import Out

app = typer.Typer(no_args_is_help=True, help="What was sent and what waits: list, show, replay, enable.")
STATES = ("pending", "delivered", "dead")
AS_JSON = typer.Option(False, "--json", help="One JSON line each.")


def add_to(main: typer.Typer) -> None:
    """Register the group."""
    main.add_typer(app, name="deliveries")


@app.command("list")
def list_(
    config: Path = CONFIG,
    state: str = typer.Option("", "--state", help="Only pending, delivered or dead ones."),
    subscriber: str = typer.Option("", "--subscriber", help="Only those of one subscriber."),
    limit: int = typer.Option(50, "--limit", "-n", min=1, max=100_000, help="The newest so many."),
    as_json: bool = AS_JSON,
) -> None:
    """List deliveries, newest first. Example: monitor deliveries list --state pending"""
    if state not in ("", *STATES):
        raise typer.BadParameter(f"there is no state {state!r}: there are {', '.join(STATES)}")
    lines = deliveries(config, limit, state=state, subscriber=subscriber)
    if as_json:
        for line in lines:
            print_json(line)
        return
    if not lines:
        console().print("no deliveries")
        return
    table = Table(
        Column("id", no_wrap=True),
        "seen",
        "subscriber",
        "state",
        "attempts",
        "next",
        "title",
        "last error",
        box=None,
        pad_edge=False,
    )
    for line in lines:
        when = f"{line.next_attempt:%Y-%m-%d %H:%M:%S}" if line.next_attempt is not None else ""
        cells = (f"{line.seen:%Y-%m-%d %H:%M:%S}", line.subscriber, line.state, str(line.attempts), when)
        table.add_row(line.id, *cells, escape(plain(line.title[:60])), escape(plain(line.last_error)))
    console().print(table)


@app.command()
def show(id: str, config: Path = CONFIG, as_json: bool = AS_JSON) -> None:
    """Show one delivery, its body too while it is kept. Example: monitor deliveries show dlv_3f2a"""
    lines = deliveries(config, 1, id=id)
    if not lines:
        raise typer.BadParameter(f"there is no delivery {id!r}; see `monitor deliveries list`")
    log = open_log(config)
    delivery = sent_delivery(log, lines[0].id)
    log.close()
    body = delivery.body.decode("utf-8", "backslashreplace") if delivery is not None else ""
    shown = msgspec.to_builtins(lines[0])
    if as_json:
        print_json(shown | {"body": body})
        return
    out = console()
    for name, value in shown.items():
        out.print(f"{name:>12}: {plain(str(value))}", markup=False)
    if body:
        out.print(plain(body), markup=False)


@app.command()
def replay(ids: list[str] = typer.Argument(..., metavar="ID…"), config: Path = CONFIG) -> None:
    """Send deliveries anew under the same id. Example: monitor deliveries replay dlv_3f2a"""
    log = open_log(config, write=True)
    outs = []
    for id in ids:
        entry = outbox_entry(log, id)
        delivery = entry.delivery or sent_delivery(log, entry.id)
        if delivery is None:
            raise typer.BadParameter(f"the body of {entry.id} is no longer kept")
        again = msgspec.structs.replace(delivery, replay=entry.replay + 1)
        outs.append(Out("deliveries", again.subscriber.encode(), again))
    log.append(*outs)
    log.close()
    console().print(f"replayed {len(outs)}")


@app.command()
def enable(subscriber: str = typer.Argument(..., help="The subscriber's id."), config: Path = CONFIG) -> None:
    """Send again to a subscriber whose endpoint was disabled, such as after status 410.

    Example: monitor deliveries enable desk-hook
    """
    now = datetime.now(UTC)
    command = Command(
        id=f"endpoint-enabled/{subscriber}/{now.isoformat()}",
        action="endpoint-enabled",
        at=now,
        subscriber=subscriber,
    )
    log = open_log(config, write=True)
    log.append(Out("attempts", subscriber.encode(), command))
    log.close()
    console().print(f"{subscriber} is enabled; replay what became a dead letter meanwhile", markup=False)


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
