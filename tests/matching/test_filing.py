"""Lexicon and rules as a kernel reads them."""

from __future__ import annotations

from collections import Counter
from random import Random

import numpy as np
import pytest

from monitor.lexicon.forms import Forms
from monitor.lexicon.schema import EMPTY, Entry, Form, FormKind, Lexicon
from monitor.matching.clauses import All, AtLeast, Names, Term
from monitor.matching.filing.bulk import spell_in_bulk
from monitor.matching.filing.hashing import Collision, Key, new_key, of_texts
from monitor.matching.filing.lexicon import LexiconTable, _file, file_lexicon
from monitor.matching.filing.patterns import CASED, CHECK_BEFORE, PREFIXED, PatternSet
from monitor.matching.filing.rarity import ENOUGH, Rarity, Traffic
from monitor.matching.filing.rules import file_rules
from monitor.matching.filing.spelling import Spelled, spell
from monitor.matching.fold import fold
from monitor.matching.kernel import native
from monitor.matching.patterns import Pattern, patterns
from tests.matching.fuzz.letters import any_text, word

WEAK = Key(0, 1)
"""A key under which anagrams collide."""


def lexicon(*forms: tuple[str, str] | Form) -> Lexicon:
    """Names by id, or whole forms."""
    made = [one if isinstance(one, Form) else Form(one[1], "en", one[0], "name") for one in forms]
    return Lexicon({form.entry: Entry(id=form.entry, gloss="") for form in made}, made)


def probe(patterns: PatternSet, token: str) -> tuple[int, bool]:
    """Number of a token by its hash, as the kernel finds it, and whether it is a name by itself."""
    wanted, mask = patterns.key.of(token), len(patterns.slots) - 1
    at = wanted & mask
    while patterns.slots["token"][at]:
        if int(patterns.slots["hash"][at]) == wanted:
            return int(patterns.slots["token"][at]), bool(patterns.slots["whole"][at])
        at = (at + 1) & mask
    return 0, False


def row(filed: PatternSet, number: int) -> list[int]:
    """The tokens of a pattern."""
    found: list[int] = filed.tokens[filed.tokens_at[number] : filed.tokens_at[number + 1]].tolist()
    return found


def under(table: LexiconTable, text: str) -> tuple[str, str, bool]:
    """Of the pattern of a name: the word it is filed under, the one that is checked, and whether before."""
    filed, words = table.patterns, text.lower().split()
    numbers = {probe(table.patterns, one)[0]: one for one in words}
    for token in numbers:
        for at in range(int(filed.filed_at[token]), int(filed.filed_at[token + 1])):
            one = filed.filed[at]
            if [numbers.get(number) for number in row(filed, int(one["pattern"]))] == words:
                check = numbers.get(int(one["check"]), "")
                return numbers[token], check, bool(one["flags"] & CHECK_BEFORE)
    raise AssertionError(f"{text} is filed nowhere")


# --- patterns -------------------------------------------------------------------------------

CITIES = file_lexicon(
    lexicon(
        ("place/ny", "New York"),
        ("place/nd", "New Delhi"),
        ("place/nyc", "New York City"),
        ("place/york", "York"),
        ("place/kc", "Kansas City"),
        ("place/x", "New New City"),
    )
)


@pytest.mark.parametrize(
    ("text", "token", "check", "before"),
    [
        ("New Delhi", "delhi", "new", True),
        ("Kansas City", "kansas", "city", False),
        ("York", "york", "", False),
        ("New York", "york", "new", True),
        ("New York City", "york", "city", False),
        ("New New City", "city", "new", True),
    ],
)
def test_a_name_is_filed_under_the_word_that_the_fewest_have(
    text: str, token: str, check: str, before: bool
) -> None:
    assert under(CITIES, text) == (token, check, before)


def test_every_token_is_found_by_its_hash_and_no_other() -> None:
    filed = CITIES.patterns
    known = {word: probe(filed, word) for word in ("new", "york", "delhi", "city", "kansas")}
    assert sorted(number for number, _ in known.values()) == [1, 2, 3, 4, 5]
    assert [word for word, (_, whole) in known.items() if whole] == ["york"]
    assert probe(filed, "paris") == (0, False)


def test_a_table_of_thousands_of_tokens_is_at_most_half_full_and_whole() -> None:
    words = [f"word{number}" for number in range(5000)]
    table = file_lexicon(lexicon(*(("place/x", one) for one in words)))
    assert len(table.patterns.slots) >= 2 * len(words)
    assert {probe(table.patterns, one)[0] for one in words} == set(range(1, len(words) + 1))


def test_terms_of_rules_are_no_names() -> None:
    filed = file_rules([Term("york")], file_lexicon(EMPTY), Rarity(file_lexicon(EMPTY)), 0)
    assert not filed.patterns.slots["whole"].any()


def test_prefixes_are_filed_by_their_letters_and_phrases_by_their_words() -> None:
    table = file_lexicon(EMPTY)
    asked = [Term("strik*"), Term("air strik*"), Term("str*")]
    filed = file_rules(asked, table, Rarity(table), 0).patterns
    key = filed.key
    rows = {int(one["hash"]): one for one in filed.prefixes}
    strik, short = rows[key.of("strik")], rows[key.of("str")]
    assert filed.prefixes["key"].tolist() == sorted(filed.prefixes["key"].tolist())
    assert int(strik["key"]) == int(short["key"]) == key.of("str")
    assert (int(strik["length"]), int(short["length"]), int(short["single"])) == (5, 3, 1)
    assert Counter(filed.prefixes["single"].tolist()) == {1: 2, 0: 1}
    first = key.of("str")
    assert int(filed.prefix_bits[first >> 58]) >> (first >> 52 & 63) & 1
    assert [int(one["flags"]) & PREFIXED for one in filed.filed] == [PREFIXED]  # air strik* alone


def test_names_in_exact_case_have_their_spellings() -> None:
    table = file_lexicon(lexicon(Form("WHO", "en", "org/who", "name", True), ("org/x", "Who")))
    filed = table.patterns
    spellings = {
        tuple(filed.spellings[begin:end].tolist())
        for begin, end in zip(
            filed.cased_at.tolist(), [*filed.cased_at.tolist()[1:], len(filed.spellings)], strict=True
        )
    }
    assert spellings == {of(filed.key, "WHO"), of(filed.key, "W", "H", "O")}
    assert sum(int(one["flags"]) & CASED != 0 for one in filed.filed) == 2


def of(key: Key, *tokens: str) -> tuple[int, ...]:
    return tuple(map(key.of, tokens))


def test_one_way_to_write_several_entries_is_one_pattern_with_all_their_forms() -> None:
    georgia = [("country/ge", "Georgia"), ("place/us-ga", "GEORGIA"), ("place/atlanta", "Atlanta")]
    table = file_lexicon(lexicon(*georgia, Form("Georgia", "fr", "country/ge", "demonym")))
    assert [[form.entry for form in table.forms(number)] for number in range(2)] == [
        ["country/ge", "place/us-ga", "country/ge"],
        ["place/atlanta"],
    ]
    with pytest.raises(IndexError):
        table.forms(2)


@pytest.mark.parametrize(
    ("forms", "language"),
    [
        ([("Syrien", "de", "name")], 0),
        ([("Syrien", "de", "demonym")], 1),
        ([("Syrien", "de", "demonym"), ("syrien", "fr", "demonym")], 0xFFFF),
        ([("Syrien", "de", "demonym"), ("syrien", "fr", "name")], 0),
        ([("strike", "", "term"), ("strike", "en", "verb")], 0),
    ],
)
def test_a_pattern_tells_in_which_language_it_counts(
    forms: list[tuple[str, str, FormKind]], language: int
) -> None:
    table = file_lexicon(lexicon(*(Form(text, spoken, "x", kind) for text, spoken, kind in forms)))
    assert table.patterns.owners.languages.tolist() == [language]


# --- hashes ---------------------------------------------------------------------------------


def test_many_hashes_are_those_of_one_by_one() -> None:
    key, random = new_key(), Random(3)
    texts = ["", "a", "中国", "\ud800", "x" * 500, *(fold(word(random, "ru")) for _ in range(50))]
    assert of_texts(texts, key).tolist() == [key.of(text) for text in texts]


ANAGRAMS = lexicon(("place/one", "Abcd"), ("place/two", "Dcba"))


def test_tokens_that_collide_are_refused_and_another_key_is_taken() -> None:
    with pytest.raises(Collision):
        _file(ANAGRAMS, WEAK)
    table = file_lexicon(ANAGRAMS)
    assert probe(table.patterns, "abcd")[0] != probe(table.patterns, "dcba")[0]


@pytest.mark.skipif(not native.AVAILABLE, reason="the kernel was not compiled")
def test_names_are_spelled_by_the_compiled_kernel_as_in_python() -> None:
    random, key = Random(4), new_key()
    languages = ("en", "ru", "uk", "ar", "he", "hi", "th", "zh", "ja")
    texts = [(" ".join(word(random, random.choice(languages)) for _ in range(2)), False) for _ in range(400)]
    texts += [(any_text(random, 8), random.random() < 0.3) for _ in range(400)]
    texts += [("", False), (" ", False), ("New  York", False), ("a\nb", False), ("Stra\u00dfe", True)]
    texts = [one for one in texts if one[0] != "\u0640"]  # nothing is left of it
    plain, quick = spell(texts, key), spell_in_bulk(texts, key)
    assert quick.rows_of.tolist() == plain.rows_of.tolist()
    for number, (one, other) in enumerate(zip(written(plain), written(quick), strict=True)):
        assert one == other, texts[_text_of(plain, number)]


def written(spelled: Spelled) -> list[tuple[list[int], int, Pattern | None]]:
    """Rows as hashes of their tokens, 0 for a prefix, with their flags and what is special in them."""
    rows = np.split(spelled.tokens, spelled.ends[:-1].astype(np.int64))
    return [
        (
            [int(spelled.hashes[token - 1]) if token else 0 for token in tokens.tolist()],
            int(flags),
            spelled.special.get(number),
        )
        for number, (tokens, flags) in enumerate(zip(rows, spelled.flags, strict=True))
    ]


def _text_of(spelled: Spelled, row: int) -> int:
    return int(np.searchsorted(np.cumsum(spelled.rows_of), row, side="right"))


# --- rules ----------------------------------------------------------------------------------


def test_a_rule_is_watched_under_what_is_rare_and_checked_by_the_rest() -> None:
    table = file_lexicon(lexicon(*(("country/fr", f"France {n}") for n in range(30)), ("place/rare", "Rare")))
    filed = file_rules(
        [All((Names(("country/fr",)), Names(("place/rare",))))], table, Rarity(table), table.leaf_count
    )
    rare = 2 * table.ids["place/rare"]
    watched = [leaf for leaf in range(table.leaf_count) if filed.watch_at[leaf] < filed.watch_at[leaf + 1]]
    assert watched == [rare]
    assert filed.parts.tolist() == [2 * table.ids["country/fr"]]


def test_of_at_least_two_of_three_the_two_rarest_are_watched() -> None:
    table = file_lexicon(EMPTY)
    clause = AtLeast(2, (Term("a long and rare phrase"), Term("two words"), Term("word")))
    filed = file_rules([clause], table, Rarity(table), 0)
    watched = {filed.leaves[at] for at in range(3) if filed.watch_at[at] < filed.watch_at[at + 1]}
    assert watched == {"t:a long and rare phrase", "t:two words"}


def test_a_rule_that_needs_nothing_is_always_looked_at() -> None:
    table = file_lexicon(EMPTY)
    filed = file_rules([All((), (Term("word"),)), Term("word")], table, Rarity(table), 0)
    assert filed.way_rule[filed.always].tolist() == [0]


def test_an_entry_that_the_lexicon_lacks_occurs_nowhere() -> None:
    table = file_lexicon(EMPTY)
    filed = file_rules([Names(("place/none",))], table, Rarity(table), 0)
    assert (len(filed.watch), len(filed.always)) == (0, 0)


# --- rarity ---------------------------------------------------------------------------------


def test_without_traffic_longer_terms_and_fewer_forms_are_rarer() -> None:
    table = file_lexicon(lexicon(("a/one", "One"), *(("a/many", f"Many {n}") for n in range(9))))
    rarity = Rarity(table)
    assert (
        rarity.of("t:three long words") < rarity.of("t:long words") < rarity.of("t:word") < rarity.of("t:by")
    )
    assert rarity.of("e:a/one") < rarity.of("e:a/many")
    assert rarity.of("e:a/none") == 0
    assert rarity(frozenset(("e:a/one", "t:word"))) == pytest.approx(
        rarity.of("e:a/one") + rarity.of("t:word")
    )


def test_a_whole_is_as_frequent_as_all_its_parts() -> None:
    entries = {
        "a/part": Entry(id="a/part", gloss="", part_of=("a/whole",)),
        "a/whole": Entry(id="a/whole", gloss=""),
    }
    forms = [
        Form(text, "en", id, "name") for text, id in (("P", "a/part"), ("Q", "a/part"), ("W", "a/whole"))
    ]
    rarity = Rarity(file_lexicon(Lexicon(entries, forms)))
    assert rarity.of("w:a/whole") == pytest.approx(3 * rarity.of("e:a/whole"))


@pytest.mark.parametrize(("articles", "trusted"), [(ENOUGH - 1, False), (ENOUGH, True)])
def test_what_was_counted_decides_once_enough_was_read(articles: int, trusted: bool) -> None:
    table = file_lexicon(lexicon(("a/one", "One"), ("a/two", "Two")))
    counts = np.array([150, 150, 3, 3], np.uint32)
    rarity = Rarity(table, Traffic(articles, counts, {"t:word": 100}))
    assert (rarity.of("e:a/one") == pytest.approx(150.5 / articles)) is trusted
    assert (rarity.of("t:word") == pytest.approx(100.5 / articles)) is trusted
    assert (rarity.of("e:a/one") > rarity.of("e:a/two")) is trusted


def test_counts_of_another_lexicon_are_not_taken() -> None:
    table = file_lexicon(lexicon(("a/one", "One")))
    rarity = Rarity(table, Traffic(1000, np.zeros(99, np.uint32), {}))
    assert rarity.of("e:a/one") == Rarity(table).of("e:a/one")


# --- forms in columns -----------------------------------------------------------------------

FORMS = (
    Form("Russia", "en", "country/ru", "name"),
    Form("", "", "x", "not"),
    Form("\ud800 a", "en", "x", "verb", True),
    Form("北京", "zh", "place/beijing", "weak_verb"),
    Form("Россия", "ru", "country/ru", "metonym", True),
)


def test_forms_come_out_of_columns_as_they_went_in() -> None:
    forms = Forms(FORMS)
    again = Forms.unpacked(forms.packed())
    for one in (forms, again):
        assert tuple(one) == FORMS
        assert [one[number] for number in range(-5, 5)] == [*FORMS, *FORMS]
        assert one[1:4:2] == FORMS[1:4:2]
        assert list(one.texts()) == [form.text for form in FORMS]
        assert (len(one), bool(Forms())) == (5, False)
    assert again == forms != Forms(FORMS[:4])


@pytest.mark.parametrize(
    ("language", "kinds", "numbers"),
    [
        ("en", ("name", "verb"), [0, 2]),
        ("en", ("verb",), [2]),
        ("ru", ("name", "metonym"), [4]),
        ("zh", ("name",), []),
        ("xx", ("name",), []),
    ],
)
def test_forms_of_a_language_and_of_kinds(
    language: str, kinds: tuple[FormKind, ...], numbers: list[int]
) -> None:
    assert list(Forms(FORMS).of(language, *kinds)) == [FORMS[number] for number in numbers]


@pytest.mark.parametrize("number", [5, 99])
def test_a_form_beyond_the_last_is_an_error(number: int) -> None:
    with pytest.raises(IndexError):
        Forms(FORMS)[number]


def test_each_spelling_of_a_hyphen_is_a_pattern() -> None:
    table = file_lexicon(lexicon(("a/x", "air-strike"), ("a/y", "airstrike")))
    found = sorted([form.entry for form in table.forms(number)] for number in range(2))
    assert found == [["a/x"], ["a/x", "a/y"]]
    assert {one.tokens for one in patterns("air-strike")} == {("air", "strike"), ("airstrike",)}
