"""From a checked mapping to the clause tree, with every semantic error where it stands."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches

from monitor.lexicon.schema import Lexicon
from monitor.located import Key, Place
from monitor.matching.clauses import (
    DEFAULT_UNLESS,
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
    Stretch,
    Term,
    Weighted,
)
from monitor.matching.near import MOST_PARTS
from monitor.matching.patterns import PREFIX_KEY, patterns
from monitor.rules.schema import ClauseModel

Report = Callable[[Sequence[Key], str, str], None]
"""Takes a problem's place, message and remedy."""

_COMPANIONS: Mapping[str, tuple[str, ...]] = {
    "case": ("term",),
    "inner": ("entity", "concept"),
    "words": ("near",),
    "ordered": ("near",),
    "of": ("at_least", "mentions"),
    "threshold": ("score",),
    "actor": ("event",),
    "place": ("event",),
    "target": ("event",),
    "scope": ("event",),
    "unless": ("event",),
}
_NEEDS: Mapping[str, str] = {"near": "words", "at_least": "of", "mentions": "of", "score": "threshold"}
_NEVER = Any(())
MOST_DEEP = 100
"""Clauses inside each other, those that ``use`` brings along counted as if they stood there."""
MOST_CLAUSES = 10_000
"""In one rule, those that ``use`` repeats counted each time."""


class ClauseReader:
    """Reads the clauses of one rule; ``lets`` are its named clauses.

    ``report`` takes what is wrong, and may be exchanged between clauses; ``named`` are the lexicon ids
    that were met, known or not.
    """

    def __init__(self, lexicon: Lexicon, lets: Mapping[str, ClauseModel], report: Report) -> None:
        self._lexicon = lexicon
        self._lets = lets
        self.report = report
        self.named: set[str] = set()
        self._using: list[str] = []
        self._count = 0
        self._depth = 0
        self._too_deep = False

    def read(self, model: ClauseModel, place: Place, inside: str = "") -> Clause:
        """The clause at ``place``; ``inside`` names the clause around it that allows no ``none``."""
        if self._depth == MOST_DEEP:
            if not self._too_deep:
                self.report(place, f"clauses are nested more than {MOST_DEEP} deep", "nest fewer")
            self._too_deep = True
            return _NEVER
        self._depth += 1
        try:
            return self._read(model, place, inside)
        finally:
            self._depth -= 1

    def _read(self, model: ClauseModel, place: Place, inside: str) -> Clause:
        self._count += 1
        if self._count > MOST_CLAUSES:
            if self._count == MOST_CLAUSES + 1:
                self.report(
                    place, f"more than {MOST_CLAUSES} clauses, with all that is used", "make it several rules"
                )
            return _NEVER
        given = model.model_fields_set
        for key, companions in _COMPANIONS.items():
            if key in given and not any(companion in given for companion in companions):
                self.report(
                    (*place, key), f"{key!r} has no meaning here", f"it belongs to {' or '.join(companions)}"
                )
        lacking = [key for key, needed in _NEEDS.items() if key in given and needed not in given]
        for key in lacking:
            self.report((*place, key), f"{key!r} needs {_NEEDS[key]!r}", f"add {_NEEDS[key]}: …")
        if "none" in given and inside:
            self.report(
                (*place, "none"),
                f"'none' cannot stand inside {inside!r}",
                f"put it beside {inside!r}, in an 'all'",
            )
        parts = list(self._parts(model, place, inside))
        none = self._several(model.none, (*place, "none"), inside) if model.none else ()
        if not parts and not none:
            if not lacking:
                self.report(place, "an empty clause", "name a term, an entity, a concept or another clause")
            return _NEVER
        within = self._within(model.within)
        if within is not None and model.all is None:
            self.report((*place, "within"), "'within' has no meaning here", "it belongs to 'all'")
        if len(parts) == 1 and not none and within is None:
            return parts[0]
        return All(tuple(parts), none, within)

    def _several(self, models: Sequence[ClauseModel], place: Place, inside: str) -> tuple[Clause, ...]:
        return tuple(self.read(model, (*place, number), inside) for number, model in enumerate(models))

    def _parts(self, model: ClauseModel, place: Place, inside: str) -> Sequence[Clause]:
        parts: list[Clause] = []
        if model.term is not None:
            parts.append(self._term(model, place))
        for key, ids in (("entity", model.entity), ("concept", model.concept)):
            if ids is not None:
                self._known(ids, (*place, key), key)
                parts.append(Names(ids, concept=key == "concept", inner=bool(model.inner)))
        if model.all is not None:
            parts.extend(self._several(model.all, (*place, "all"), inside))
        if model.any is not None:
            parts.append(Any(self._several(model.any, (*place, "any"), inside)))
        if model.near is not None:
            parts.append(self._near(model, place))
        if model.at_least is not None and model.of is not None:
            of = self._several(model.of, (*place, "of"), "at_least")
            if model.at_least > len(of):
                self.report(
                    (*place, "at_least"), f"at least {model.at_least} of {len(of)} can never hold", "lower it"
                )
            parts.append(AtLeast(model.at_least, of))
        elif model.mentions is not None and model.of is not None:
            parts.append(self._mentions(model.mentions, model.of, place))
        if model.score is not None and model.threshold is not None:
            weighted = tuple(
                Weighted(self.read(one.clause, (*place, "score", number, "clause"), inside), one.weight)
                for number, one in enumerate(model.score)
            )
            parts.append(Score(weighted, model.threshold))
        if model.title is not None:
            parts.append(Scope("title", self.read(model.title, (*place, "title"), inside)))
        if model.lead is not None:
            parts.append(Scope("lead", self.read(model.lead, (*place, "lead"), inside)))
        if model.event is not None:
            parts.append(self._frame(model, place))
        if model.use is not None:
            parts.append(self._use(model.use, (*place, "use"), inside))
        return parts

    def _term(self, model: ClauseModel, place: Place) -> Clause:
        text = model.term or ""
        at = (*place, "term") if "term" in model.model_fields_set else place
        if "*" in text.removesuffix("*"):
            self.report(at, f"{text!r}: a * stands only at the end", "list the forms with 'any'")
            return _NEVER
        spellings = patterns(text, case=bool(model.case))
        if text.endswith("*"):
            if not spellings or any(len(one.tokens[-1]) < PREFIX_KEY for one in spellings):
                self.report(
                    at, f"the prefix {text!r} is too short", f"give {PREFIX_KEY} letters or more before the *"
                )
                return _NEVER
            if model.case:
                self.report(
                    (*place, "case"), "'case' has no meaning for a prefix", "list the forms with 'any'"
                )
        if not spellings:
            self.report(at, f"{text!r} holds no letter or digit", "write a word")
            return _NEVER
        return Term(text, bool(model.case))

    def _near(self, model: ClauseModel, place: Place) -> Clause:
        assert model.near is not None
        if len(model.near) < 2:
            self.report(
                (*place, "near"), "'near' needs two parts or more", "add a part, or use the part alone"
            )
        if len(model.near) > MOST_PARTS:
            self.report((*place, "near"), f"'near' takes at most {MOST_PARTS} parts", "split it with 'all'")
        parts = self._several(model.near, (*place, "near"), "near")
        for number, part in enumerate(parts):
            if not _is_alternative(part):
                self.report(
                    (*place, "near", number),
                    "'near' takes terms, entities, concepts, and any of them",
                    "use 'all' with 'within'",
                )
        return Near(parts, model.words or 1, bool(model.ordered))

    def _mentions(self, count: int, of: Sequence[ClauseModel], place: Place) -> Clause:
        parts = self._several(of, (*place, "of"), "mentions")
        if len(parts) != 1 or not isinstance(parts[0], Term | Names):
            self.report(
                (*place, "of"), "'mentions' counts one term, entity or concept", "use 'at_least' for several"
            )
        return Mentions(count, parts[0])

    def _frame(self, model: ClauseModel, place: Place) -> Clause:
        assert model.event is not None
        for id in model.event:
            if "/" in id:
                self.report((*place, "event"), f"{id!r} is an entity", "an event names concepts")
        roles = (
            ("event", model.event),
            ("actor", model.actor),
            ("place", model.place),
            ("target", model.target),
        )
        for key, ids in roles:
            if ids is not None:
                self._known(ids, (*place, key), "")
        unless = DEFAULT_UNLESS if model.unless is None else model.unless
        if model.unless:
            self._known(model.unless, (*place, "unless"), "concept")
        return Frame(
            model.event,
            model.actor or (),
            model.place or (),
            model.target or (),
            model.scope or "sentence",
            unless,
        )

    def _use(self, name: str, place: Place, inside: str) -> Clause:
        if name not in self._lets:
            self.report(place, f"no clause {name!r} in 'let'", _suggest(name, self._lets))
            return _NEVER
        if name in self._using:
            self.report(place, f"{name!r} uses itself", "break the circle")
            return _NEVER
        self._using.append(name)
        clause = self.read(self._lets[name], ("let", name), inside)
        self._using.pop()
        return clause

    def _known(self, ids: Sequence[str], place: Place, kind: str) -> None:
        for number, id in enumerate(ids):
            at = (*place, number)
            self.named.add(id)
            if id not in self._lexicon.entries:
                what = "concept" if "/" not in id else "entity"
                self.report(at, f"unknown {what} {id!r}", _suggest(id, self._lexicon.entries))
            elif kind == "entity" and "/" not in id:
                self.report(at, f"{id!r} is a concept", "write `concept:`")
            elif kind == "concept" and "/" in id:
                self.report(at, f"{id!r} is an entity", "write `entity:`")

    @staticmethod
    def _within(text: str | None) -> Stretch | None:
        if text is None or text in ("sentence", "paragraph"):
            return text
        return int(text.split()[0])


def _is_alternative(clause: Clause) -> bool:
    if isinstance(clause, Any):
        return all(_is_alternative(part) for part in clause.parts)
    return isinstance(clause, Term | Names)


def _suggest(name: str, known: Mapping[str, object]) -> str:
    close = get_close_matches(name, known, n=3, cutoff=0.6)
    return (
        f"did you mean {' or '.join(map(repr, close))}?"
        if close
        else "see the files in entities/ and concepts/"
    )
