"""The examples in rule files: texts that must fire their rule, texts that must not."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from difflib import get_close_matches

import msgspec

from monitor.matching.clauses import (
    All,
    Any,
    AtLeast,
    Clause,
    Frame,
    Mentions,
    Names,
    Near,
    Scope,
    Score,
    Term,
)
from monitor.matching.engine import Engine, Fired
from monitor.matching.verify import BudgetExceeded, Verifier
from monitor.records import Source
from monitor.rules.because import reasons
from monitor.rules.book import LoadedRule, RuleBook

Clean = Callable[[str, str, str], tuple[str, str, str]]
"""Takes title, text and language hint of an example; gives title, text, language as cleaning does."""

_ROLES = ("actor", "place", "target")
_MOST_SOUGHT = 50  # leaves of a rule that are looked for one by one
_MOST_NAMES = 20  # names of a text that are tried in a role


class Sought(msgspec.Struct, frozen=True):
    """What a rule asks for (``place place/raqqa``) and what stands for it in the text.

    ``instead`` are names that fill the role, but are not those that the rule names.
    """

    asked: str
    found: tuple[str, ...] = ()
    instead: tuple[str, ...] = ()


class ExampleResult(msgspec.Struct, frozen=True):
    """One example of a rule and what came of it; ``failure`` is empty if it is as it should be.

    ``title``, ``body`` and ``language`` are what cleaning made of it: offsets of evidence count there.
    ``others`` are the other rules that fired on it. ``sought`` is filled where a fire was wanted in vain.
    """

    rule: LoadedRule
    number: int  # from 1
    text: str
    wanted: bool  # whether it should fire
    fired: Fired | None
    failure: str
    title: str = ""
    body: str = ""
    language: str = ""
    others: tuple[Fired, ...] = ()
    sought: tuple[Sought, ...] = ()


def count_examples(book: RuleBook, only: Sequence[str] = ()) -> int:
    """How many examples ``run_examples`` gives."""
    return sum(len(loaded.examples) for loaded in book.rules if not only or loaded.rule.id in only)


def run_examples(book: RuleBook, clean: Clean, only: Sequence[str] = ()) -> Iterator[ExampleResult]:
    """Run the examples of all rules, drafts included, or of those in ``only``."""
    engine = Engine([loaded.rule for loaded in book.rules], book.table)
    asked = frozenset(only)
    for loaded in book.rules:
        if asked and loaded.rule.id not in asked:
            continue
        for number in range(len(loaded.examples)):
            yield _run(engine, loaded, number, clean)


def _run(engine: Engine, loaded: LoadedRule, number: int, clean: Clean) -> ExampleResult:
    example = loaded.examples[number]
    raw = example.fires if example.fires is not None else example.silent or ""
    title, text, language = clean(example.title, raw, example.lang)
    reading = engine.read(title, text, language)
    id = loaded.rule.id
    fired = next((one for one in reading.fired if one.rule.id == id), None)
    suspended = next((one.reason for one in reading.suspended if one.rule == id), "")
    wanted = example.fires is not None
    failure = _failure(loaded, number, fired)
    sought: tuple[Sought, ...] = ()
    if suspended:
        failure = f"the rule was given up on this text: {suspended}"
    elif not failure and fired is None and example.because:
        failure = _other_reason(engine, loaded, example.because, title, text, language)
    elif wanted and fired is None:
        refused = _refused(loaded, text, language)
        if refused:
            failure += f": `where: {refused}` does not let the text through"
        sought = tuple(_sought(loaded.rule.clause, engine.examine(title, text, language)))
    return ExampleResult(
        loaded,
        number + 1,
        raw,
        wanted,
        fired,
        failure,
        title,
        text,
        language,
        tuple(one for one in reading.fired if one.rule.id != id),
        sought,
    )


def _failure(loaded: LoadedRule, number: int, fired: Fired | None) -> str:
    example = loaded.examples[number]
    if (example.fires is None) == (example.silent is None):
        return "an example has either 'fires' or 'silent'"
    if example.silent is not None:
        return "" if fired is None else "should be silent, but fires"
    if fired is None:
        return "should fire, but does not"
    if example.evidence is None:
        return ""
    shown = [evidence.text for evidence in fired.evidence]
    return (
        "" if shown == list(example.evidence) else f"evidence is {shown}, expected {list(example.evidence)}"
    )


def _refused(loaded: LoadedRule, text: str, language: str) -> str:
    return loaded.rule.where.refuses(
        language=language, source=Source(id=""), published=None, seen=None, length=len(text)
    )


def _other_reason(
    engine: Engine, loaded: LoadedRule, because: str, title: str, text: str, language: str
) -> str:
    """What is wrong with the reason that an example gives for its silence; empty if it is right."""
    verifier = engine.examine(title, text, language)
    known = reasons(loaded.rule, _refused(loaded, text, language), lambda clause: _holds(verifier, clause))
    if known.get(because):
        return ""
    true = [word for word, holds in known.items() if holds]
    if because not in known:
        if len(because.split()) > 1:
            return ""  # a note for readers
        close = get_close_matches(because, known, n=1)
        hint = f"did you mean {close[0]!r}?" if close else f"it has {', '.join(known)}"
        return f"'because' names no clause of this rule: {because!r}; {hint}"
    why = f"because of {' or '.join(true)}" if true else "for another reason"
    return f"is silent, but not because of {because}, which is met: it is silent {why}"


def _holds(verifier: Verifier, clause: Clause) -> bool:
    try:
        return verifier.holds(clause) is not None
    except BudgetExceeded:
        return False


def _sought(clause: Clause, verifier: Verifier) -> Iterator[Sought]:
    """Each thing that the rule asks for, in its order, with what the text has for it."""
    todo = [clause]
    count = 0
    while todo and count < _MOST_SOUGHT:
        at = todo.pop()
        match at:
            case Term(text=text):
                count += 1
                yield Sought(f"term {text!r}", _texts(verifier, at))
            case Names(ids=ids, concept=concept):
                count += 1
                yield Sought(f"{'concept' if concept else 'entity'} {_list(ids)}", _texts(verifier, at))
            case Frame():
                count += 1
                yield from _sought_by_frame(at, verifier)
            case All(parts=parts) | Any(parts=parts) | Near(parts=parts) | AtLeast(parts=parts):
                todo.extend(reversed(parts))
            case Mentions(of=of) | Scope(of=of):
                todo.append(of)
            case Score(parts=weighted):
                todo.extend(one.clause for one in reversed(weighted) if one.weight > 0)


def _sought_by_frame(frame: Frame, verifier: Verifier) -> Iterator[Sought]:
    bare = msgspec.structs.replace(frame, actor=(), place=(), target=(), unless=())
    told = _texts(verifier, bare, "event")
    yield Sought(f"event {_list(frame.event)}", told)
    for role in _ROLES:
        ids: tuple[str, ...] = getattr(frame, role)
        if not ids:
            continue
        found = _texts(verifier, msgspec.structs.replace(bare, **{role: ids}), role)
        instead: dict[str, None] = {}
        if told and not found:
            for id in _named(verifier):
                other = msgspec.structs.replace(bare, **{role: (id,)})
                instead.update(dict.fromkeys(_texts(verifier, other, role)))
        yield Sought(f"{role} {_list(ids)}", found, tuple(instead))


def _named(verifier: Verifier) -> list[str]:
    """Entities that the text names."""
    hits = (hit for field in verifier.document.hits for hit in field)
    ids = dict.fromkeys(id for hit in hits for id in hit.entries() if "/" in id)
    return list(ids)[:_MOST_NAMES]


def _texts(verifier: Verifier, clause: Clause, label: str = "") -> tuple[str, ...]:
    """The words by which a clause holds, those with a label if one is given, each once."""
    try:
        support = verifier.holds(clause) or ()
    except BudgetExceeded:
        return ()
    fields = verifier.document.fields
    texts = [
        fields[found.hit.field].raw[found.hit.start : found.hit.end]
        for found in support
        if not label or found.clause == label
    ]
    return tuple(dict.fromkeys(texts))


def _list(ids: Sequence[str]) -> str:
    return " or ".join(ids)
