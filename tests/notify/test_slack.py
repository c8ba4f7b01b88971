"""Slack messages within Block Kit's limits, with nothing in them that Slack would interpret."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from monitor.notify.channels import channels, target_of
from monitor.notify.slack import INTERVAL, escape
from tests.notify.samples import ARABIC, EVIL, OPERATOR, hostile

TARGET = target_of({"kind": "slack", "url": "https://hooks.slack.example/services/T0/B0/x"})


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def check(payload: dict[str, Any]) -> list[str]:
    """Slack's rules for the blocks we use; gives all texts."""
    texts = [payload["text"]]
    assert 1 <= len(payload["blocks"]) <= 50
    for block in payload["blocks"]:
        if block["type"] == "header":
            assert block["text"]["type"] == "plain_text"
            assert 1 <= units(block["text"]["text"]) <= 150
            parts = [block["text"]]
        elif block["type"] == "section":
            parts = [block["text"]]
        else:
            assert block["type"] == "context"
            parts = block["elements"]
            assert 1 <= len(parts) <= 10
        for part in parts:
            assert 1 <= units(part["text"]) <= 3000
            assert part["type"] == "plain_text" or part["verbatim"] is True
            texts.append(part["text"])
    assert sum(map(units, texts)) <= 13_000
    return texts


@pytest.mark.parametrize("notice", [ARABIC, OPERATOR, hostile()], ids=["arabic", "operator", "hostile"])
def test_limits_hold_and_nothing_is_interpreted(notice: Any) -> None:
    for text in check(json.loads(TARGET.render(notice))):
        bare = re.sub(r"<https://news\.example/[^<>|]*\|[^<>]*>", "", text)
        assert "<" not in bare
        assert ">" not in bare
        assert not re.search(r"&(?!amp;|lt;|gt;)", text)


def test_special_characters_are_escaped_once() -> None:
    assert escape("a & b < c > d &amp;") == "a &amp; b &lt; c &gt; d &amp;amp;"


def test_marks_and_mentions_lose_their_meaning() -> None:
    shown = escape(EVIL)
    assert not set("*_~`<>") & set(shown)
    assert "&lt;!channel&gt; &lt;@U123&gt;" in shown


def test_the_title_links_to_the_article_and_the_link_cannot_be_left() -> None:
    said = json.loads(TARGET.render(ARABIC))["blocks"][1]["text"]["text"]
    assert said.startswith("<https://news.example/ar/raqqa?id=7&amp;ref=%3Cfeed%3E%7Cx|")
    assert said.split("\n")[0].count("|") == 1


def test_evidence_is_bold_and_glossed() -> None:
    texts = check(json.loads(TARGET.render(ARABIC)))
    (first,) = [text for text in texts if "فجر" in text]
    assert "*الضربات*" in first
    assert "الضربات: airstrike" in first


def test_one_message_a_second() -> None:
    assert channels()["slack"].interval == INTERVAL == 1.0
