"""E-mail: text and HTML in one message, one message per recipient, over STARTTLS or TLS.

``render`` gives the message without ``Date`` and ``To``, which are set at sending; its bytes depend
on the notice alone, boundary included. Addresses, subject and ids cannot bring in a header: the
message is put together here, from parts that are encoded or checked.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable
from datetime import datetime
from email.header import Header
from email.utils import format_datetime, parseaddr
from functools import cache
from typing import TYPE_CHECKING, Annotated, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from monitor.alerting.notice import Notice
from monitor.notify.channel import Answer, ChannelOptions, SendContext
from monitor.notify.compose import fit
from monitor.notify.message import Message, when
from monitor.notify.secrets import Secret
from monitor.notify.smtp import Security, deliver
from monitor.records import Delivery

if TYPE_CHECKING:
    from jinja2 import Template

KIND = "email"
_ADDRESS = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])?"
)
_TOKEN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,62}[A-Za-z0-9])?")
_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._:-]{0,252})|::1")
MAX_SUBJECT = 150


def _bare(address: str) -> str:
    if not _ADDRESS.fullmatch(address):
        raise ValueError("not an e-mail address in ASCII like desk@example.org")
    return address


def _named(address: str) -> str:
    if any(not character.isprintable() for character in address):
        raise ValueError("an address has no control characters")
    _bare(parseaddr(address)[1])
    return address


def _as_list(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _host(host: str) -> str:
    if not _HOST.fullmatch(host):
        raise ValueError("not a host name or address")
    return host


class Options(ChannelOptions):
    """One of ``starttls`` (the default), ``tls`` and ``plain``; ``port`` follows from it if left out."""

    host: Annotated[str, AfterValidator(_host)] = Field(description="mail server")
    port: int | None = Field(None, ge=1, le=65535, description="587, or 465 with tls, or 25 if plain")
    starttls: bool = Field(False, description="change to TLS after connecting; the default")
    tls: bool = Field(False, description="TLS from the first byte")
    plain: bool = Field(False, description="no encryption at all")
    user: str | None = Field(None, min_length=1, max_length=320)
    password: Secret | None = None
    sender: Annotated[str, AfterValidator(_named)] = Field(
        alias="from", max_length=500, description="address, or Name <address>"
    )
    to: Annotated[tuple[Annotated[str, AfterValidator(_bare)], ...], BeforeValidator(_as_list)] = Field(
        min_length=1,
        max_length=100,
        description="an address or a list of them",
        json_schema_extra={"type": ["string", "array"]},
    )

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.starttls + self.tls + self.plain > 1:
            raise ValueError("starttls, tls and plain exclude each other")
        if (self.user is None) != (self.password is None):
            raise ValueError("user and password go together")
        return self

    @property
    def security(self) -> Security:
        """How the connection is encrypted."""
        return "plain" if self.plain else "tls" if self.tls else "starttls"

    @property
    def address(self) -> str:
        """The sender's address without a name."""
        return parseaddr(self.sender)[1]

    @property
    def domain(self) -> str:
        """The sender's domain, which message ids and the greeting carry."""
        return self.address.partition("@")[2]


def render(notice: Notice, options: Options) -> bytes:
    """The message without ``Date`` and ``To``, lines ended by CR LF."""
    return fit(notice, lambda message: _draw(message, options))


async def send(delivery: Delivery, options: Options, context: SendContext, attempt_at: datetime) -> Answer:
    """Hand the message to the mail server, once for each recipient.

    Recipients that have theirs are remembered (while the process lives), so a retry for one does
    not write to the others again.
    """
    password = options.password.reveal() if options.password else None

    def message(recipient: str) -> bytes:
        head = f"Date: {format_datetime(attempt_at)}\r\nTo: {recipient}\r\n"
        return head.encode("ascii") + delivery.body

    return await deliver(
        delivery,
        message,
        recipients=options.to,
        host=options.host,
        port=options.port or {"starttls": 587, "tls": 465, "plain": 25}[options.security],
        security=options.security,
        login=(options.user, password) if options.user is not None and password is not None else None,
        sender=options.address,
        greeting=options.domain,
        context=context,
    )


def message_id(kind: str, id: str, domain: str) -> str:
    """A Message-ID for ``id``, the same each time; ids that would need quoting are hashed."""
    token = id if _TOKEN.fullmatch(id) else hashlib.sha256(id.encode()).hexdigest()[:40]
    return f"<{kind}.{token}@{domain}>"


def _encoded(name: str, text: str) -> str:
    """An unstructured header of RFC 2047 encoded words, folded."""
    value = Header(text, charset="utf-8", header_name=name, maxlinelen=75).encode(linesep="\r\n")
    return f"{name}: {value}"


def _from(sender: str) -> str:
    name, address = parseaddr(sender)
    if not name:
        return f"From: {address}"
    return f"{_encoded('From', name)}\r\n <{address}>"


def _draw(message: Message, options: Options) -> bytes:
    subject = f"[{message.severity}] {message.title}"
    if len(subject) > MAX_SUBJECT:
        subject = subject[: MAX_SUBJECT - 1] + "…"
    root = message_id("story", message.story or message.id, options.domain)
    boundary = "=_" + hashlib.sha256(message.id.encode()).hexdigest()[:40]
    head = [
        _from(options.sender),
        _encoded("Subject", subject),
        f"Message-ID: {message_id('alert', message.id, options.domain)}",
        f"In-Reply-To: {root}",
        f"References: {root}",
        "Auto-Submitted: auto-generated",
        "MIME-Version: 1.0",
        f'Content-Type: multipart/alternative; boundary="{boundary}"',
    ]
    if message.severity in ("high", "critical"):
        head.insert(-2, "Importance: high")
    parts = [("plain", as_text(message)), ("html", as_html(message))]
    lines = [*head, ""]
    for kind, text in parts:
        lines += [
            f"--{boundary}",
            f"Content-Type: text/{kind}; charset=utf-8",
            "Content-Transfer-Encoding: base64",
            "",
            base64.encodebytes(text.encode()).decode("ascii").replace("\n", "\r\n").rstrip(),
        ]
    return "\r\n".join([*lines, f"--{boundary}--", ""]).encode("ascii")


def as_html(message: Message) -> str:
    """The HTML part."""
    return _template().render(message=message, when=when)


def as_text(message: Message) -> str:
    """The text part. Sentences stand on lines of their own, evidence between asterisks."""
    title = "".join(f"*{s.text}*" if s.clause else s.text for s in message.headline)
    lines = [title, *_glosses(message.glosses), message.link, ""]
    if message.again:
        lines += [f"Told again: {message.again}", ""]
    if message.text:
        lines += [message.text, ""]
    if message.source is not None:
        lines += [
            f"Severity:   {message.severity}",
            f"Source:     {message.source.id}",
            f"Language:   {message.language_name or 'unknown'}",
            f"Published:  {when(message.published)}",
            f"First seen: {when(message.seen)}",
            "",
        ]
    for sentence in message.sentences:
        text = "".join(f"*{s.text}*" if s.clause else s.text for s in sentence.segments)
        lines += ["…" * sentence.cut_before + text + "…" * sentence.cut_after]
        lines += [*_glosses(sentence.glosses), ""]
    for rule in message.rules:
        lines += [f"Rule {rule.title or rule.id} ({rule.id}, {rule.severity})"]
        lines += [f"    fired on {rule.why}"] if rule.why else []
    if message.kind == "alert":
        so_far = (
            f"{message.articles} article(s), {message.source_count} source(s), "
            f"{message.language_count} language(s)"
        )
        lines += [
            "",
            f"Story {message.story}, revision {message.revision}. So far: {so_far}.",
        ]
    lines += [message.note] if message.note else []
    return "\n".join(lines) + "\n"


def _glosses(glosses: Iterable[tuple[str, str]]) -> list[str]:
    return [f"    {surface}: {gloss}" for surface, gloss in glosses]


@cache
def _template() -> Template:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("monitor.notify", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("mail.html.j2")
