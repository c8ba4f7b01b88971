"""For each kind of channel: options, a server that it can send to, and what should come of each habit.

A new channel needs a rig here; the conformance suite does the rest.
"""

from __future__ import annotations

import io
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Protocol

import msgspec

from monitor.notify.channel import SendContext, Target
from monitor.notify.channels import target_of
from monitor.records import AttemptOutcome
from tests.notify.servers import Mailbox, bad_smtp_server, http_server, smtp_server

SECRET = "whsec_c2VjcmV0LXNpZ25pbmcta2V5LW9mLTI0Kw=="
TOKEN = "T0KEN-in-the-path"
PASSWORD = "mail-s3cret"
SECRETS = (SECRET, SECRET.removeprefix("whsec_"), TOKEN, PASSWORD)

RETRIED = (301, 302, 307, 401, 403, 404, 408, 409, 418, 429, 500, 502, 503, 504)
REFUSED = (400, 413, 422)


class Rigged(msgspec.Struct, frozen=True):
    """A target with a server behind it, and the bodies that arrived."""

    target: Target
    context: SendContext
    bodies: list[bytes]


class Rig(Protocol):
    @property
    def options(self) -> Mapping[str, Any]: ...

    @property
    def expected(self) -> Mapping[str, AttemptOutcome]:
        """Habit of the server -> outcome."""

    def up(self, habit: str, context: SendContext, folder: Path) -> Any:
        """Async context manager: a ``Rigged`` whose server has this habit."""


_WIRE: dict[str, AttemptOutcome] = dict.fromkeys(
    ("hang", "slow", "reset", "close", "garbage", "refuse"), "retry"
)


class HttpRig:
    def __init__(self, **options: Any) -> None:
        self.options = {"url": f"https://hooks.example/{TOKEN}", **options}
        self.expected: dict[str, AttemptOutcome] = {
            **_WIRE,
            "ok": "delivered",
            "200": "delivered",
            "204": "delivered",
            "410": "gone",
            "endless": "delivered",  # the status was read: what follows is cut off
            **{str(status): "retry" for status in RETRIED},
            **{str(status): "failed" for status in REFUSED},
        }

    @asynccontextmanager
    async def up(self, habit: str, context: SendContext, folder: Path) -> AsyncIterator[Rigged]:
        async with http_server() as server:
            url = f"{server.url}/{TOKEN}"
            if habit == "refuse":
                url = f"http://127.0.0.1:1/{TOKEN}"
            elif habit.isdigit():
                server.answers = [(int(habit), {"location": f"{server.url}/elsewhere"})]
            elif habit != "ok":
                server.answers = [habit]
            bodies: list[bytes] = []
            yield Rigged(target_of({**self.options, "url": url}), context, bodies)
            bodies += [request.body for request in server.requests]
            assert all(TOKEN in request.path for request in server.requests), "a redirect was followed"


class MailRig:
    options: Mapping[str, Any] = {
        "kind": "email",
        "host": "127.0.0.1",
        "plain": True,
        "from": "Monitor <monitor@example.org>",
        "to": "desk@example.org",
    }
    expected: Mapping[str, AttemptOutcome] = {
        **_WIRE,
        "ok": "delivered",
        "endless": "retry",
        "rcpt-450": "retry",
        "rcpt-550": "failed",
        "data-451": "retry",
        "data-554": "failed",
        "data-421": "retry",
    }

    @asynccontextmanager
    async def up(self, habit: str, context: SendContext, folder: Path) -> AsyncIterator[Rigged]:
        mailbox = Mailbox()
        bodies: list[bytes] = []
        phase, _, code = habit.partition("-")
        if phase == "rcpt":
            mailbox.refuse_rcpt["desk@example.org"] = f"{code} no"
        elif phase == "data":
            mailbox.refuse_data = f"{code} no"
        good = habit == "ok" or code
        async with smtp_server(mailbox) if good else bad_smtp_server(habit_of(habit)) as port:
            options = {**self.options, "port": 1 if habit == "refuse" else port}
            yield Rigged(target_of(options), context, bodies)
        bodies += [mail.original_content or b"" for mail in mailbox.mails]


def habit_of(habit: str) -> str:
    return "close" if habit == "refuse" else habit


class FileRig:
    options: Mapping[str, Any] = {"kind": "file", "path": "alerts.jsonl"}
    expected: Mapping[str, AttemptOutcome] = {"ok": "delivered", "a-folder": "retry", "under-a-file": "retry"}

    @asynccontextmanager
    async def up(self, habit: str, context: SendContext, folder: Path) -> AsyncIterator[Rigged]:
        path = folder / "deep" / "alerts.jsonl"
        if habit == "a-folder":
            path.mkdir(parents=True)
        elif habit == "under-a-file":
            path.parent.write_text("")
        bodies: list[bytes] = []
        yield Rigged(target_of({"kind": "file", "path": str(path)}), context, bodies)
        if path.is_file():
            bodies += path.read_bytes().splitlines()


class _Broken(io.StringIO):
    def write(self, text: str) -> int:
        raise BrokenPipeError(32, "Broken pipe")


class TerminalRig:
    options: Mapping[str, Any] = {"kind": "terminal"}
    expected: Mapping[str, AttemptOutcome] = {"ok": "delivered", "broken": "retry", "closed": "retry"}

    @asynccontextmanager
    async def up(self, habit: str, context: SendContext, folder: Path) -> AsyncIterator[Rigged]:
        screen = _Broken() if habit == "broken" else io.StringIO()
        bodies: list[bytes] = []
        yield (
            Rigged(target_of(self.options), msgspec.structs.replace(context, stdout=screen), bodies)
            if habit != "closed"
            else Rigged(target_of(self.options), msgspec.structs.replace(context, stdout=_Closed()), bodies)
        )
        bodies += [screen.getvalue().encode()] if screen.getvalue() else []


class _Closed(io.StringIO):
    def write(self, text: str) -> int:
        raise ValueError("I/O operation on closed file")


RIGS: dict[str, Rig] = {
    "webhook": HttpRig(kind="webhook", secret=SECRET),
    "slack": HttpRig(kind="slack"),
    "email": MailRig(),
    "file": FileRig(),
    "terminal": TerminalRig(),
}
