"""Slack incoming webhooks: Block Kit within Slack's limits, nothing in it that Slack would interpret.

Limits: https://docs.slack.dev/reference/block-kit/blocks (50 blocks, 3,000 characters a section, 150 a
header); escaping: https://docs.slack.dev/messaging/formatting-message-text. Lengths are counted in
UTF-16 units, as Slack's clients count them.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any

import msgspec
from pydantic import AfterValidator, Field

from monitor.alerting.notice import Notice
from monitor.notify.channel import Answer, ChannelOptions, SendContext
from monitor.notify.compose import TooLong, fit
from monitor.notify.message import Message, Segment, Sentence, when
from monitor.notify.posting import check_url, post
from monitor.notify.secrets import Secret
from monitor.records import Delivery

KIND = "slack"
INTERVAL = 1.0  # seconds between messages: Slack allows one a second for each webhook

MAX_BLOCKS = 50
MAX_SECTION = 3000
MAX_HEADER = 150
MAX_CHARACTERS = 12_000  # of all blocks: beyond about 13,000 Slack answers msg_blocks_too_long

_MARKS = {"critical": "🔴", "high": "🟠", "medium": "🟡", "low": "🔵", "info": "⚪"}
# Look-alikes, since mrkdwn has no escape for its own marks.
_PLAIN = str.maketrans(
    {
        "&": "&amp;",
        "<": "&lt;",
        ">": "&gt;",
        "*": "∗",
        "_": "\u02cd",
        "~": "∼",
        "`": "ˋ",
        "\n": " ",
    }
)


class Options(ChannelOptions):
    """An incoming webhook's URL is itself a secret."""

    url: Annotated[Secret, AfterValidator(check_url)] = Field(description="the incoming webhook's URL")


def render(notice: Notice, options: Options) -> bytes:
    """The notice as the JSON of an incoming webhook."""
    return fit(notice, _draw)


async def send(delivery: Delivery, options: Options, context: SendContext, attempt_at: datetime) -> Answer:
    """POST the body to the incoming webhook."""
    headers = {"content-type": "application/json; charset=utf-8"}
    return await post(options.url.reveal(), headers, delivery.body, context, attempt_at)


def escape(text: str) -> str:
    """``text`` such that Slack shows it and reads no link, mention or format in it."""
    return text.translate(_PLAIN)


def _length(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def _header(text: str) -> str:
    """Plain text for a header block. ``& < >`` are escaped here too: Slack unescapes them once."""
    end = len(text)
    while True:
        shown = text[:end] + ("…" if end < len(text) else "")
        escaped = shown.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        if _length(escaped) <= MAX_HEADER:
            return escaped
        end -= 1


def _section(text: str) -> dict[str, Any]:
    if _length(text) > MAX_SECTION:
        raise TooLong
    # "verbatim": bare addresses, @names and #channels in the text are not made into links.
    return {
        "type": "section",
        "text": {"type": "mrkdwn", "text": text, "verbatim": True},
    }


def _context(text: str) -> dict[str, Any]:
    if _length(text) > MAX_SECTION:
        raise TooLong
    return {
        "type": "context",
        "elements": [{"type": "mrkdwn", "text": text, "verbatim": True}],
    }


def _bold(segments: tuple[Segment, ...]) -> str:
    """The segments with evidence in bold. Slack wants a boundary around marks: inside a word a
    zero-width space gives it one."""
    parts: list[str] = []
    for index, segment in enumerate(segments):
        text = escape(segment.text)
        inner = text.strip()
        if not segment.clause or not inner:
            parts.append(text)
            continue
        before = segments[index - 1].text[-1:] if index else ""
        after = segments[index + 1].text[:1] if index + 1 < len(segments) else ""
        start = "\u200b" if before and not before.isspace() else ""
        end = "\u200b" if after and not after.isspace() else ""
        lead, tail = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
        parts.append(f"{lead}{start}*{inner}*{end}{tail}")
    return "".join(parts)


def _link(message: Message) -> str:
    label = _bold(message.headline)
    if not message.link:
        return label
    safe = message.link.replace("|", "%7C").replace("<", "%3C").replace(">", "%3E").replace("&", "&amp;")
    return f"<{safe}|{escape(message.title)}>"


def _sentence(sentence: Sentence) -> str:
    text = ("…" if sentence.cut_before else "") + _bold(sentence.segments)
    text += "…" if sentence.cut_after else ""
    return "\n".join([text, *_glosses(sentence.glosses)])


def _glosses(glosses: Iterable[tuple[str, str]]) -> list[str]:
    line = " · ".join(f"{escape(surface)}: {escape(gloss)}" for surface, gloss in glosses)
    return [line] if line else []


def _facts(message: Message) -> str:
    if message.source is None:
        return f"Seen {when(message.seen)}"
    return " · ".join(
        (
            f"Source: {escape(message.source.id)}",
            f"Language: {escape(message.language_name or 'unknown')}",
            f"Published: {when(message.published)}",
            f"First seen: {when(message.seen)}",
        )
    )


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


def _draw(message: Message) -> bytes:
    names = ", ".join(rule.title or rule.id for rule in message.rules)
    subject = f"{message.severity}: {names}" if names else f"{message.severity}: {message.kind} notice"
    blocks: list[dict[str, Any]] = [
        {
            "type": "header",
            "text": {
                "type": "plain_text",
                "text": _header(f"{_MARKS[message.severity]} {subject}"),
                "emoji": False,
            },
        },
        _section("\n".join([_link(message), *_glosses(message.glosses)])),
        _context(_facts(message)),
    ]
    if message.again:
        blocks.append(_section(f"*Told again:* {escape(message.again)}"))
    if message.text:
        blocks.append(_section("\n".join(escape(line) for line in message.text.split("\n"))))
    blocks.extend(_section(_sentence(sentence)) for sentence in message.sentences)
    for rule in message.rules:
        line = f"*{escape(rule.title or rule.id)}* ({escape(rule.id)}, {rule.severity})"
        blocks.append(_section(f"{line}\nFired on {escape(rule.why)}" if rule.why else line))
    if message.kind == "alert":
        counts = (
            _count(message.articles, "article", "articles"),
            _count(message.source_count, "source", "sources"),
            _count(message.language_count, "language", "languages"),
        )
        story = f"Story {escape(message.story)}, revision {message.revision}: {', '.join(counts)}"
        blocks.append(_context(story))
    if message.note:
        blocks.append(_context(escape(message.note)))
    fallback = escape(f"{subject}: {message.title}")
    payload = {
        "text": fallback,
        "mrkdwn": False,
        "parse": "none",
        "link_names": False,
        "unfurl_links": False,
        "unfurl_media": False,
        "blocks": blocks,
    }
    body = msgspec.json.encode(payload)
    if len(blocks) > MAX_BLOCKS or _length(body.decode()) > MAX_CHARACTERS:
        raise TooLong
    return body
