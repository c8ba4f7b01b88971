"""Panels: readable right to left, without colours too, and nothing in them that a terminal obeys."""

from __future__ import annotations

import io
import os
import pty
import re
from collections.abc import Callable
from datetime import UTC, datetime

import msgspec
import pytest

from monitor.notify.channel import SendContext, attempt
from monitor.notify.channels import target_of
from monitor.notify.compose import message_of
from monitor.notify.terminal import draw
from tests.notify.samples import ARABIC, NOTICES, delivery, hostile

RLI, FSI, PDI = "\u2067", "\u2068", "\u2069"
SGR = re.compile(r"\x1b\[[0-9;]*m")


class Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE", "COLORTERM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "80")


@pytest.mark.parametrize("name", NOTICES)
def test_without_a_terminal_there_is_no_escape_and_evidence_stands_in_brackets(
    name: str, golden: Callable[[str, bytes], None]
) -> None:
    panel = draw(message_of(NOTICES[name]), io.StringIO())
    assert "\x1b" not in panel
    golden(f"panel-{name}.txt", panel.encode())


def test_on_a_terminal_evidence_is_coloured() -> None:
    panel = draw(message_of(ARABIC), Screen())
    assert re.search(r"\x1b\[30;43mالضربات\x1b\[0m", panel)
    assert "[الضربات]" not in panel


def test_no_color_is_honoured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    panel = draw(message_of(ARABIC), Screen())
    assert not re.search(r"\x1b\[[0-9;]*(3[0-7]|4[0-7])[;m]", panel)
    assert "[الضربات]" in panel


def test_each_line_has_its_bar_and_its_isolates_are_closed() -> None:
    lines = SGR.sub("", draw(message_of(ARABIC), Screen())).splitlines()
    assert lines[0] == "╭─ HIGH"
    assert lines[-1] == "╰─"
    for line in lines[1:-1]:
        assert line.startswith("│ ")
        assert line.count(RLI) == 0 or (line[2] == RLI and line[-1] == PDI)
        assert len(re.sub(f"[{RLI}{FSI}{PDI}]", "", line)) <= 80
    assert sum(line.count(RLI) for line in lines) >= 4


def test_a_hostile_notice_gives_the_terminal_no_orders() -> None:
    for screen in (io.StringIO(), Screen()):
        panel = SGR.sub("", draw(message_of(hostile()), screen))
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066]", panel)
        assert all(line[:1] in "│╭╰" for line in panel.splitlines())


def test_a_screen_that_knows_no_arabic_gets_question_marks() -> None:
    screen = io.TextIOWrapper(io.BytesIO(), encoding="latin-1")
    assert "?" in draw(message_of(ARABIC), screen)


async def test_it_draws_on_a_real_pseudo_terminal(context: SendContext) -> None:
    leader, follower = pty.openpty()
    try:
        with os.fdopen(follower, "w", encoding="utf-8") as screen:
            target = target_of({"kind": "terminal"})
            sent = delivery("terminal", target.render(ARABIC))
            there = msgspec.structs.replace(context, stdout=screen)
            answer = await attempt(target, sent, there, datetime(2026, 11, 24, tzinfo=UTC))
            shown = os.read(leader, 65536).decode()
    finally:
        os.close(leader)
    assert answer.outcome == "delivered"
    assert "\x1b[" in shown
    assert "airstrike" in shown
