"""What an article must have for a rule to be looked at, clause by clause."""

from __future__ import annotations

from itertools import count

import pytest

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
    Weighted,
)
from monitor.matching.conditions import MOST_WAYS, Group, Kind, Leaves, term_leaf, ways

A, B, C, D = (Term(letter * 3) for letter in "abcd")
OFTEN = {"t:aaa": 0.1, "t:bbb": 0.2, "t:ccc": 0.3, "t:ddd": 0.4}
LONGEST = 4


def often(leaves: Leaves) -> float:
    return sum(OFTEN.get(leaf, 0.5) for leaf in leaves)


def has(*leaves: str) -> Group:
    """One of the leaves occurs."""
    return group(Kind.COUNT, leaves)


def group(kind: Kind, *parts: tuple[str, ...], least: int = 1, loose: bool = False) -> Group:
    return Group(kind, tuple(map(frozenset, parts)), least, loose)


a, b, c, d = (has(f"t:{letter * 3}") for letter in "abcd")
ab = (("t:aaa",), ("t:bbb",))


@pytest.mark.parametrize(
    ("clause", "groups"),
    [
        (A, [a]),
        (Term("WHO", True), [has("c:WHO")]),
        (Names(("country/fr", "country/de")), [has("e:country/fr", "e:country/de")]),
        (Names(("strike",), concept=True), [has("w:strike")]),
        (All((A, B)), [a, b]),
        (All((A, B), (C,)), [a, b]),
        (All((), (C,)), []),
        (All((A, B), (), "sentence"), [group(Kind.SENTENCE, *ab)]),
        (All((A, B), (), "paragraph"), [group(Kind.PARAGRAPH, *ab)]),
        (All((A, B), (), 5), [group(Kind.NEARBY, *ab, least=5)]),
        (All((A,), (B,), "sentence"), [a]),
        (
            All((A, B, AtLeast(1, (C, D))), (), "sentence"),
            [group(Kind.SENTENCE, *ab, ("t:ccc", "t:ddd"))],
        ),
        (
            All((A, B, AtLeast(2, (A, C, D))), (), "sentence"),
            [group(Kind.SENTENCE, *ab), group(Kind.COUNT, ("t:aaa",), ("t:ccc",), ("t:ddd",), least=2)],
        ),
        (All((All((A, B), (), 2), C), (), "sentence"), [c, group(Kind.NEARBY, *ab, least=2)]),
        (Near((A, B), 3), [group(Kind.NEARBY, *ab, least=4)]),
        (Near((A, B, C), 3), [group(Kind.NEARBY, *ab, ("t:ccc",), least=2 * 3 + LONGEST + 1)]),
        (Near((Any((A, B)), C), 1), [group(Kind.NEARBY, ("t:aaa", "t:bbb"), ("t:ccc",), least=2)]),
        (AtLeast(1, (A, B)), [has("t:aaa", "t:bbb")]),
        (AtLeast(2, (A, B, C)), [group(Kind.COUNT, *ab, ("t:ccc",), least=2)]),
        (AtLeast(2, (A, All((B, C)))), [group(Kind.COUNT, *ab, least=2)]),
        (AtLeast(2, (A, All((), (B,)), C)), [has("t:aaa", "t:ccc")]),
        (AtLeast(1, (A, All((), (B,)))), []),
        (Mentions(1, A), [a]),
        (Mentions(3, A), [a, group(Kind.TIMES, ("t:aaa",), least=3)]),
        (Scope("title", A), [group(Kind.TITLE, ("t:aaa",))]),
        (Scope("lead", All((A, B))), [group(Kind.LEAD, ("t:aaa",)), group(Kind.LEAD, ("t:bbb",))]),
        (Scope("lead", Near((A, B), 1)), [group(Kind.NEARBY, *ab, least=2)]),
        (Scope("title", Scope("lead", A)), [group(Kind.LEAD, ("t:aaa",))]),
        (Scope("title", AtLeast(2, (A, B, C))), [group(Kind.COUNT, *ab, ("t:ccc",), least=2)]),
    ],
    ids=count(),
)
def test_a_clause_needs(clause: Clause, groups: list[Group]) -> None:
    assert ways(clause, often, LONGEST) == (tuple(groups),)


@pytest.mark.parametrize(
    ("weights", "threshold", "groups"),
    [
        ((1, 1, 1), 1, [has("t:aaa", "t:bbb", "t:ccc")]),
        ((1, 1, 1), 2, [group(Kind.COUNT, *ab, ("t:ccc",), least=2)]),
        ((5, 1, 1), 2, [has("t:aaa", "t:bbb", "t:ccc")]),
        ((1, 2, -9), 3, [group(Kind.COUNT, ("t:bbb",), ("t:aaa",), least=2)]),
        ((1, 1, 1), 0, []),
        ((1, 1, 1), -1, []),
        ((0.1, 0.2, 0.0), 0.3, [group(Kind.COUNT, ("t:bbb",), ("t:aaa",), least=2)]),
        ((1, 1, 1), 4, [group(Kind.COUNT, *ab, ("t:ccc",), least=4)]),
    ],
    ids=count(),
)
def test_a_score_needs_as_many_parts_as_the_threshold_takes_at_the_least(
    weights: tuple[float, ...], threshold: float, groups: list[Group]
) -> None:
    parts = tuple(Weighted(part, weight) for part, weight in zip((A, B, C), weights, strict=True))
    assert ways(Score(parts, threshold), often, LONGEST) == (tuple(groups),)


def test_a_part_that_needs_nothing_lowers_the_threshold() -> None:
    score = Score((Weighted(All((), (D,)), 2.0), Weighted(A, 1.0), Weighted(B, 1.0)), 3.0)
    assert ways(score, often, LONGEST) == ((has("t:aaa", "t:bbb"),),)


FRAME = Frame(event=("strike",), actor=("country/ru",), place=("place/raqqa",), target=("org/x",))
EVENT, ACTOR, PLACE, TARGET = ("w:strike",), ("w:country/ru",), ("w:place/raqqa",), ("w:org/x",)
NEARBY = tuple(Group(Kind.COUNT, (frozenset(part),), loose=True) for part in (PLACE, TARGET))


@pytest.mark.parametrize("scope", ["paragraph", "document"])
def test_a_place_in_the_next_sentence_is_never_what_an_alternative_is_known_by(scope: str) -> None:
    frame = Frame(event=("raid",), place=("place/rare",), scope=scope)
    clause = All((Any((frame, A)), B), (), "sentence")
    (way,) = ways(clause, lambda leaves: 0.001 if "w:place/rare" in leaves else 0.5, LONGEST)
    assert "w:place/rare" not in {leaf for group in way for part in group.parts for leaf in part}


@pytest.mark.parametrize("scope", ["paragraph", "document"])
@pytest.mark.parametrize("around", [None, "sentence", "title", 9], ids=str)
def test_a_place_that_may_stand_in_the_next_sentence_is_asked_of_no_stretch(
    scope: str, around: str | int | None
) -> None:
    frame = Frame(FRAME.event, FRAME.actor, FRAME.place, FRAME.target, scope)
    clause = Scope("title", frame) if around == "title" else All((frame,), (), around)
    assert ways(clause, often, LONGEST) == ((group(Kind.SENTENCE, EVENT, ACTOR), *NEARBY),)


def test_all_roles_of_a_frame_of_one_sentence_stand_in_it() -> None:
    assert ways(FRAME, often, LONGEST) == ((group(Kind.SENTENCE, EVENT, ACTOR, PLACE, TARGET),),)


def test_an_event_alone_is_needed_where_it_is_asked_for() -> None:
    frame = Frame(event=("strike", "raid"))
    either = ("w:strike", "w:raid")
    assert ways(frame, often, LONGEST) == ((has(*either),),)
    assert ways(Scope("title", frame), often, LONGEST) == ((group(Kind.TITLE, either),),)
    both = All((frame, A), (), "sentence")
    assert ways(both, often, LONGEST) == ((group(Kind.SENTENCE, either, ("t:aaa",)),),)


def test_alternatives_at_the_root_are_ways_of_their_own() -> None:
    assert ways(Any((A, All((B, C)))), often, LONGEST) == ((a,), (b, c))
    assert ways(Any((A, All((), (B,)))), often, LONGEST) == ((a,), ())


def test_too_many_alternatives_are_one_way_by_the_rarest_of_each() -> None:
    parts = (All((A, B)), *(Term(f"word{number}") for number in range(MOST_WAYS)))
    leaves = {"t:aaa", *(f"t:word{number}" for number in range(MOST_WAYS))}
    assert ways(Any(parts), often, LONGEST) == ((has(*leaves),),)


@pytest.mark.parametrize(
    ("one", "watchable", "joinable"),
    [
        (a, True, True),
        (group(Kind.COUNT, *ab, least=2), True, True),
        (group(Kind.COUNT, *ab, ("t:ccc",), least=2), False, False),
        (group(Kind.SENTENCE, *ab), True, False),
        (group(Kind.COUNT, ("t:aaa",), loose=True), True, False),
        (group(Kind.TIMES, ("t:aaa",), least=3), True, False),
    ],
    ids=count(),
)
def test_groups_are_watched_and_joined_where_each_part_is_needed(
    one: Group, watchable: bool, joinable: bool
) -> None:
    assert (one.watchable(), one.joinable()) == (watchable, joinable)


def test_a_leaf_tells_exact_case() -> None:
    assert (term_leaf(Term("Who")), term_leaf(Term("WHO", True))) == ("t:Who", "c:WHO")
