"""``draft``: from plain words to a rule."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import typer
from rich.markup import escape

from monitor.cli.output import complain, console, plain, print_json

if TYPE_CHECKING:
    from monitor.matching.engine import Engine
    from monitor.rules.draft import Draft

RULES = typer.Option(
    [Path("rules")], "--rules", help="A folder or file of rules, entities, concepts; may be repeated."
)


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("draft")(write_draft)


def write_draft(
    words: list[str] = typer.Argument(
        ..., metavar="WORDS", help='What to watch for, in plain words of any language: "A + B without C".'
    ),
    rules: list[Path] = RULES,
    id: str = typer.Option("", "--id", help="The rule's id; made of the words if left out."),
    title: str = typer.Option("", "--title", help="The rule's title; the words if left out."),
    language: str = typer.Option("", "--lang", help="The language of the words, two letters."),
    examples: list[str] = typer.Option([], "--example", help="A text that must fire it; may be repeated."),
    silent: list[str] = typer.Option([], "--silent", help="A text that must not fire it; may be repeated."),
    picks: list[str] = typer.Option(
        [], "--pick", help="Another reading: its number or id as shown; may be repeated."
    ),
    guess: bool = typer.Option(True, "--guess/--no-guess", help="Take unknown words for near spellings."),
    save: Path = typer.Option(
        None, "--save", help="Write a new file, or add the rule to the end of a rule file."
    ),
    as_json: bool = typer.Option(False, "--json", help="One JSON object, with the rule and its YAML."),
) -> None:
    """Turn plain words into a rule and print it as YAML, ready to save.

    Names, demonyms and event words are looked up in the lexicon, so the rule fires in every language
    that it has. Exit code 0 if every word was resolved, 1 if not (the rule says which).

    Example: monitor draft "Russian strikes + Raqqa" --save rules/watch/raqqa.yaml
    """
    from monitor.cli.packs import pack_for
    from monitor.lexicon.models import LANGUAGES
    from monitor.matching.engine import Engine
    from monitor.rules.draft import DraftError, draft
    from monitor.rules.draft.written import rule_file, summary
    from monitor.rules.load import load_rules

    _check_id(id)
    if language and language not in LANGUAGES:
        raise typer.BadParameter(f"{language!r} is no language of a lexicon", param_hint="--lang")
    book = load_rules(rules, pack=pack_for(rules))
    if book.errors():
        complain(book.errors())
    engine = Engine((), book.table)
    used = {loaded.rule.id for loaded in book.rules}
    if id in used:
        raise typer.BadParameter(f"there is a rule {id!r} already", param_hint="--id")

    def drafted(picked: list[str]) -> Draft:
        try:
            return draft(
                " ".join(words),
                engine,
                id=id,
                title=title,
                language=language,
                fires=examples,
                silent=silent,
                picks=picked,
                guess=guess,
                used=used,
            )
        except DraftError as error:
            raise typer.BadParameter(str(error)) from error

    made = drafted(picks)
    if not picks and not as_json and made.choices and _asks():
        made = drafted(_chosen(made))
    out = console(err=True)
    wrong = list(_wrong_examples(made, engine))
    if as_json:
        print_json(_as_json(made, wrong))
    elif save is None:
        sys.stdout.buffer.write(rule_file(made).encode("utf-8"))
        sys.stdout.buffer.flush()
    if save is not None:
        _save(made, save)
        out.print(f"saved rule {escape(str(made.rule['id']))} to {escape(plain(str(save)))}")
    if as_json or save is not None or not sys.stdout.isatty():  # else it stands in the comments
        for line in summary(made):
            out.print(escape(plain(line)))
    for line in wrong:
        out.print(f"[yellow]{escape(plain(line))}[/]")
    if made.unresolved or wrong:
        raise typer.Exit(1)


def _check_id(id: str) -> None:
    from pydantic import TypeAdapter, ValidationError

    from monitor.rules.schema import RuleId

    try:
        if id:
            TypeAdapter(RuleId).validate_python(id)
    except ValidationError:
        message = f"{id!r} is no id: write lower-case words with hyphens, 80 characters at most"
        raise typer.BadParameter(message, param_hint="--id") from None


def _asks() -> bool:
    """Whether someone sits there to answer."""
    return sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty()


def _chosen(made: Draft) -> list[str]:
    """What the analyst picks for each word that names several entries; Enter takes the likeliest."""
    picks: list[str] = []
    for first, item in made.choices:
        named = [(number, one) for number, one in enumerate(item.meanings, first) if not one.related]
        if len(named) < 2:
            continue
        typer.echo(f"{plain(item.text)} may mean:", err=True)
        default = next(number for number, one in named if one.id == item.taken[0])
        for number, one in named:
            typer.echo(f"  {number}  {one.id}  {plain(one.gloss)}, {one.form}", err=True)
        while True:
            answer = typer.prompt("Which one?", default=str(default), err=True).strip()
            if answer in {str(number) for number, _ in named}:
                break
            typer.echo("Give one of the numbers.", err=True)
        if answer != str(default):
            picks.append(answer)
    return picks


def _wrong_examples(made: Draft, engine: Engine) -> list[str]:
    """Examples that the drafted rule does not answer as they want."""
    from datetime import UTC, datetime

    from monitor.cleaning.clean import clean_document
    from monitor.rules.clauses import ClauseReader
    from monitor.rules.schema import ClauseModel

    if "examples" not in made.rule:
        return []
    model = ClauseModel.model_validate(made.rule["match"])
    clause = ClauseReader(engine.lexicon, {}, lambda *_: None).read(model, ())
    wrong = []
    for example in made.rule["examples"]:
        ((kind, text),) = example.items()
        article = clean_document(title="", text=text, seen=datetime.now(UTC))
        fires = engine.examine(article.title, article.text, article.language).verify(clause) is not None
        if fires != (kind == "fires"):
            does = "fires on, but should not" if fires else "does not fire on"
            wrong.append(f"The rule {does}: “{text}”")
    return wrong


def _as_json(made: Draft, wrong: list[str]) -> dict[str, object]:
    from monitor.rules.draft.compose import role_of
    from monitor.rules.draft.written import rule_file

    numbers = {item.start: first for first, item in made.choices}
    return {
        "id": made.rule["id"],
        "resolved": not made.unresolved,
        "language": made.language,
        "languages": list(made.languages),
        "rule": dict(made.rule),
        "parts": [
            {
                "text": item.text,
                "written": item.written or item.text,
                "kind": item.kind,
                "how": item.how,
                "role": role_of(made, item) if not item.negative else "",
                "wanted": not item.negative,
                "taken": list(item.taken),
                "meanings": [
                    {
                        "pick": numbers[item.start] + at if item.start in numbers else None,
                        "id": one.id,
                        "gloss": one.gloss,
                        "form": "related" if one.related else one.form,
                    }
                    for at, one in enumerate(item.meanings)
                ],
            }
            for item in made.items
        ],
        "names": {
            known.id: {lang: list(forms) for lang, forms in known.forms.items()} for known in made.names
        },
        "unresolved": list(made.unresolved),
        "notes": [*made.notes, *wrong],
        "yaml": rule_file(made),
    }


def _save(made: Draft, path: Path) -> None:
    """A new file, or the rule behind the last one of a rule file; nothing is overwritten."""
    from monitor.wording import of_saving

    try:
        _written(made, path)
    except OSError as error:
        message, remedy = of_saving(error)
        raise typer.BadParameter(f"{path} {message}: {remedy}", param_hint="--save") from error


def _written(made: Draft, path: Path) -> None:
    from monitor.located import InvalidFile, read_file
    from monitor.rules.draft import DraftError, appended
    from monitor.rules.draft.written import rule_file, rule_item

    try:
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(rule_file(made))
        return
    except FileExistsError:
        pass
    try:
        before = read_file(path)
        text = before.decode("utf-8")
        after = appended(text, rule_item(made), made.rule, str(path))
    except UnicodeDecodeError as error:
        message = f"{path} is not UTF-8, nothing was added: save the file as UTF-8, or the rule to another"
        raise typer.BadParameter(message, param_hint="--save") from error
    except (DraftError, InvalidFile) as error:
        raise typer.BadParameter(f"{error}", param_hint="--save") from error
    # A new file in place of the old one: whoever reads it meets the whole of either.
    beside = path.resolve().with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with beside.open("x", encoding="utf-8", newline="") as file:
            file.write(after)
            file.flush()
            os.fsync(file.fileno())
        beside.chmod(path.stat().st_mode & 0o7777)
        if read_file(path) != before:
            raise typer.BadParameter(f"{path} changed meanwhile: try again", param_hint="--save")
        beside.replace(path.resolve())
    finally:
        beside.unlink(missing_ok=True)
