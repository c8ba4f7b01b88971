"""Alerts as panels on the terminal.

The panel has a bar on its left and no border on its right: terminals that reorder right-to-left
text themselves would tear a right border off. Such text stays in logical order, on lines of its own,
each line between isolates (RLI … PDI), so the bar and the rest keep their places.
"""

from __future__ import annotations

import io
import threading
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, TextIO

import msgspec

from monitor.alerting.notice import Notice
from monitor.notify.blocking import in_thread
from monitor.notify.channel import Answer, ChannelOptions, SendContext
from monitor.notify.compose import fit
from monitor.notify.message import Message, Segment, Sentence, direction, when
from monitor.records import Delivery

if TYPE_CHECKING:
    from rich.text import Text

KIND = "terminal"
MAX_WIDTH = 100  # columns: longer lines are hard to read
_STYLES = {
    "critical": "bold red",
    "high": "bold red",
    "medium": "yellow",
    "low": "cyan",
    "info": "blue",
}
_BAR, _TOP, _BOTTOM = "│ ", "╭─", "╰─"
_RLI, _FSI, _PDI = "\u2067", "\u2068", "\u2069"

# One writer at a time: a stopped terminal (Ctrl-S) blocks one thread, not one more with each retry.
_screen_lock = threading.Lock()


class Options(ChannelOptions):
    """The terminal has none."""


class _Busy(OSError):
    pass


def render(notice: Notice, options: Options) -> bytes:
    """What the panel says, as JSON; it is drawn when its width is known."""
    return fit(notice, msgspec.json.encode)


async def send(delivery: Delivery, options: Options, context: SendContext, attempt_at: datetime) -> Answer:
    """Draw the panel on the process's standard output."""
    screen = context.screen
    panel = draw(msgspec.json.decode(delivery.body, type=Message), screen)
    try:
        await in_thread(lambda: _write(screen, panel, context.timeout), "terminal")
    except (OSError, ValueError) as error:  # ValueError: the stream is closed
        return Answer("retry", error=f"terminal: {getattr(error, 'strerror', None) or error}")
    return Answer("delivered")


def _write(screen: TextIO, panel: str, timeout: float) -> None:
    if not _screen_lock.acquire(timeout=timeout / 2):
        raise _Busy("it takes no output")
    try:
        screen.write(panel)
        screen.flush()
    finally:
        _screen_lock.release()


def draw(message: Message, screen: TextIO) -> str:
    """The panel for ``screen``: coloured if it is a terminal and NO_COLOR is not set, else evidence
    stands in brackets."""
    encoding = getattr(screen, "encoding", None) or "utf-8"
    panel = _Panel(message, screen).text()
    return panel.encode(encoding, "replace").decode(encoding)


class _Panel:
    def __init__(self, message: Message, screen: TextIO) -> None:
        from rich.console import Console

        tty = screen.isatty()
        self._message = message
        self._console = Console(file=io.StringIO(), force_terminal=tty, highlight=False, emoji=False)
        self._coloured = self._console.color_system is not None and not self._console.no_color
        columns = min(MAX_WIDTH, Console(file=screen, force_terminal=tty).width)
        self._width = max(20, columns - len(_BAR) - 2)  # two for the isolates, if they show

    def text(self) -> str:
        style = _STYLES[self._message.severity]
        bar = self._ansi(_BAR, style)
        top = self._ansi(f"{_TOP} {self._message.severity.upper()}", style)
        lines = [top, *(bar + self._ansi(line) for line in self._lines()), self._ansi(_BOTTOM, style), ""]
        return "\n".join(lines)

    def _ansi(self, text: str | Text, style: str = "") -> str:
        with self._console.capture() as captured:
            self._console.print(text, style=style or None, end="", soft_wrap=True, markup=False)
        return captured.get()

    def _lines(self) -> Iterable[Text]:
        from rich.text import Text

        message = self._message
        names = " · ".join(isolated(rule.title or rule.id) for rule in message.rules)
        yield from self._plain(names or f"{message.kind} notice", "bold")
        headline = marked(message.headline, coloured=self._coloured, style="bold")
        yield from self._block(headline, message.direction)
        yield from self._glosses(message.glosses)
        if message.link:
            yield Text(message.link, style="underline")
        if message.source is not None:
            yield from self._facts(f"{message.source.id} · {message.language_name or 'language unknown'}")
            yield from self._facts(f"published {when(message.published)} · first seen {when(message.seen)}")
        if message.again:
            yield from self._plain(f"Told again: {message.again}", "italic")
        for part in message.text.split("\n") if message.text else ():
            yield from self._plain(part)
        for sentence in message.sentences:
            yield Text("")
            yield from self._block(marked_sentence(sentence, coloured=self._coloured), sentence.direction)
            yield from self._glosses(sentence.glosses)
        if message.rules:
            yield Text("")
        for rule in message.rules:
            why = " · ".join(_because(*reason) for reason in rule.reasons)
            line = f"{rule.id} ({rule.severity})" + (f" fired on {why}" if why else "")
            yield from self._block(Text(line), "ltr")
        if message.kind == "alert":
            counts = (
                f"{message.articles} article{'s' * (message.articles != 1)}, "
                f"{message.source_count} source{'s' * (message.source_count != 1)}, "
                f"{message.language_count} language{'s' * (message.language_count != 1)}"
            )
            yield from self._facts(f"story {message.story}, revision {message.revision}: {counts}")
        if message.note:
            yield from self._facts(message.note)

    def _glosses(self, glosses: Iterable[tuple[str, str]]) -> Iterable[Text]:
        from rich.text import Text

        pairs = " · ".join(f"{isolated(surface)}: {gloss}" for surface, gloss in glosses)
        return self._block(Text(pairs, style="green"), "ltr") if pairs else ()

    def _facts(self, text: str) -> Iterable[Text]:
        from rich.text import Text

        return self._block(Text(text, style="dim"), "ltr")

    def _plain(self, text: str, style: str = "") -> Iterable[Text]:
        from rich.text import Text

        return self._block(Text(text, style=style), direction(text))

    def _block(self, text: Text, towards: str) -> Iterable[Text]:
        """``text`` in lines, each isolated by itself if it runs right to left."""
        from rich.text import Text

        for line in text.wrap(self._console, self._width):
            line.rstrip()
            yield Text.assemble(_RLI, line, _PDI) if towards == "rtl" else line


def _because(clause: str, text: str, gloss: str) -> str:
    return f"{clause} {isolated(text)} ({gloss})" if gloss else f"{clause} {isolated(text)}"


def marked_sentence(sentence: Sentence, *, coloured: bool) -> Text:
    """A sentence with its evidence marked, and an ellipsis where it is cut."""
    before = (Segment(text="…"),) if sentence.cut_before else ()
    after = (Segment(text="…"),) if sentence.cut_after else ()
    return marked((*before, *sentence.segments, *after), coloured=coloured)


def marked(segments: Iterable[Segment], *, coloured: bool, style: str = "") -> Text:
    """Segments in a row in ``style``; evidence stands out, without colour in brackets."""
    from rich.text import Text

    text = Text(style=style)
    for segment in segments:
        if not segment.clause:
            text.append(segment.text)
        elif coloured:
            text.append(segment.text, style="black on yellow")
        else:
            text.append(f"[{segment.text}]")
    return text


def isolated(text: str) -> str:
    """``text`` between isolates if it runs right to left, so that its neighbours keep their places."""
    return f"{_FSI}{text}{_PDI}" if direction(text) == "rtl" else text
