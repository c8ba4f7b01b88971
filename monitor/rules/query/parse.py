"""From a query to the clause that it stands for: the same models that ``match:`` is read into.

==================  ==========================================================================
query               clause
==================  ==========================================================================
``word`` ``"a b"``  ``term``; ``wild*`` a prefix; ``case:WHO`` exact case
``a AND b`` ``a b`` ``all``
``a OR b``          ``any``
``a NOT b``         ``all`` with ``none``; NOT needs something beside it that is wanted
``a NEAR/5 b``      ``near``, ``words: 5``; ``ONEAR/5`` ``ordered`` as well
``title:`` ``lead:``  the clause of this name
``sentence:`` ``paragraph:``  ``all`` with ``within``
``entity:`` ``concept:``  lexicon ids, one or ``(a OR b)``
``atleast3:a``      ``mentions: 3``
``use:name``        ``use``
==================  ==========================================================================

``lang:``, ``source:``, ``country:`` and ``site:`` are no clauses but filters, as ``where`` has them: what
is unknown of an article passes, so they stand beside the rest of the query, AND-ed or after NOT, never
as one of several alternatives. ``source:`` and ``site:`` take ``*``; a site is met by its subdomains too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any

import msgspec

from monitor.located import Key, Place
from monitor.matching.near import MOST_PARTS
from monitor.rules.query.errors import InvalidQuery, Mistake
from monitor.rules.query.filters import FILTERS, Filters, values_of
from monitor.rules.query.tree import And, Close, Field, Node, Not, Or, Several, Word, negative
from monitor.rules.query.words import mistakes_in
from monitor.rules.schema import MOST_QUERY, ClauseModel, clause_of

MOST_ALTERNATIVES = 1000
MOST_IN_TERM = 300
MOST_MISTAKES = 20
"""Of one query, that are told."""

_AROUND = ("title", "lead", "sentence", "paragraph")
_LEAVES = ("case", "entity", "concept", "use")
FIELDS = (*_AROUND, *FILTERS, *_LEAVES, "atleast3")
"""All that may stand before a colon."""

_NOTHING = clause_of(term="x")


class Query(msgspec.Struct, frozen=True):
    """A parsed query: its clause; its filters by their key in ``where`` or ``where.sources``; and where
    in the string each part of the clause stands, by its place in the model."""

    clause: ClauseModel
    filters: Mapping[str, tuple[str, ...]]
    filters_at: Mapping[str, int]
    places: Mapping[Place, int]

    def at(self, place: Sequence[Key]) -> int:
        """The character, from 0, at which the part at ``place`` or the nearest one around it begins."""
        for size in range(len(place), -1, -1):
            at = self.places.get(tuple(place[:size]))
            if at is not None:
                return at
        return 0


def parse_query(text: str) -> Query:
    """The clause and filters that ``text`` stands for. Raises ``InvalidQuery`` with all that is wrong."""
    if len(text) > MOST_QUERY:
        raise InvalidQuery([Mistake(0, f"has more than {MOST_QUERY} characters", "make it several rules")])
    from monitor.rules.query.grammar import nodes_of  # a parser generator, which few commands need

    return _Compiler().compile(nodes_of(text))


class _Compiler:
    """One query. Mistakes are gathered; what is wrong becomes some clause, so that the rest is seen."""

    def __init__(self) -> None:
        self._mistakes: list[Mistake] = []
        self._places: dict[Place, int] = {}

    def compile(self, node: Node) -> Query:
        filters = Filters(self._wrong)
        rest = filters.lift(node)
        clause = _NOTHING
        if rest is None:
            self._wrong(node, "only filters: nothing to look for in the text", "add a word")
        else:
            clause = self._clause(rest, ())
        if self._mistakes:
            raise InvalidQuery(sorted(set(self._mistakes))[:MOST_MISTAKES])
        return Query(clause, filters.found, filters.found_at, self._places)

    def _wrong(self, node: Node, message: str, remedy: str) -> None:
        self._mistakes.append(Mistake(node.at, message, remedy))

    # --- clauses --------------------------------------------------------------------------

    def _clause(self, node: Node, place: Place) -> ClauseModel:
        self._places[place] = node.at
        match node:
            case Word(text=text, quoted=quoted):
                return self._term(node, text, quoted)
            case And():
                return self._all(node, place)
            case Not():
                self._wrong(node, "NOT excludes, and nothing beside it is wanted", "write a NOT b")
            case Or(parts=parts):
                for part in parts:
                    if negative(part):
                        self._wrong(part, "NOT cannot be an alternative", "write (a OR b) NOT c")
                parts = tuple(part for part in parts if not negative(part)) or parts[:1]
                if len(parts) > MOST_ALTERNATIVES:
                    self._wrong(
                        parts[MOST_ALTERNATIVES],
                        f"more than {MOST_ALTERNATIVES} alternatives",
                        "put some into parentheses of their own",
                    )
                return clause_of(any=self._several(parts, (*place, "any")))
            case Close(parts=parts, words=words, ordered=ordered):
                self._close(parts)
                near = self._several(parts, (*place, "near"))
                if ordered:
                    return clause_of(near=near, words=words, ordered=True)
                return clause_of(near=near, words=words)
            case Field():
                return self._field(node, place)
        return _NOTHING

    def _several(self, nodes: Sequence[Node], place: Place) -> tuple[ClauseModel, ...]:
        return tuple(self._clause(node, (*place, number)) for number, node in enumerate(nodes))

    def _all(self, node: And, place: Place, within: str = "") -> ClauseModel:
        wanted: list[Node] = []
        unwanted: list[Node] = []
        for part in node.parts:
            (unwanted if negative(part) else wanted).append(part)
        keys: dict[str, Any] = {}
        if not wanted:
            self._wrong(node, "NOT excludes, and nothing beside it is wanted", "write a NOT b")
            return _NOTHING
        if len(node.parts) > MOST_ALTERNATIVES:
            self._wrong(
                node.parts[MOST_ALTERNATIVES],
                f"more than {MOST_ALTERNATIVES} parts joined by AND",
                "make it several rules",
            )
        keys["all"] = self._several(wanted, (*place, "all"))
        if unwanted:
            keys["none"] = self._several(list(self._excluded(unwanted)), (*place, "none"))
        if within:
            keys["within"] = within
        return clause_of(**keys)

    def _excluded(self, unwanted: Sequence[Node]) -> Sequence[Node]:
        """What the NOTs exclude; those of a group of nothing else stand as if it were open."""
        found: list[Node] = []
        for node in unwanted:
            if isinstance(node, Several):
                found.extend(self._excluded(node.parts))
            elif isinstance(node, Not):
                if negative(node.operand):
                    self._wrong(node, "NOT twice", "leave both out")
                else:
                    found.append(node.operand)
        return found

    def _close(self, parts: Sequence[Node]) -> None:
        if len(parts) > MOST_PARTS:
            self._wrong(parts[MOST_PARTS], f"NEAR joins at most {MOST_PARTS}", "join two chains with AND")
        for part in parts:
            if not _is_alternative(part):
                self._wrong(
                    part,
                    "NEAR joins words, phrases, entities, concepts, or (a OR b) of them",
                    "write sentence:(a AND b) for anything in one sentence",
                )

    def _term(self, node: Node, text: str, quoted: bool) -> ClauseModel:
        if not text.strip():
            self._wrong(node, "an empty phrase", "put a word between the quotation marks")
        elif len(text) > MOST_IN_TERM:
            self._wrong(node, f"a term of more than {MOST_IN_TERM} characters", "shorten it")
        elif not quoted:
            self._mistakes.extend(mistakes_in(text, node.at))
        return clause_of(term=text)

    def _field(self, node: Field, place: Place) -> ClauseModel:
        name, operand = node.name, node.operand
        if name == "atleast":
            if not 1 <= node.count <= MOST_ALTERNATIVES:
                self._wrong(
                    node,
                    f"atleast{node.count or ''}: needs a number from 1 to 1000",
                    "write atleast3: for three mentions",
                )
            if not _is_leaf(operand):
                self._wrong(
                    operand,
                    f"atleast{node.count}: counts one word, phrase, entity or concept",
                    "make a concept of several",
                )
            of = self._clause(operand, (*place, "of", 0))
            return clause_of(mentions=node.count or 1, of=(of,))
        if node.count or name not in FIELDS:
            shown = f"{name}{node.count or ''}"
            close = get_close_matches(shown.lower(), FIELDS, n=1)
            hint = f"did you mean {close[0]}:? If not, " if close else ""
            self._wrong(
                node,
                f"there is no field {shown}:",
                f"{hint}put it into quotation marks; the fields are {', '.join(f'{one}:' for one in FIELDS)}",
            )
            return _NOTHING
        if name in FILTERS:
            self._wrong(
                node,
                f"{name}: cannot be one of several alternatives, nor inside a field",
                f"it is a filter on the article: AND it to the whole query, or write {name}:(a OR b)",
            )
            return _NOTHING
        if name in _LEAVES:
            return self._leaf(node, place)
        if negative(operand):
            self._wrong(operand, f"NOT alone in {name}:", f"write NOT {name}:(…) beside something wanted")
            return _NOTHING
        if name in ("title", "lead"):
            return clause_of(**{name: self._clause(operand, (*place, name))})
        if isinstance(operand, And):
            return self._all(operand, place, within=name)
        return clause_of(all=(self._clause(operand, (*place, "all", 0)),), within=name)

    def _leaf(self, node: Field, place: Place) -> ClauseModel:
        name, operand = node.name, node.operand
        if name == "case":
            if not isinstance(operand, Word):
                self._wrong(operand, "case: takes a word or a phrase", "write it before each of them")
                return _NOTHING
            return self._term(operand, operand.text, operand.quoted).model_copy(update={"case": True})
        words = values_of(operand, name, self._wrong)
        if name == "use":
            if len(words) > 1:
                self._wrong(operand, "use: takes one name", "write (use:a OR use:b)")
            self._places[*place, "use"] = operand.at
            return clause_of(use=words[0].text if words else "")
        for number, word in enumerate(words):
            self._places[*place, name, number] = word.at
        return clause_of(**{name: tuple(word.text for word in words)})


def _is_leaf(node: Node) -> bool:
    return isinstance(node, Word) or (isinstance(node, Field) and node.name in _LEAVES)


def _is_alternative(node: Node) -> bool:
    return _is_leaf(node) or (isinstance(node, Or) and all(map(_is_alternative, node.parts)))
