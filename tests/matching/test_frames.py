"""Frames: the shared cases, the labelled sentences, the bounds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from monitor.matching.clauses import Frame
from monitor.matching.frames import Reader, analyse
from monitor.matching.frames.analyse import MOST_EVENTS, MOST_NAMES, MOST_TOKENS, parts
from tests.matching.frame_lab import Lab, claims, frame, gold, lexicon, shipped

HERE = Path(__file__).parent
CASES = yaml.safe_load((HERE / "matching-cases.yaml").read_text("utf-8"))
FRAME_CASES = [case for case in CASES["cases"] if case["name"].startswith("frame:")]
LANGUAGE_OF = {
    "Российская": "ru", "Россия": "ru", "Des": "fr", "Raids": "fr", "Bei": "de", "Rus": "tr",
}  # fmt: skip


def language(text: str) -> str:
    """The language of a shared case, by its script or first word."""
    if "\u0600" <= text[0] <= "\u06ff":
        return "ar"
    if "\u4e00" <= text[0] <= "\u9fff":
        return "zh"
    return LANGUAGE_OF.get(text.split()[0], "en")


@pytest.fixture(scope="module")
def lab() -> Lab:
    return Lab(lexicon(CASES["lexicon"]))


@pytest.mark.parametrize("case", FRAME_CASES, ids=lambda case: case["name"].removeprefix("frame: "))
def test_shared_case(case: dict[str, Any], lab: Lab) -> None:
    evidence = lab.fire(frame(case["match"]), case["text"], language(case["text"]), case.get("title", ""))
    assert (evidence is not None) == case["fires"]
    if "evidence" in case and evidence is not None:
        hits = sorted({(hit.start, hit.end) for _, hit, _ in evidence})
        assert [case["text"][start:end] for start, end in hits] == case["evidence"]


# --- labelled sentences ---------------------------------------------------------------------

WORDS = yaml.safe_load((HERE / "frame-lexicon.yaml").read_text("utf-8"))
LABELLED = yaml.safe_load((HERE / "frame-sentences.yaml").read_text("utf-8"))
SENTENCES = [tuple(row) for row in LABELLED["sentences"]]
KNOWN_FAILURES = frozenset(LABELLED["known_failures"])


@pytest.fixture(scope="module")
def newsroom() -> Lab:
    return Lab(lexicon(WORDS))


@pytest.mark.parametrize("row", SENTENCES, ids=lambda row: f"{row[1]}: {row[2][:48]}")
def test_labelled_sentence(row: tuple[str, str, str, str, list[str]], newsroom: Lab) -> None:
    _, spoken, text, concept, pairs = row
    found, actors, others = claims(newsroom, spoken, text, concept)
    wanted = gold(newsroom, concept, pairs, actors, others)
    if text in KNOWN_FAILURES:
        assert found != wanted, "no longer fails: take it from known_failures"
    else:
        assert found == wanted


@pytest.mark.parametrize("half", ["d", "h"])
def test_precision_and_recall_do_not_fall(half: str, newsroom: Lab) -> None:
    hit = extra = missing = 0
    for kind, spoken, text, concept, pairs in SENTENCES:
        if kind == half:
            found, actors, others = claims(newsroom, spoken, text, concept)
            wanted = gold(newsroom, concept, pairs, actors, others)
            hit += len(found & wanted)
            extra += len(found - wanted)
            missing += len(wanted - found)
    assert hit / (hit + extra) >= 0.99
    assert hit / (hit + missing) >= 0.98


# --- the shipped lexicon ----------------------------------------------------------------------

NEWS = [tuple(row) for row in LABELLED["shipped"]]


@pytest.fixture(scope="module")
def desk() -> Lab:
    return Lab(shipped(HERE.parents[1] / "rules"))


@pytest.mark.parametrize("row", NEWS, ids=lambda row: f"{row[1]}: {row[2][:48]}")
def test_sentence_with_the_shipped_lexicon(row: tuple[int, str, str, str, list[str]], desk: Lab) -> None:
    _, spoken, text, concept, pairs = row
    labels = {id for pair in pairs for id in pair.split()}
    found, actors, others = claims(desk, spoken, text, concept, labels)
    if "actor" not in desk.lexicon.entries[concept].roles:
        pairs = [f"- {pair.split()[1]}" for pair in pairs]
    wanted = gold(desk, concept, pairs, actors, others)
    if text in KNOWN_FAILURES:
        assert found != wanted, "no longer fails: take it from known_failures"
    else:
        assert found == wanted


# --- single rules of the procedure ----------------------------------------------------------


def test_a_reader_analyses_a_sentence_once(newsroom: Lab) -> None:
    document = newsroom.document("Russian jets bombed Raqqa.", "en")
    reader = Reader(newsroom.lexicon)
    spent: list[int] = []
    whole = [(1, 0, len(document.fields[1].folds))]
    for place in ("place/raqqa", "place/idlib", "place/raqqa"):
        reader.fire(Frame(event=("airstrike",), place=(place,)), document, whole, spent.append)
    assert spent[0] == 16  # four words, three of them hits
    assert spent[1:] == [2]  # Idlib is not in it: it is not read for that


@pytest.mark.parametrize(
    ("scope", "text", "fires"),
    [
        ("sentence", "Russian jets came. Air strikes by Russia went on. Raqqa is a city.", False),
        ("paragraph", "Raqqa is a city. Air strikes by Russia went on.", True),
        ("paragraph", "Air strikes by Russia went on. Raqqa is a city.", True),
        ("paragraph", "Raqqa is a city.\n\nAir strikes by Russia went on.", False),
        ("document", "Raqqa is a city.\n\nAir strikes by Russia went on.", True),
        ("document", "Raqqa is a city. It is old. Air strikes by Russia went on.", False),
    ],
)
def test_scope_looks_into_the_sentences_around(scope: str, text: str, fires: bool, newsroom: Lab) -> None:
    match = Frame(event=("airstrike",), actor=("country/ru",), place=("place/raqqa",), scope=scope)
    assert (newsroom.fire(match, text, "en") is not None) == fires


@pytest.mark.parametrize(
    ("unless", "fires"), [(("drill", "fiction"), True), (("denial",), False), ((), True)]
)
def test_cues_forbid_only_what_unless_names(unless: tuple[str, ...], fires: bool, newsroom: Lab) -> None:
    match = Frame(event=("airstrike",), actor=("country/ru",), unless=unless)
    evidence = newsroom.fire(match, "Russia denied that its jets bombed Raqqa.", "en")
    assert (evidence is not None) == fires
    if evidence is not None:
        assert ("cue", "denial") in [(role, entry) for role, _, entry in evidence]


def test_evidence_names_the_entry_that_was_met(newsroom: Lab) -> None:
    match = Frame(event=("airstrike",), actor=("country/ru",), place=("country/sy",))
    evidence = newsroom.fire(match, "Russian jets bombed Raqqa.", "en")
    assert evidence is not None
    assert [(role, entry) for role, _, entry in evidence] == [
        ("event", "airstrike"),
        ("actor", "country/ru"),
        ("place", "place/raqqa"),
    ]


def test_a_frame_looks_only_into_its_stretches(newsroom: Lab) -> None:
    document = newsroom.document("It rained.", "en", title="Russian jets bombed Raqqa")
    match = Frame(event=("airstrike",), place=("place/raqqa",))
    reader = Reader(newsroom.lexicon)
    assert reader.fire(match, document, [(0, 0, 4)], lambda steps: None) is not None
    assert reader.fire(match, document, [(1, 0, 2)], lambda steps: None) is None


def test_concepts_named_in_a_role_become_mentions() -> None:
    words = {
        "concepts": {"hospital": {"roles": [], "en": {"terms": ["hospital", "hospitals"]}}},
    }
    lab = Lab(lexicon(WORDS, words))
    document = lab.document("Russian jets bombed a hospital near Aleppo.", "en")
    match = Frame(event=("airstrike",), actor=("country/ru",), target=("hospital",))
    assert lab.fire_in(match, document, Reader(lab.lexicon)) is None
    assert lab.fire_in(match, document, Reader(lab.lexicon, frozenset(("hospital",)))) is not None


def test_a_language_without_grammar_still_reads_frames(newsroom: Lab) -> None:
    names = {"entities": {"place/raqqa": {"xx": {"names": ["Raqqa"]}}}}
    concepts = {"concepts": {"airstrike": {"xx": {"terms": ["pommit"]}}}}
    lab = Lab(lexicon(WORDS, names, concepts))
    match = Frame(event=("airstrike",), place=("place/raqqa",))
    assert lab.fire(match, "Pommit Raqqa.", "xx") is not None


@pytest.mark.parametrize(
    "text",
    [
        "Russia struck Raqqa and " * 2500,
        "strikes " * 10_000,
        "Russia " * 10_000 + "struck Raqqa",
        "strikes in Raqqa, " * 3000,
        "said that " * 5000 + "Russia struck Raqqa",
        "Russia, which " * 5000 + "struck Raqqa",
    ],
    ids=lambda text: text[:18],
)
def test_long_sentences_are_read_in_bounded_parts(text: str, newsroom: Lab) -> None:
    document = newsroom.document(text, "en")
    hits = document.hits[1]
    end = len(document.fields[1].folds)
    at = 0
    for begin, stop, inside in parts(document.fields[1], 0, end, hits, newsroom.lexicon):
        assert begin == at
        assert 0 < stop - begin <= MOST_TOKENS
        assert len(inside) <= MOST_EVENTS + MOST_NAMES
        at = stop
    assert at == end
    assert len(analyse(document, 1, 0, end, newsroom.lexicon)) <= len(hits)
