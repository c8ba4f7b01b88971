"""Notices as literals: an Arabic article, a hostile one, one of the monitor's own."""

from __future__ import annotations

from datetime import UTC, datetime

from monitor.alerting.notice import Notice
from monitor.records import Delivery, Evidence, EvidenceSentence, FiredRule, MatchedArticle, Source

SEEN = datetime(2026, 11, 24, 21, 15, 7, tzinfo=UTC)
TITLE = "طائرات روسية تقصف أطراف الرقة"
FIRST = "قال سكان إن طائرات حربية روسية شنت فجر الثلاثاء سلسلة من الضربات على مدينة الرقة، ثم عادت بعد ساعة."
SECOND = "وأضاف المرصد أن الغارات أصابت مستودعا قرب الجسر القديم (CNN, 3 قتلى)."
TEXT = f"{FIRST} {SECOND}"


def found(where: str, text: str, clause: str, entry: str, gloss: str, field: str = "text") -> Evidence:
    start = where.index(text)
    return Evidence(
        field=field,  # type: ignore[arg-type]
        start=start,
        end=start + len(text),
        text=text,
        clause=clause,
        entry=entry,
        gloss=gloss,
    )


STRIKES = FiredRule(
    id="ru-strikes-raqqa",
    version="9f2c",
    title="Russian strikes on Raqqa",
    status="active",
    severity="high",
    tags=("syria",),
    evidence=(
        found(TITLE, "روسية", "actor", "country/ru", "Russia", "title"),
        found(TITLE, "تقصف", "event", "event/shelling", "shelling", "title"),
        found(TITLE, "الرقة", "place", "place/raqqa", "Raqqa", "title"),
        found(TEXT, "روسية", "actor", "country/ru", "Russia"),
        found(TEXT, "الضربات", "event", "event/airstrike", "airstrike"),
        found(TEXT, "الرقة", "place", "place/raqqa", "Raqqa"),
        found(TEXT, "الغارات", "event", "event/airstrike", "airstrike"),
    ),
)
WATCH = FiredRule(
    id="raqqa",
    version="77aa",
    title="Raqqa <b>& surroundings</b>",
    status="active",
    severity="low",
    evidence=(found(TEXT, "الرقة", "place", "place/raqqa", "Raqqa"),),
)
ARTICLE = MatchedArticle(
    id="a-1",
    title=TITLE,
    url="https://news.example/ar/raqqa?id=7&ref=<feed>|x",
    source=Source(id="example-ar", feed="https://news.example/rss", language="ar", country="sy"),
    language="ar",
    seen=SEEN,
    published=datetime(2026, 11, 24, 20, 58, tzinfo=UTC),
    sentences=(
        EvidenceSentence(field="title", start=0, end=len(TITLE), text=TITLE),
        EvidenceSentence(field="text", start=0, end=len(FIRST), text=FIRST),
        EvidenceSentence(field="text", start=len(FIRST) + 1, end=len(TEXT), text=SECOND),
    ),
)
ARABIC = Notice(
    id="d-4f1c0a",
    subscriber="desk",
    story="s-81b2",
    revision=2,
    severity="high",
    title=TITLE,
    seen=SEEN,
    article=ARTICLE,
    rules=(STRIKES, WATCH),
    articles=3,
    sources=("example-ar", "example-fr"),
    languages=("ar", "fr"),
    again="a second language reports it: fr",
)
OPERATOR = Notice(
    id="op-1",
    kind="operator",
    subscriber="ops",
    story="",
    revision=0,
    severity="medium",
    title="The endpoint of desk-hook is gone",
    seen=SEEN,
    text="It answered 410 at 21:15 UTC.\nEnable it again when it is back.",
)

EVIL = (
    "<!channel> <@U123> @here *bold* _it_ ~s~ `c` <https://evil.example|click> "
    "</section><script>alert(1)</script>\r\nBcc: victim@example.org\r\n\r\nbody \x1b[31mred\x1b]0;title\x07 "
    "\x00 \u202egnp.exe\u2066 \u2028 \ud800 \x9b2J &amp; &"
)


def hostile() -> Notice:
    """Ten thousand evidences, a title of a megabyte, and everything that a channel might interpret."""
    text = (EVIL + " x") * 40
    evidence = tuple(
        Evidence(
            field="text",
            start=i,
            end=i + 2,
            text=text[i % len(text)] * 2,
            clause="term",
            entry=EVIL,
            gloss=EVIL,
        )
        for i in range(10_000)
    )
    title = EVIL + "T" * 1_000_000
    size = len(text)
    return Notice(
        id="d-evil",
        subscriber="desk",
        story="s-evil",
        revision=1,
        severity="critical",
        title=title,
        seen=SEEN,
        article=MatchedArticle(
            id=EVIL,
            title=title,
            url="javascript:alert(1)//" + EVIL,
            source=Source(id=EVIL, country=EVIL, tags=(EVIL,) * 99),
            language=EVIL,
            seen=SEEN,
            sentences=tuple(
                EvidenceSentence(field="text", start=n * size, end=(n + 1) * size, text=text)
                for n in range(500)
            ),
        ),
        rules=tuple(
            FiredRule(
                id=f"{EVIL}{n}",
                version=EVIL,
                title=EVIL,
                status="active",
                severity="critical",
                evidence=evidence,
                tags=(EVIL,) * 50,
            )
            for n in range(30)
        ),
        articles=10**9,
        sources=(EVIL,) * 1000,
        languages=(EVIL,) * 1000,
        again=EVIL * 100,
        text=EVIL * 1000,
    )


NOTICES = {"arabic": ARABIC, "operator": OPERATOR}


def delivery(channel: str, body: bytes, id: str = "d-4f1c0a", **fields: object) -> Delivery:
    return Delivery(
        id=id,
        subscriber="desk",
        story="s-81b2",
        revision=2,
        channel=channel,
        title=TITLE,
        severity="high",
        body=body,
        seen=SEEN,
        **fields,  # type: ignore[arg-type]
    )
