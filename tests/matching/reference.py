"""What clauses mean, written down as plainly as can be: the oracle for the engine's optimisations.

Texts are given as paragraphs of sentences of words, so that nothing of the engine's segmentation is
used. Every stretch, window and combination is tried; hits are sets of (first, last) word numbers.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import pairwise, permutations, product

from monitor.matching.clauses import (
    All,
    Any,
    AtLeast,
    Clause,
    Mentions,
    Names,
    Near,
    Scope,
    Score,
    Term,
)

Text = list[list[list[str]]]
"""Paragraphs of sentences of words."""

Spot = tuple[int, int, int]
"""Field, first word, last word."""

Span = tuple[int, int, int]
"""Field, first word, end (excluded)."""


def written(text: Text) -> tuple[str, list[tuple[int, int]]]:
    """The text as an editor would write it, and where each word stands."""
    raw = ""
    places: list[tuple[int, int]] = []
    for number, paragraph in enumerate(text):
        raw += "\n\n" if number else ""
        for sentence in paragraph:
            raw += "" if not raw or raw.endswith("\n") else " "
            for at, word in enumerate(sentence):
                raw += " " if at else ""
                places.append((len(raw), len(raw) + len(word)))
                raw += word
            raw += "."
    return raw, places


class Reference:
    """Evaluates clauses on title and text; ``names`` lists the spellings of each lexicon entry."""

    def __init__(
        self,
        title: Text,
        text: Text,
        names: Mapping[str, Sequence[str]],
        wholes: Mapping[str, set[str]],
        *,
        carried: Mapping[str, Collection[str]] = {},
        terms_carried: bool = True,
        guarded: bool = False,
    ) -> None:
        """``carried``: words with particles on them, and what each stands for as the first of a name, of a
        plain term too if ``terms_carried``. ``guarded``: plain terms do not count inside longer names."""
        self._fields = (title, text)
        self._wholes = wholes
        self._carried = {word.lower(): [one.lower() for one in stands] for word, stands in carried.items()}
        self._terms_carried = terms_carried
        self._guarded = guarded
        self._words = tuple([w.lower() for p in field for s in p for w in s] for field in self._fields)
        hits = {(*spot, id) for id, texts in names.items() for text in texts for spot in self._spelled(text)}
        self._all = hits
        self._outer = {
            hit
            for hit in hits
            if not any(
                other[0] == hit[0] and other[1] <= hit[1] and hit[2] <= other[2] and other[1:3] != hit[1:3]
                for other in hits
            )
        }

    def evaluate(self, clause: Clause) -> set[Spot] | None:
        """The evidence if the clause holds on the article, else none."""
        return self._holds(clause, tuple((f, 0, len(words)) for f, words in enumerate(self._words)))

    def score(self, clause: Score) -> float:
        """The sum of the weights that hold."""
        where = tuple((f, 0, len(words)) for f, words in enumerate(self._words))
        return sum(one.weight for one in clause.parts if self._holds(one.clause, where) is not None)

    def _plain(self, phrase: str) -> Iterator[Spot]:
        for spot in self._spelled(phrase, carried=self._terms_carried):
            field, first, last = spot
            inside = any(
                name[0] == field and name[1] <= first and last <= name[2] and name[1:3] != spot[1:]
                for name in self._outer
            )
            if not (self._guarded and inside):
                yield spot

    def _spelled(self, phrase: str, *, carried: bool = True) -> Iterator[Spot]:
        wanted = phrase.lower().rstrip("*").split()
        for field, words in enumerate(self._words):
            for first in range(len(words) - len(wanted) + 1):
                last = first + len(wanted) - 1
                there = words[first : last + 1]
                whole = len(wanted) > 1 or not phrase.endswith("*")
                if carried and whole and wanted[0] in self._carried.get(there[0], ()):
                    there = [wanted[0], *there[1:]]
                same = there == wanted or (
                    phrase.endswith("*") and there[:-1] == wanted[:-1] and there[-1].startswith(wanted[-1])
                )
                if same and self._stretch(field, first, "paragraph") == self._stretch(
                    field, last, "paragraph"
                ):
                    yield field, first, last

    def _stretches(self, field: int, kind: str) -> Iterator[Span]:
        at = 0
        for paragraph in self._fields[field]:
            begin = at
            for sentence in paragraph:
                if kind == "sentence":
                    yield field, at, at + len(sentence)
                at += len(sentence)
            if kind == "paragraph":
                yield field, begin, at

    def _stretch(self, field: int, word: int, kind: str) -> Span:
        return next(span for span in self._stretches(field, kind) if span[1] <= word < span[2])

    def _holds(self, clause: Clause, where: tuple[Span, ...]) -> set[Spot] | None:
        match clause:
            case Term(text=text):
                return {spot for spot in self._plain(text) if _inside(spot, where)} or None
            case Names():
                return self._named(clause, where) or None
            case All(within=None):
                return self._together(clause, where)
            case All(within=(int() | str()) as within):
                held = [self._together(clause, (span,)) for span in self._cut(within, where)]
                found = [spots for spots in held if spots is not None]
                return set().union(*found) if found else None
            case Any(parts=parts):
                return self._some(parts, 1, where)
            case AtLeast(count=count, parts=parts):
                return self._some(parts, count, where)
            case Mentions(count=count, of=of):
                found_spots = self._holds(of, where) or set()
                return found_spots if _most_apart(found_spots) >= count else None
            case Score(parts=weighted, threshold=threshold):
                results = [(one.weight, self._holds(one.clause, where)) for one in weighted]
                if sum(weight for weight, spots in results if spots is not None) < threshold:
                    return None
                return {spot for weight, spots in results if weight > 0 and spots for spot in spots}
            case Scope(field=field, of=of):
                limits = [(0, 0, len(self._words[0]))]
                if field == "lead" and self._words[1]:
                    limits.append(self._stretch(1, 0, "paragraph"))
                cut = tuple(one for span in where for limit in limits for one in _overlap(span, limit))
                return self._holds(of, cut)
            case Near():
                return self._near(clause, where) or None
        raise TypeError(clause)

    def _named(self, clause: Names, where: tuple[Span, ...]) -> set[Spot]:
        hits = self._all if clause.inner else self._outer
        return {
            hit[:3]
            for hit in hits
            if _inside(hit[:3], where)
            and any(id == hit[3] or (clause.concept and id in self._wholes[hit[3]]) for id in clause.ids)
        }

    def _together(self, clause: All, where: tuple[Span, ...]) -> set[Spot] | None:
        if any(self._holds(part, where) is not None for part in clause.none):
            return None
        held = [self._holds(part, where) for part in clause.parts]
        return None if None in held else set().union(*(spots for spots in held if spots is not None))

    def _some(self, parts: Sequence[Clause], count: int, where: tuple[Span, ...]) -> set[Spot] | None:
        held = [spots for part in parts if (spots := self._holds(part, where)) is not None]
        return set().union(*held) if len(held) >= count else None

    def _cut(self, within: int | str, where: tuple[Span, ...]) -> Iterator[Span]:
        for span in where:
            for stretch in self._stretches(span[0], str(within) if isinstance(within, str) else "paragraph"):
                for field, lo, hi in _overlap(span, stretch):
                    if isinstance(within, str):
                        yield field, lo, hi
                        continue
                    for first in range(lo, max(lo, hi - within) + 1):
                        yield field, first, min(first + within, hi)

    def _near(self, clause: Near, where: tuple[Span, ...]) -> set[Spot]:
        taken: set[Spot] = set()
        for stretch in self._cut("paragraph", where):
            parts = [self._holds(part, (stretch,)) or set() for part in clause.parts]
            for chain in product(*parts):
                orders = [tuple(range(len(chain)))] if clause.ordered else permutations(range(len(chain)))
                for order in orders:
                    row = [chain[number] for number in order]
                    pairs = list(pairwise(row))
                    if all(0 < b[1] - a[2] <= clause.words for a, b in pairs):
                        taken.update(chain)
        return taken


def _inside(spot: Spot, where: Sequence[Span]) -> bool:
    return any(spot[0] == field and lo <= spot[1] and spot[2] < hi for field, lo, hi in where)


def _overlap(span: Span, limit: Span) -> list[Span]:
    lo, hi = max(span[1], limit[1]), min(span[2], limit[2])
    return [(span[0], lo, hi)] if span[0] == limit[0] and lo < hi else []


def _most_apart(spots: set[Spot]) -> int:
    """The largest number of spots of which no two share a word, by trying all sets."""
    best = 0
    todo: list[tuple[int, list[Spot]]] = [(0, sorted(spots))]
    while todo:
        taken, left = todo.pop()
        best = max(best, taken)
        if left and taken + len(left) > best:
            first, *rest = left
            todo.append((taken, rest))
            todo.append((taken + 1, [one for one in rest if one[0] != first[0] or one[1] > first[2]]))
    return best
