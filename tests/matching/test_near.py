"""``near``: one linear merge against every combination there is."""

from __future__ import annotations

from itertools import pairwise, permutations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.matching.document import Hit
from monitor.matching.near import MOST_PARTS, combine

Spans = list[tuple[int, int]]


def hits(spans: Spans) -> list[Hit]:
    return [Hit(1, first, last, first * 10, last * 10 + 5) for first, last in spans]


def taken(parts: list[Spans], words: int, *, ordered: bool) -> set[tuple[int, int, int]]:
    found = combine([hits(spans) for spans in parts], words, ordered=ordered)
    assert len(found) == len({(hit.first, hit.last, part) for hit, part in found})  # each once
    return {(hit.first, hit.last, part) for hit, part in found}


def by_all_combinations(parts: list[Spans], words: int, *, ordered: bool) -> set[tuple[int, int, int]]:
    found: set[tuple[int, int, int]] = set()
    numbers = range(len(parts))
    for order in [tuple(numbers)] if ordered else permutations(numbers):
        for row in product(*(parts[number] for number in order)):
            if all(0 < after[0] - before[1] <= words for before, after in pairwise(row)):
                found.update((*span, part) for span, part in zip(row, order, strict=True))
    return found


spans = st.lists(
    st.tuples(st.integers(0, 14), st.integers(0, 2)).map(lambda pair: (pair[0], sum(pair))),
    min_size=1,
    max_size=4,
    unique=True,
).map(sorted)


@settings(max_examples=600, deadline=None)
@given(st.lists(spans, min_size=2, max_size=4), st.integers(1, 6), st.booleans())
def test_the_merge_takes_what_any_combination_takes(parts: list[Spans], words: int, ordered: bool) -> None:
    assert taken(parts, words, ordered=ordered) == by_all_combinations(parts, words, ordered=ordered)


@pytest.mark.parametrize(
    ("parts", "words", "ordered", "expected"),
    [
        ([[(0, 0)], [(5, 5)]], 5, False, {(0, 0, 0), (5, 5, 1)}),
        ([[(0, 0)], [(5, 5)]], 4, False, set()),
        ([[(5, 5)], [(0, 0)]], 5, False, {(5, 5, 0), (0, 0, 1)}),
        ([[(5, 5)], [(0, 0)]], 5, True, set()),
        ([[(0, 2)], [(3, 3)]], 1, True, {(0, 2, 0), (3, 3, 1)}),
        ([[(0, 2)], [(2, 3)]], 9, False, set()),  # they share a token
        ([[(4, 4)], [(4, 4)]], 9, False, set()),  # so do they
        ([[(0, 0)], [(4, 4)], [(2, 2)]], 2, False, {(0, 0, 0), (4, 4, 1), (2, 2, 2)}),
        ([[(0, 0)], [(4, 4)], [(2, 2)]], 2, True, set()),
        ([[(0, 0), (9, 9)], [(1, 1)]], 1, False, {(0, 0, 0), (1, 1, 1)}),  # the far one is no evidence
        ([[(0, 0)], []], 9, False, set()),
        ([[(0, 9), (0, 0)], [(2, 2)]], 2, False, {(0, 0, 0), (2, 2, 1)}),
    ],
)
def test_distance_order_and_shared_tokens(
    parts: list[Spans], words: int, ordered: bool, expected: set[tuple[int, int, int]]
) -> None:
    assert taken(parts, words, ordered=ordered) == expected


def test_many_parts_and_hits_are_merged_without_trying_pairs() -> None:
    everywhere = [(at, at) for at in range(600)]
    parts = [everywhere] * MOST_PARTS
    found = taken(parts, 3, ordered=True)
    assert len(found) == MOST_PARTS * (600 - MOST_PARTS + 1)
