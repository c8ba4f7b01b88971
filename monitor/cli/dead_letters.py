"""``dead-letters``: what could not be handled, and a second try of it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import typer
from rich.markup import escape
from rich.table import Column, Table

from monitor.archive.lines import LetterLine
from monitor.cli.lists import dead_letters
from monitor.cli.open import CONFIG, open_log
from monitor.cli.output import console, plain, print_json
from monitor.records import Delivery, OutboxEntry, Record, RecordError, decode
from monitor.stage import Out

app = typer.Typer(no_args_is_help=True, help="What could not be handled: list, show, replay.")
MOST_REPLAYED = 1000
AS_JSON = typer.Option(False, "--json", help="One JSON line each.")


def add_to(main: typer.Typer) -> None:
    """Register the group."""
    main.add_typer(app, name="dead-letters")


@app.command("list")
def list_(
    config: Path = CONFIG,
    limit: int = typer.Option(50, "--limit", "-n", min=1, max=100_000, help="The newest so many."),
    as_json: bool = AS_JSON,
) -> None:
    """List dead letters, newest first. Example: monitor dead-letters list -n 10"""
    letters = dead_letters(config, limit)
    if as_json:
        for letter in letters:
            print_json(_summary(letter))
        return
    if not letters:
        console().print("no dead letters")
        return
    table = Table(
        Column("id", no_wrap=True), "at", "stage", "topic", "error", "message", box=None, pad_edge=False
    )
    for letter in letters:
        cells = (
            letter.id,
            f"{letter.at:%Y-%m-%d %H:%M:%S}",
            letter.stage,
            letter.topic,
            letter.error,
            letter.message,
        )
        table.add_row(*(escape(plain(cell)) for cell in cells))
    console().print(table)


@app.command()
def show(id: str, config: Path = CONFIG, as_json: bool = AS_JSON) -> None:
    """Show one dead letter with its original bytes. Example: monitor dead-letters show 3f2a"""
    letter = _one(config, id)
    if as_json:
        print_json(_summary(letter) | {"key": letter.key, "value": letter.value})
        return
    out = console()
    for name, value in _summary(letter).items():
        out.print(f"{name:>8}: {plain(str(value))}", markup=False)
    out.print(f"     key: {plain(letter.key.decode('utf-8', 'backslashreplace'))}", markup=False)
    out.print(plain(letter.value.decode("utf-8", "backslashreplace")), markup=False)


@app.command()
def replay(
    ids: list[str] = typer.Argument(None, metavar="[ID…]", help="Which; see --all."),
    config: Path = CONFIG,
    every: bool = typer.Option(False, "--all", help=f"Every dead letter of the newest {MOST_REPLAYED:,}."),
) -> None:
    """Put dead letters back onto the topic they came from. Example: monitor dead-letters replay 3f2a"""
    if bool(ids) == every:
        raise typer.BadParameter("name the dead letters, or give --all")
    letters = dead_letters(config, MOST_REPLAYED) if every else [_one(config, id) for id in ids]
    log = open_log(config, write=True)
    replays = {row.id: row.replay for _, row in log.rows("outbox") if isinstance(row, OutboxEntry)}
    outs = []
    refused = 0
    for letter in letters:
        try:
            outs.append(Out(letter.topic, letter.key, _again(letter, replays)))
        except RecordError as error:
            refused += 1
            console(err=True).print(f"{letter.id}: cannot be replayed: {error}", markup=False)
    if outs:
        log.append(*outs)
    log.close()
    console().print(f"replayed {len(outs)} of {len(letters)}")
    if refused:
        raise typer.Exit(1)


def _one(config: Path | None, id: str) -> LetterLine:
    found = dead_letters(config, MOST_REPLAYED, id=id)
    if not found:
        raise typer.BadParameter(f"there is no dead letter {id!r}; see `monitor dead-letters list`")
    if len({letter.id for letter in found}) > 1:
        raise typer.BadParameter(f"several dead letters begin with {id!r}: give more of the id")
    return found[0]  # the newest, if it was tried more than once


def _again(letter: LetterLine, replays: Mapping[str, int]) -> Record:
    """The original record. A delivery is tried anew under the same id; ``replays`` counts its repeats."""
    record = decode(letter.value)
    if isinstance(record, Delivery):
        last = max(record.replay, replays.get(record.id, 0))
        return msgspec.structs.replace(record, replay=last + 1)
    return record


def _summary(letter: LetterLine) -> dict[str, Any]:
    return {
        "id": letter.id,
        "at": letter.at,
        "stage": letter.stage,
        "topic": letter.topic,
        "place": letter.place,
        "error": letter.error,
        "message": letter.message,
    }
