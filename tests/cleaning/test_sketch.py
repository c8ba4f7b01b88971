from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.cleaning.sketch import SKETCH_SIZE, containment, content_hash, sketch, words


def text_of(seed: int, length: int) -> str:
    chance = random.Random(seed)
    return " ".join(f"w{chance.randrange(5000)}" for _ in range(length))


def test_a_sketch_has_the_smallest_hashes_ascending_and_safe_for_every_json_reader() -> None:
    found = sketch(text_of(1, 600))
    assert len(found) == SKETCH_SIZE
    assert list(found) == sorted(set(found))
    assert min(found) >= 0
    assert max(found) < 2**53


@pytest.mark.parametrize(
    ("length", "size"), [(0, 0), (1, 1), (4, 1), (5, 1), (6, 2), (20, 16), (36, 32), (400, 32)]
)
def test_short_texts_have_fewer_hashes(length: int, size: int) -> None:
    assert len(sketch(text_of(2, length))) == size


def test_case_marks_and_punctuation_make_no_difference() -> None:
    assert sketch("Séisme: l'Élysée réagit, dit-on à Paris!") == sketch(
        "SEISME l elysee reagit dit on a paris"
    )
    assert sketch("قال مُحَمَّد بن سلمان يوم الأحد") == sketch("قال محمد بن سلمان يوم الأحد")
    assert words("Straße می\u200cخواهم") == ["strasse", "میخواهم"]


def test_scripts_without_spaces_are_taken_by_character() -> None:
    assert words("北京 NATO 会议") == ["北", "京", "nato", "会", "议"]
    first = "俄罗斯战机星期二空袭叙利亚北部城市拉卡造成至少十人死亡当地官员说"
    assert containment(sketch(first), sketch(first + "更多消息稍后报道")) == 1.0


def test_the_sketch_is_the_same_on_every_machine() -> None:
    assert sketch("one two three four five six") == (1676134172350744, 6103257274019087)


def test_containment_of_equal_disjoint_and_empty_texts() -> None:
    one, other = sketch(text_of(3, 500)), sketch(text_of(4, 500))
    assert containment(one, one) == 1.0
    assert containment(one, other) == 0.0
    assert containment(one, ()) == containment((), ()) == 0.0


@pytest.mark.parametrize("share", [0.25, 0.5, 0.75])
def test_containment_estimates_the_shared_part_of_texts_of_one_length(share: float) -> None:
    estimates = []
    for seed in range(60):
        common = int(400 * share)
        head = text_of(seed, common)
        one = sketch(f"{head} {text_of(seed + 1000, 400 - common)}")
        other = sketch(f"{head} {text_of(seed + 2000, 400 - common)}")
        estimates.append(containment(one, other))
    assert abs(sum(estimates) / len(estimates) - share) < 0.06


def test_a_short_text_that_stands_in_a_long_one_is_contained() -> None:
    estimates = []
    for seed in range(60):
        short = text_of(seed, 150)
        estimates.append(containment(sketch(short), sketch(f"{short} {text_of(seed + 5000, 600)}")))
    assert sum(estimates) / len(estimates) > 0.9
    assert sum(estimate >= 0.5 for estimate in estimates) >= 58


def test_a_chance_agreement_of_one_sampled_phrase_is_no_copy() -> None:
    short, long = tuple(range(100, 3300, 100)), tuple(range(50, 82))
    assert containment((60, *short[1:]), long) <= 0.25


@given(st.text(max_size=400), st.text(max_size=400))
def test_containment_is_a_symmetric_share(one: str, other: str) -> None:
    a, b = sketch(one), sketch(other)
    assert containment(a, b) == containment(b, a)
    assert 0.0 <= containment(a, b) <= 1.0
    if a:
        assert containment(a, a) > 0.9


def test_the_content_hash_changes_with_the_words_alone() -> None:
    assert content_hash("T", "a  b\n\nc") == content_hash("T", "a b c")
    assert content_hash("T", "a b c") != content_hash("T", "a b d")
    assert content_hash("T a", "b") != content_hash("T", "a b")
    assert len(content_hash("", "")) == 32
