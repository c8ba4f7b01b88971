"""The grammar of queries, and from a string to its nodes.

From the loosest to the closest: ``OR``, ``AND``, ``NOT``, ``NEAR/n`` and ``ONEAR/n``, ``field:``. Two
parts that stand beside each other without an operator are AND-ed: ``drone strike`` asks for both
words anywhere, ``"drone strike"`` for the phrase. Operators are capitals: ``and``, ``or``, ``not``
are words to be found. The parser is LALR(1): it takes time in proportion to the string, and no
recursion.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from lark import Lark, Token, Transformer
from lark.exceptions import UnexpectedCharacters, UnexpectedToken

from monitor.rules.query.errors import InvalidQuery, Mistake
from monitor.rules.query.tree import And, Close, Field, Node, Not, Or, Word

MOST_DEPTH = 30
"""Parentheses and fields around one word."""

QUOTES = '"“”„«»'
_END = rf"(?![^\s(){QUOTES}])"
_HEBREW_QUOTE = r"(?<=[\u05d0-\u05ea])\"(?=[\u05d0-\u05ea])"  # gershayim, as people type them

_GRAMMAR = rf"""
?start: either
?either: both (OR both)*            -> either
?both: maybe (AND? maybe)*          -> both
?maybe: close | NOT maybe           -> negation
?close: part (NEAR part)*           -> close
?part: WORD                         -> word
     | PHRASE                       -> phrase
     | FIELD part                   -> field
     | "(" either ")"

OR.3: /OR{_END}/
AND.3: /AND{_END}/
NOT.3: /NOT{_END}/
NEAR.3: /O?NEAR\/[0-9]+{_END}/
FIELD.2: /[A-Za-z_]+[0-9]*:/
PHRASE.2: /[{QUOTES}](?:[^{QUOTES}]|{_HEBREW_QUOTE})*[{QUOTES}]/
WORD.1: /(?:[^\s(){QUOTES}]|{_HEBREW_QUOTE})+/
%ignore /\s+/
"""

_EXPECTED = 'a word, a "phrase", a field such as title:, or ('


class _Nodes(Transformer[Token, Node]):
    """Builds nodes while the string is parsed."""

    def word(self, children: list[Any]) -> Node:
        (token,) = children
        return Word(_at(token), str(token))

    def phrase(self, children: list[Any]) -> Node:
        (token,) = children
        return Word(_at(token), str(token)[1:-1], quoted=True)

    def field(self, children: list[Any]) -> Node:
        token, operand = children
        name = str(token)[:-1]
        bare = name.rstrip("0123456789")
        digits = name[len(bare) :]
        count = int(digits[:9]) if digits else 0
        return Field(_at(token), _deeper(_at(token), operand), bare, operand, count)

    def negation(self, children: list[Any]) -> Node:
        if len(children) == 1:
            return _only(children)
        token, operand = children
        return Not(_at(token), _deeper(_at(token), operand), operand)

    def either(self, children: list[Any]) -> Node:
        parts = _nodes(children)
        if len(parts) == 1:
            return parts[0]
        return Or(parts[0].at, _deeper(parts[0].at, *parts), parts)

    def both(self, children: list[Any]) -> Node:
        parts = _nodes(children)
        if len(parts) == 1:
            return parts[0]
        return And(parts[0].at, _deeper(parts[0].at, *parts), parts)

    def close(self, children: list[Any]) -> Node:
        parts = _nodes(children)
        if len(parts) == 1:
            return parts[0]
        signs = [child for child in children if isinstance(child, Token)]
        for sign in signs[1:]:
            if sign != signs[0]:
                raise InvalidQuery(
                    [
                        Mistake(
                            _at(sign),
                            f"{sign} after {signs[0]}",
                            "use the same operator in one chain, or join two chains with AND",
                        )
                    ]
                )
        name, _, digits = str(signs[0]).partition("/")
        words = int(digits[:9])
        if not 1 <= words <= 1000:
            raise InvalidQuery([Mistake(_at(signs[0]), f"{signs[0]}: from 1 to 1000 words", "write NEAR/5")])
        return Close(parts[0].at, _deeper(parts[0].at, *parts), parts, words, name == "ONEAR")


def _at(token: Token) -> int:
    """Where a token begins, from 0."""
    return token.start_pos or 0


def _nodes(children: list[Any]) -> tuple[Node, ...]:
    return tuple(child for child in children if isinstance(child, Node))


def _only(children: list[Any]) -> Node:
    (child,) = children
    assert isinstance(child, Node)
    return child


def _deeper(at: int, *parts: Node) -> int:
    depth = 1 + max(part.depth for part in parts)
    if depth > MOST_DEPTH:
        raise InvalidQuery(
            [Mistake(at, f"is nested more than {MOST_DEPTH} deep", "split it into several rules")]
        )
    return depth


@lru_cache(maxsize=1)
def _parser() -> Callable[[str], Any]:
    return Lark(_GRAMMAR, parser="lalr", lexer="basic", transformer=_Nodes(), maybe_placeholders=False).parse


def nodes_of(text: str) -> Node:
    """What ``text`` says. Raises ``InvalidQuery`` at the first place that is no query."""
    if not text.strip():
        raise InvalidQuery([Mistake(0, "an empty query", "name a word")])
    try:
        node = _parser()(text)
    except UnexpectedCharacters as error:
        raise InvalidQuery(
            [
                Mistake(
                    error.pos_in_stream or 0,
                    "a quotation mark that is never closed",
                    'close it: "such a phrase"',
                )
            ]
        ) from None
    except UnexpectedToken as error:
        raise InvalidQuery([_unexpected(error.token, text)]) from None
    assert isinstance(node, Node)
    return node


def _unexpected(token: Token, text: str) -> Mistake:
    at = _at(token) if token.type != "$END" else len(text.rstrip())
    before = text[:at].rstrip()
    last = re.split(r"[\s()]|(?<=:)(?=.)", before)[-1][:40]
    match token.type:
        case "RPAR" if before.endswith("("):
            return Mistake(at, "empty parentheses", f"put {_EXPECTED} inside")
        case "RPAR" if last in ("AND", "OR", "NOT") or "NEAR/" in last or last.endswith(":"):
            return Mistake(at, f"{last} lacks what comes after it", f"expected {_EXPECTED}")
        case "RPAR":
            return Mistake(at, "a ) without its (", "remove it, or add the (")
        case "$END" if last in ("AND", "OR", "NOT") or "NEAR/" in last or last.endswith(":"):
            return Mistake(at, f"the query ends after {last}", f"expected {_EXPECTED}")
        case "$END":
            opened = _open_parenthesis(text)
            return Mistake(opened, "a ( that is never closed", "add the )")
        case "AND" | "OR" | "NEAR":
            what = f"after {last}" if last else "at the beginning"
            return Mistake(at, f"{token} {what}", f"expected {_EXPECTED}")
        case "NOT":
            return Mistake(at, "NOT cannot stand here", "NOT excludes beside something: a NOT b; not in NEAR")
    return Mistake(at, f"{str(token)[:40]!r} cannot stand here", f"expected {_EXPECTED}")


def _open_parenthesis(text: str) -> int:
    """The innermost ( that nothing closes, outside quotation marks."""
    opened: list[int] = []
    for token in re.finditer(rf"[{QUOTES}](?:[^{QUOTES}]|{_HEBREW_QUOTE})*[{QUOTES}]|[()]", text):
        if token[0] == "(":
            opened.append(token.start())
        elif token[0] == ")" and opened:
            opened.pop()
    return opened[-1] if opened else len(text)
