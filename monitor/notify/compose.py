"""From a notice to what is said of it, within the size that a channel allows. Pure."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from itertools import islice

import msgspec

from monitor.alerting.notice import Notice
from monitor.notify.languages import language_name
from monitor.notify.message import (
    MAX_REASONS,
    Message,
    Origin,
    Proof,
    Rule,
    Segment,
    Sentence,
    clean,
    direction,
    reasons_of,
)
from monitor.records import MAX_BODY, Evidence, EvidenceSentence, FiredRule

MAX_TITLE = 300  # characters
MAX_URL = 2000
MAX_NAMES = 50  # sources or languages that are listed; the rest is counted


class Limits(msgspec.Struct, frozen=True):
    """How much of a notice is said."""

    sentences: int
    characters: int  # of a sentence
    rules: int
    evidence: int  # of a rule
    text: int


LEVELS = (
    Limits(20, 700, 20, 40, 8000),
    Limits(10, 500, 20, 20, 4000),
    Limits(5, 400, 10, 10, 2000),
    Limits(2, 300, 5, 5, 1000),
    Limits(0, 0, 3, 2, 300),
)


class TooLong(Exception):
    """A drawn message exceeds a limit of its channel: it is drawn again with less."""


class RenderError(Exception):
    """A notice could not be drawn within its limits."""


def fit(notice: Notice, draw: Callable[[Message], bytes], limit: int = MAX_BODY) -> bytes:
    """The notice drawn with as much of it as ``limit`` bytes allow.

    ``draw`` may raise ``TooLong`` to be given less. Raises ``RenderError`` if not even the least fits.
    """
    for limits in LEVELS:
        try:
            body = draw(message_of(notice, limits))
        except TooLong:
            continue
        if len(body) <= limit:
            return body
    raise RenderError(f"notice {notice.id[:100]} does not fit into {limit} bytes")


def message_of(notice: Notice, limits: Limits = LEVELS[0]) -> Message:
    """What ``notice`` says within ``limits``; ``note`` tells what they left out."""
    article = notice.article
    title = clean(notice.title, MAX_TITLE)
    evidence = _evidence(notice.rules)
    sentences = article.sentences if article else ()
    body = [s for s in islice(sentences, 2000) if s.field == "text"]
    chosen = _choose(body, evidence, limits.sentences)
    in_title = evidence["title"] if article and article.title == notice.title else []
    url = article.url if article else ""
    left_out = [
        _part("sentences", len(chosen), len(body)),
        _part("rules", min(limits.rules, len(notice.rules)), len(notice.rules)),
        "the link (too long)" if len(url) > MAX_URL else "",
        "part of the title" if len(notice.title) > MAX_TITLE else "",
        "part of the text" if len(notice.text) > limits.text else "",
    ]
    missing = "; ".join(part for part in left_out if part)
    return Message(
        id=notice.id,
        kind=notice.kind,
        subscriber=notice.subscriber,
        story=notice.story,
        revision=notice.revision,
        severity=notice.severity,
        title=title,
        direction=direction(title),
        headline=_segments(title, 0, in_title),
        seen=notice.seen,
        published=article.published if article else None,
        article=clean(article.id, 200) if article else "",
        url=clean(url).replace(" ", "%20") if len(url) <= MAX_URL else "",
        source=Origin(
            id=clean(article.source.id, 100),
            country=clean(article.source.country, 10),
            tags=tuple(clean(tag, 50) for tag in article.source.tags[:10]),
        )
        if article
        else None,
        language=clean(article.language, 20) if article else "",
        language_name=language_name(article.language) if article else "",
        rules=tuple(_rule(rule, limits.evidence) for rule in notice.rules[: limits.rules]),
        sentences=tuple(_sentence(s, evidence["text"], limits.characters) for s in chosen),
        articles=notice.articles,
        sources=tuple(clean(name, 60) for name in notice.sources[:MAX_NAMES]),
        source_count=len(notice.sources),
        languages=tuple(clean(name, 20) for name in notice.languages[:MAX_NAMES]),
        language_count=len(notice.languages),
        again=clean(notice.again, 500),
        text=_lines(notice.text, limits.text),
        note=f"Left out to fit: {missing}." if missing else "",
    )


def _part(what: str, shown: int, of: int) -> str:
    return f"{of - shown} of {of} {what}" if shown < of else ""


def _lines(text: str, limit: int) -> str:
    cut = text if len(text) <= limit else text[: limit - 1] + "…"
    return "\n".join(clean(line) for line in cut.splitlines())


def _evidence(rules: Iterable[FiredRule]) -> dict[str, list[Evidence]]:
    """Evidence of all rules by field, each place once, in order, overlaps resolved for the longer."""
    places: dict[tuple[str, int, int], Evidence] = {}
    for rule in islice(rules, 50):
        for item in islice(rule.evidence, 500):
            known = places.setdefault((item.field, item.start, item.end), item)
            if item.gloss and not known.gloss:
                places[(item.field, item.start, item.end)] = item
    found: dict[str, list[Evidence]] = {"title": [], "text": []}
    end = {"title": -1, "text": -1}
    for item in sorted(places.values(), key=lambda e: (e.start, -e.end)):
        if item.start >= end[item.field] and item.end > item.start >= 0:
            found[item.field].append(item)
            end[item.field] = item.end
    return found


def _within(evidence: Sequence[Evidence], start: int, end: int) -> Sequence[Evidence]:
    first = bisect_left(evidence, start, key=lambda e: e.start)
    last = bisect_left(evidence, end, key=lambda e: e.start)
    return evidence[first:last]


def _choose(
    sentences: Sequence[EvidenceSentence],
    evidence: dict[str, list[Evidence]],
    limit: int,
) -> list[EvidenceSentence]:
    """The sentences that say most, in the article's order."""

    def weight(index: int) -> tuple[int, int]:
        sentence = sentences[index]
        inside = _within(evidence["text"], sentence.start, sentence.end)
        return -len({(item.clause, item.entry) for item in inside}), index

    best = sorted(range(len(sentences)), key=weight)[:limit]
    return [sentences[index] for index in sorted(best)]


def _sentence(sentence: EvidenceSentence, evidence: Sequence[Evidence], limit: int) -> Sentence:
    """A sentence with its evidence; a long one is cut around the first evidence."""
    inside = _within(evidence, sentence.start, sentence.end)
    skip = 0
    if len(sentence.text) > limit and inside:
        skip = min(
            max(0, inside[0].start - sentence.start - limit // 3),
            len(sentence.text) - limit,
        )
    text = clean(sentence.text[skip : skip + limit])
    start = sentence.start + skip
    return Sentence(
        field=sentence.field,
        start=start,
        end=start + len(text),
        direction=direction(text),
        segments=_segments(text, start, _within(evidence, start, start + len(text))),
        cut_before=skip > 0,
        cut_after=skip + limit < len(sentence.text),
    )


def _segments(text: str, offset: int, evidence: Iterable[Evidence]) -> tuple[Segment, ...]:
    segments = []
    at = 0
    for item in evidence:
        start, end = item.start - offset, min(item.end - offset, len(text))
        if start < at or end <= start:
            continue
        if start > at:
            segments.append(Segment(text=text[at:start]))
        segments.append(
            Segment(
                text=text[start:end],
                clause=clean(item.clause, 40) or "term",
                entry=clean(item.entry, 100),
                gloss=clean(item.gloss, 80),
            )
        )
        at = end
    if at < len(text):
        segments.append(Segment(text=text[at:]))
    return tuple(segments)


def _rule(rule: FiredRule, limit: int) -> Rule:
    proofs = [
        Proof(
            field=item.field,
            start=item.start,
            end=item.end,
            text=clean(item.text, 120),
            clause=clean(item.clause, 40),
            entry=clean(item.entry, 100),
            gloss=clean(item.gloss, 80),
        )
        for item in rule.evidence[:limit]
    ]
    reasons = reasons_of(proofs)
    why = " · ".join(
        f"{c} {text} ({gloss})" if gloss else f"{c} {text}" for c, text, gloss in reasons[:MAX_REASONS]
    )
    more = max(0, len(reasons) - MAX_REASONS) + len(rule.evidence) - len(proofs)
    return Rule(
        id=clean(rule.id, 100),
        title=clean(rule.title, 150),
        severity=rule.severity,
        version=clean(rule.version, 80),
        tags=tuple(clean(tag, 50) for tag in rule.tags[:10]),
        score=rule.score,
        why=f"{why} · and {more} more" if more > 0 and why else why,
        evidence=tuple(proofs),
    )
