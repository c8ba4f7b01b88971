"""What a query says, before it is a clause: nodes with the place where they stand."""

from __future__ import annotations

import msgspec


class Node(msgspec.Struct, frozen=True):
    """Part of a query. ``at`` counts its characters from 0, ``depth`` how far it is nested below."""

    at: int

    @property
    def depth(self) -> int:
        return 0


class Word(Node, frozen=True):
    """A bare word or, if ``quoted``, a phrase without its quotation marks."""

    text: str
    quoted: bool = False


class _Around(Node, frozen=True):
    below: int

    @property
    def depth(self) -> int:
        return self.below


class Field(_Around, frozen=True):
    """``name:`` before something; ``count`` is the number in ``atleast3:``."""

    name: str
    operand: Node
    count: int = 0


class Not(_Around, frozen=True):
    operand: Node


class Several(_Around, frozen=True):
    """Two parts or more."""

    parts: tuple[Node, ...]


class And(Several, frozen=True):
    pass


class Or(Several, frozen=True):
    pass


class Close(Several, frozen=True):
    """``NEAR/words``, or ``ONEAR/words`` if ``ordered``."""

    words: int
    ordered: bool


def negative(node: Node) -> bool:
    """Whether it only excludes."""
    return isinstance(node, Not) or (isinstance(node, And) and all(map(negative, node.parts)))
