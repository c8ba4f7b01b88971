"""What a notice says: offsets, directions, what is cut, what is cleaned."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.notify.compose import LEVELS, Limits, RenderError, fit, message_of
from monitor.notify.message import Message, clean, direction, when
from monitor.notify.webhook import schema
from monitor.records import Evidence, EvidenceSentence, FiredRule, MatchedArticle
from tests.notify.samples import ARABIC, ARTICLE, FIRST, OPERATOR, SEEN, TEXT, hostile


def test_evidence_is_marked_in_its_sentence_with_its_gloss() -> None:
    message = message_of(ARABIC)
    first, second = message.sentences
    assert "".join(s.text for s in first.segments) == FIRST
    assert first.glosses == (("روسية", "Russia"), ("الضربات", "airstrike"), ("الرقة", "Raqqa"))
    assert [s.text for s in second.segments if s.clause] == ["الغارات"]
    assert (first.direction, second.direction) == ("rtl", "rtl")
    assert message.glosses == (("روسية", "Russia"), ("تقصف", "shelling"), ("الرقة", "Raqqa"))


def test_offsets_are_code_points_of_the_field() -> None:
    for sentence in message_of(ARABIC).sentences:
        at = sentence.start
        for segment in sentence.segments:
            assert TEXT[at : at + len(segment.text)] == segment.text
            at += len(segment.text)
        assert at == sentence.end


def test_a_rule_says_why_it_fired_each_reason_once() -> None:
    rule = message_of(ARABIC).rules[0]
    assert rule.why.startswith("actor روسية (Russia) · event تقصف (shelling) · place الرقة (Raqqa)")
    assert rule.why.count("روسية") == 1
    assert len(rule.evidence) == 7


def test_a_notice_of_the_monitor_itself_has_its_text() -> None:
    message = message_of(OPERATOR)
    assert message.text == OPERATOR.text
    assert (message.source, message.sentences, message.rules, message.note) == (None, (), (), "")


def test_a_long_sentence_is_cut_around_its_evidence() -> None:
    text = "x " * 2000 + "الضربات" + " y" * 2000
    start = text.index("ا")
    item = Evidence(
        field="text", start=100 + start, end=107 + start, text="الضربات", clause="event", gloss="airstrike"
    )
    article = MatchedArticle(
        id="a",
        title="t",
        url="https://a.example",
        source=ARTICLE.source,
        language="ar",
        seen=SEEN,
        sentences=(EvidenceSentence(field="text", start=100, end=100 + len(text), text=text),),
    )
    rule = FiredRule(id="r", version="1", title="R", status="active", severity="low", evidence=(item,))
    notice = type(ARABIC)(
        id="d",
        subscriber="s",
        story="s",
        revision=1,
        severity="low",
        title="t",
        seen=SEEN,
        article=article,
        rules=(rule,),
    )
    (sentence,) = message_of(notice, Limits(5, 300, 5, 5, 100)).sentences
    assert sentence.end - sentence.start == 300
    assert (sentence.cut_before, sentence.cut_after) == (True, True)
    assert [s.text for s in sentence.segments if s.clause] == ["الضربات"]
    assert text[sentence.start - 100 : sentence.end - 100] == "".join(s.text for s in sentence.segments)


def test_what_is_left_out_is_said() -> None:
    note = message_of(hostile(), LEVELS[-1]).note
    assert note == (
        "Left out to fit: 500 of 500 sentences; 27 of 30 rules; part of the title; part of the text."
    )


def test_levels_shed_until_it_fits_and_an_impossible_limit_is_an_error() -> None:
    sizes = []

    def draw(message: Message) -> bytes:
        sizes.append(len(message.sentences))
        return b"x" * (len(message.sentences) + 1)

    assert fit(hostile(), draw, limit=6) == b"x" * 6
    assert sizes == [20, 10, 5]
    with pytest.raises(RenderError):
        fit(hostile(), draw, limit=0)


@pytest.mark.parametrize(
    ("text", "towards"),
    [
        ("", "ltr"),
        ("Raqqa", "ltr"),
        ("الرقة", "rtl"),
        ("CNN: الضربات على الرقة", "rtl"),
        ("123 !", "ltr"),
        ("רקה", "rtl"),
    ],
)
def test_direction_is_that_of_most_letters(text: str, towards: str) -> None:
    assert direction(text) == towards


def test_cleaning_keeps_offsets_and_joiners() -> None:
    raw = "a\x00b\u202ec\u200cd\ud800e\u2028f\x9bg\U000e0041h"
    assert clean(raw) == "a b\u200bc\u200cd\ufffde f g\u200bh"
    assert len(clean(raw)) == len(raw)
    assert clean("abcdef", 4) == "abc…"


def test_times_are_in_utc_and_unknown_is_said() -> None:
    assert when(SEEN) == "2026-11-24 21:15 UTC"
    assert when(None) == "unknown"


def test_a_link_is_http_or_nothing() -> None:
    assert message_of(ARABIC).link == ARTICLE.url
    assert message_of(hostile()).link == ""


@settings(max_examples=150, deadline=None)
@given(
    st.text(max_size=60),
    st.lists(st.tuples(st.integers(-5, 80), st.integers(-5, 80)), max_size=12),
    st.integers(0, 9),
)
def test_segments_always_spell_the_sentence(text: str, spans: list[tuple[int, int]], start: int) -> None:
    evidence = tuple(Evidence(field="text", start=a, end=b, text="", clause="term") for a, b in spans)
    sentence = EvidenceSentence(field="text", start=start, end=start + len(text), text=text)
    article = MatchedArticle(
        id="a", title="", url="", source=ARTICLE.source, language="", seen=SEEN, sentences=(sentence,)
    )
    rule = FiredRule(id="r", version="1", title="R", status="active", severity="low", evidence=evidence)
    notice = type(ARABIC)(
        id="d",
        subscriber="s",
        story="s",
        revision=1,
        severity="low",
        title="",
        seen=SEEN,
        article=article,
        rules=(rule,),
    )
    (said,) = message_of(notice).sentences
    assert "".join(segment.text for segment in said.segments) == clean(text)
    assert all(segment.text for segment in said.segments)


def test_the_schema_names_its_version() -> None:
    assert (
        json.loads(json.dumps(schema()))["$defs"]["Message"]["properties"]["schema_version"]["default"] == 1
    )
