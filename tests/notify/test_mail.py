"""Mail as a server receives it: headers that cannot be injected, right-to-left text, TLS, recipients."""

from __future__ import annotations

import re
import ssl
from collections.abc import Mapping
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import msgspec
import pytest
import trustme

from monitor.net.client import Client, NetworkSettings
from monitor.notify.channel import SendContext, attempt, send_context
from monitor.notify.channels import ChannelError, target_of
from tests.notify.samples import ARABIC, OPERATOR, TITLE, delivery, hostile
from tests.notify.servers import Mailbox, smtp_server

NOW = datetime(2026, 11, 24, 22, 0, 5, tzinfo=UTC)
BASE = {
    "kind": "email",
    "host": "127.0.0.1",
    "from": "مرصد الأخبار <monitor@example.org>",
    "to": "desk@example.org",
}


def parsed(body: bytes) -> EmailMessage:
    message = message_from_bytes(body, policy=policy.default)
    assert isinstance(message, EmailMessage)
    assert not message.defects
    return message


def rendered(notice: Any = ARABIC, **options: Any) -> EmailMessage:
    return parsed(target_of({**BASE, "plain": True, **options}).render(notice))


def test_headers_say_who_what_and_which_story() -> None:
    mail = rendered()
    assert mail["subject"] == f"[high] {TITLE}"
    assert mail["from"].addresses[0].display_name == "مرصد الأخبار"
    assert mail["from"].addresses[0].addr_spec == "monitor@example.org"
    assert mail["message-id"] == "<alert.d-4f1c0a@example.org>"
    assert mail["in-reply-to"] == mail["references"] == "<story.s-81b2@example.org>"
    assert (mail["auto-submitted"], mail["importance"]) == ("auto-generated", "high")
    assert mail["to"] is None
    assert mail["date"] is None


def test_a_later_revision_answers_the_same_story() -> None:
    later = rendered(msgspec.structs.replace(ARABIC, id="d-2", revision=3))
    assert later["references"] == rendered()["references"]
    assert later["message-id"] != rendered()["message-id"]


def test_hostile_titles_and_ids_bring_in_no_header() -> None:
    evil = msgspec.structs.replace(hostile(), id="x>\r\nBcc: a@b.example\r\n", story="s\r\nBcc: a@b.example")
    body = target_of({**BASE, "plain": True}).render(evil)
    mail = parsed(body)
    assert set(mail.keys()) == {
        "From",
        "Subject",
        "Message-ID",
        "In-Reply-To",
        "References",
        "Auto-Submitted",
        "Importance",
        "MIME-Version",
        "Content-Type",
    }
    assert re.fullmatch(r"<alert\.[0-9a-f]{40}@example\.org>", mail["message-id"])
    assert len(mail["subject"]) <= 150
    assert max(len(line) for line in body.split(b"\r\n")) <= 120
    assert b"\n" not in body.replace(b"\r\n", b"")


def test_both_parts_say_it_and_right_to_left_text_is_set_so() -> None:
    text, html = (part.get_content() for part in rendered().iter_parts())
    assert "الضربات: airstrike" in text
    assert "*الضربات*" in text
    assert re.search(r'<mark title="airstrike"[^>]*>الضربات</mark>', html)
    assert '<div dir="rtl"' in html
    assert 'lang="ar"' in html
    assert "Raqqa &lt;b&gt;&amp; surroundings&lt;/b&gt;" in html
    assert 'href="https://news.example/ar/raqqa?id=7&amp;ref=&lt;feed&gt;|x"' in html


def test_no_markup_or_script_of_an_article_reaches_the_html() -> None:
    html = list(rendered(hostile()).iter_parts())[1].get_content()
    tags = set(re.findall(r"<\s*([a-zA-Z!/][a-zA-Z0-9]*)", html))
    assert not tags & {"script", "section", "iframe", "img"}
    assert "javascript:" not in re.sub(r">[^<]*<", "><", html)


def test_a_notice_of_the_monitor_itself_reads_well() -> None:
    mail = rendered(OPERATOR)
    text, html = (part.get_content() for part in mail.iter_parts())
    assert mail["subject"] == "[medium] The endpoint of desk-hook is gone"
    assert OPERATOR.text in text
    assert "A notice of the monitor itself" in html


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"to": "desk@example.org\r\nBcc: x@y.example"}, "to.0: not an e-mail address"),
        ({"to": []}, "to: is empty; write something, or remove the key"),
        ({"from": "Evil\nBcc: x@y.example <a@b.example>"}, "from: an address has no control characters"),
        ({"host": "mail example"}, "host: not a host name or address"),
        ({"tls": True, "starttls": True}, "starttls, tls and plain exclude each other"),
        ({"user": "u"}, "user and password go together"),
        ({"port": 0}, "port: must be 1 or more; write 1 or a larger number"),
    ],
)
def test_wrong_options_are_refused(options: Mapping[str, Any], problem: str) -> None:
    with pytest.raises(ChannelError) as caught:
        target_of({**BASE, **options})
    assert problem in str(caught.value)


async def test_date_and_recipient_are_set_at_sending(context: SendContext) -> None:
    mailbox = Mailbox()
    async with smtp_server(mailbox) as port:
        target = target_of({**BASE, "plain": True, "port": port, "to": ["a@example.org", "b@example.org"]})
        body = target.render(ARABIC)
        answer = await attempt(target, delivery("email", body), context, NOW)
    assert (answer.outcome, answer.status) == ("delivered", 250)
    assert [mail.rcpt_tos for mail in mailbox.mails] == [["a@example.org"], ["b@example.org"]]
    content = mailbox.mails[1].original_content or b""
    assert content == b"Date: Tue, 24 Nov 2026 22:00:05 +0000\r\nTo: b@example.org\r\n" + body
    assert mailbox.mails[0].mail_from == "monitor@example.org"


async def test_who_has_the_mail_does_not_get_it_again_when_another_is_tried_again(
    context: SendContext,
) -> None:
    mailbox = Mailbox()
    mailbox.refuse_rcpt = {"b@example.org": "450 later"}
    async with smtp_server(mailbox) as port:
        target = target_of({**BASE, "plain": True, "port": port, "to": ["a@example.org", "b@example.org"]})
        sent = delivery("email", target.render(ARABIC))
        answer = await attempt(target, sent, context, NOW)
        assert (answer.outcome, answer.status) == ("retry", 450)
        assert "b@example.org: later" in answer.error
        mailbox.refuse_rcpt = {}
        assert (await attempt(target, sent, context, NOW)).outcome == "delivered"
        assert [mail.rcpt_tos for mail in mailbox.mails] == [["a@example.org"], ["b@example.org"]]
        replayed = msgspec.structs.replace(sent, replay=1)
        assert (await attempt(target, replayed, context, NOW)).outcome == "delivered"
    assert len(mailbox.mails) == 4


async def test_one_bad_address_does_not_keep_the_mail_from_the_others(context: SendContext) -> None:
    mailbox = Mailbox()
    mailbox.refuse_rcpt = {"a@example.org": "550 no such user"}
    async with smtp_server(mailbox) as port:
        target = target_of({**BASE, "plain": True, "port": port, "to": ["a@example.org", "b@example.org"]})
        answer = await attempt(target, delivery("email", target.render(ARABIC)), context, NOW)
    assert (answer.outcome, answer.status) == ("failed", 550)
    assert [mail.rcpt_tos for mail in mailbox.mails] == [["b@example.org"]]


@pytest.fixture
def authority(tmp_path: Path) -> tuple[ssl.SSLContext, str]:
    """A server's TLS context, and the file of the authority that signed for it."""
    ca = trustme.CA()
    ca_file = tmp_path / "ca.pem"
    ca.cert_pem.write_to_path(str(ca_file))
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ca.issue_cert("127.0.0.1").configure_cert(server)
    return server, str(ca_file)


@pytest.mark.parametrize("security", ["starttls", "tls"])
async def test_encrypted_with_login(security: str, authority: tuple[ssl.SSLContext, str]) -> None:
    server_tls, ca_file = authority
    settings = NetworkSettings(allow=("127.0.0.0/8",), ca_file=ca_file)
    login = {"user": "monitor", "password": "mail-s3cret"}
    mailbox = Mailbox()
    async with Client(settings) as http, smtp_server(mailbox, **{security: server_tls}) as port:
        options = {**BASE, security: True, "port": port, **login}
        target = target_of(options)
        sent = delivery("email", target.render(ARABIC))
        answer = await attempt(target, sent, send_context(settings, http), NOW)
        assert answer.outcome == "delivered", answer
        wrong = target_of({**options, "password": "wr0ng-password"})
        refused = await attempt(wrong, sent, send_context(settings, http), NOW)
    assert mailbox.tls == [True]
    assert mailbox.logins[0] == (b"monitor", b"mail-s3cret")
    assert (refused.outcome, refused.status) == ("retry", 535), refused
    assert "wr0ng" not in refused.error


async def test_a_certificate_that_is_not_trusted_is_not_talked_to(
    authority: tuple[ssl.SSLContext, str], context: SendContext
) -> None:
    mailbox = Mailbox()
    async with smtp_server(mailbox, tls=authority[0]) as port:
        target = target_of({**BASE, "tls": True, "port": port})
        answer = await attempt(target, delivery("email", b"x"), context, NOW)
    assert answer.outcome == "retry"
    assert "certificate" in answer.error
    assert mailbox.mails == []


async def test_a_server_without_starttls_gets_nothing_in_the_open(context: SendContext) -> None:
    mailbox = Mailbox()
    async with smtp_server(mailbox) as port:
        target = target_of({**BASE, "port": port, "user": "u", "password": "mail-s3cret"})
        answer = await attempt(target, delivery("email", b"x"), context, NOW)
    assert answer.outcome == "retry"
    assert "STARTTLS" in answer.error
    assert (mailbox.mails, mailbox.logins) == ([], [])
