"""A drafted rule as YAML: the rule, and in comments what it covers, what was guessed, what is open."""

from __future__ import annotations

import re
from collections.abc import Iterator

import yaml

from monitor.rules.draft.compose import Draft, role_of
from monitor.rules.draft.model import one_line

SCHEMA = "# yaml-language-server: $schema=../schema/watch.json"
SHOWN = 4
"""Names of an entry that are shown, a language."""
MOST_EXTRA = 80
"""Characters of one name in a comment."""

_plain = re.compile(r"[A-Za-z][A-Za-z0-9]*([ /-][A-Za-z][A-Za-z0-9]*)*")
_words_of_yaml = frozenset(("y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf"))


class _Dumper(yaml.SafeDumper):
    """Quotes every text that is not plainly a word, in YAML 1.1 and in 1.2."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)

    def ignore_aliases(self, data: object) -> bool:  # a file with aliases is refused
        return True


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    plain = _plain.fullmatch(value) is not None and value.casefold() not in _words_of_yaml
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=None if plain else '"')


_Dumper.add_representer(str, _text)


def rule_file(draft: Draft) -> str:
    """A whole file with the rule."""
    lines = [SCHEMA, *(f"# {one}" for one in _head(draft)), "rules:"]
    lines += [f"  {line}" if line else "" for line in rule_item(draft).splitlines()]
    return "\n".join([*lines, *(f"# {one}" for one in _names(draft))]) + "\n"


def rule_item(draft: Draft) -> str:
    """The rule as an item of the list ``rules``, not indented, with how to finish it."""
    dumped = yaml.dump(
        [dict(draft.rule)],
        Dumper=_Dumper,
        allow_unicode=True,
        sort_keys=False,
        default_flow_style=False,
        width=1_000_000,
    )
    lines = dumped.rstrip("\n").splitlines()
    if "examples" not in draft.rule:
        role = next((one for one in ("place", "actor", "target") if one in draft.roles), "")
        lines += [
            "  # examples:  # texts that must fire it, and near misses that must not; `monitor test` runs them",
            "  #   - fires: “…”",
            "  #   - silent: “…”",
        ]
        if role:
            lines.append(f"  #     because: {role}")
    return "\n".join(lines) + "\n"


def _head(draft: Draft) -> Iterator[str]:
    for line in summary(draft):
        yield f"{' ' * (len(line) - len(line.lstrip()))}{one_line(line)}"


def summary(draft: Draft) -> Iterator[str]:
    """What is to be said of the draft, a line each; plain text."""
    shown = ", ".join(_item(draft, number) for number in range(len(draft.items)))
    yield f"Drafted from: {draft.words}"
    yield f"Read as: {shown}"
    yield (
        f"Languages in which every part is known: {' '.join(draft.languages)}"
        if draft.languages
        else "No language has every part: the rule cannot fire before the lexicon has what is missing"
    )
    if draft.unresolved:
        yield f"Not resolved: {'; '.join(draft.unresolved)}"
    for note in draft.notes:
        yield f"Note: {note}"
    if draft.choices:
        yield "Other readings, taken with --pick NUMBER (or an id; several make a list):"
    for first, item in draft.choices:
        yield f"  {item.text}:"
        for number, one in enumerate(item.meanings, first):
            mark = "  (taken)" if one.id in item.taken else ""
            how = "related" if one.related else one.form.replace("_", " ")
            yield f"    {number}  {one.id}  {one.gloss}, {how}{mark}"
    yield "Status shadow: it runs and is recorded, nobody is told. Set active when its examples pass."


def _item(draft: Draft, number: int) -> str:
    item = draft.items[number]
    if item.how == "left out":
        return f"“{item.text}” (left out)"
    role = role_of(draft, item) if not item.negative else "not wanted"
    what = " or ".join(item.taken) if item.taken else "plain term"
    guess = f", guessed from “{item.written}”" if item.how == "guess" else ""
    return f"“{item.text}” = {f'{role} ' if role else ''}{what}{guess}"


def _names(draft: Draft) -> Iterator[str]:
    """The names that the lexicon knows, the first few of each language."""
    if draft.names:
        yield "Names it listens for (the first of each language):"
    for known in draft.names:
        yield one_line(f"{known.id} ({known.gloss})")
        for language, forms in known.forms.items():
            shown = ", ".join(form[:MOST_EXTRA] for form in forms[:SHOWN])
            more = f", … and {len(forms) - SHOWN} more" if len(forms) > SHOWN else ""
            yield f"  {language}: {one_line(f'{shown}{more}')}"
