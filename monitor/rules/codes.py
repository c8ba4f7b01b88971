"""Codes that metadata filters name: languages and countries, and the sites of a web address."""

from __future__ import annotations

import re

LANGUAGES = frozenset(
    re.findall(
        "[a-z]{2}",
        "aa ab ae af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv"
        "dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie"
        "ig ii ik io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv"
        "mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm"
        "rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts"
        "tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu",
    )
)
"""ISO 639-1, without the withdrawn codes: what cleaning tells languages apart by."""

COUNTRIES = frozenset(
    re.findall(
        "[a-z]{2}",
        "ad ae af ag ai al am ao aq ar as at au aw ax az ba bb bd be bf bg bh bi bj bl bm bn bo bq br bs bt"
        "bv bw by bz ca cc cd cf cg ch ci ck cl cm cn co cr cu cv cw cx cy cz de dj dk dm do dz ec ee eg eh"
        "er es et fi fj fk fm fo fr ga gb gd ge gf gg gh gi gl gm gn gp gq gr gs gt gu gw gy hk hm hn hr ht"
        "hu id ie il im in io iq ir is it je jm jo jp ke kg kh ki km kn kp kr kw ky kz la lb lc li lk lr ls"
        "lt lu lv ly ma mc md me mf mg mh mk ml mm mn mo mp mq mr ms mt mu mv mw mx my mz na nc ne nf ng ni"
        "nl no np nr nu nz om pa pe pf pg ph pk pl pm pn pr ps pt pw py qa re ro rs ru rw sa sb sc sd se sg"
        "sh si sj sk sl sm sn so sr ss st sv sx sy sz tc td tf tg th tj tk tl tm tn to tr tt tv tw tz ua ug"
        "um us uy uz va vc ve vg vi vn vu wf ws xk ye yt za zm zw",
    )
)
"""ISO 3166-1 alpha-2, and xk for Kosovo."""

_MEANT_LANGUAGES = {
    "cn": "zh", "cz": "cs", "dk": "da", "english": "en", "arabic": "ar", "french": "fr", "german": "de",
    "greek": "el", "gr": "el", "hebrew": "he", "iw": "he", "jp": "ja", "kr": "ko", "persian": "fa", "farsi": "fa",
    "russian": "ru", "spanish": "es", "turkish": "tr", "ua": "uk", "ukrainian": "uk", "us": "en", "gb": "en",
    "chinese": "zh", "in": "id", "sp": "es", "eng": "en", "ara": "ar", "rus": "ru", "fra": "fr", "deu": "de",
}  # fmt: skip
_MEANT_COUNTRIES = {
    "uk": "gb", "en": "gb", "usa": "us", "gbr": "gb", "el": "gr", "eng": "gb", "russia": "ru", "china": "cn",
    "syria": "sy", "france": "fr", "germany": "de", "deu": "de", "rus": "ru", "ukr": "ua", "fra": "fr", "chn": "cn",
}  # fmt: skip
_SITE = re.compile(r"[^\s/:?#@]{1,253}")


def language_code(text: str) -> str:
    """The code in lower case. Raises ``ValueError`` with what to write instead."""
    code = text.lower()
    if code in LANGUAGES:
        return code
    base = re.split("[-_]", code)[0]
    meant = base if base in LANGUAGES else _MEANT_LANGUAGES.get(code)
    raise ValueError(_refused(text, "language", meant, "ISO 639-1, such as en"))


def country_code(text: str) -> str:
    """The code in lower case. Raises ``ValueError`` with what to write instead."""
    code = text.lower().removeprefix("country/")
    if code in COUNTRIES:
        return code
    raise ValueError(_refused(text, "country", _MEANT_COUNTRIES.get(code), "ISO 3166-1, such as fr"))


def site_name(text: str) -> str:
    """A host without its ``www.``, in lower case; ``*`` as in a shell. Raises ``ValueError``."""
    if not _SITE.fullmatch(text):
        raise ValueError(f"{text!r} is no site: write the host alone, such as bbc.co.uk")
    return text.lower().strip(".").removeprefix("www.")


def source_glob(text: str) -> str:
    """A source's id; ``*`` and ``?`` as in a shell. Raises ``ValueError``."""
    if not text or any(char.isspace() for char in text) or len(text) > 100:
        raise ValueError(f"{text!r} is no source: write its short name, such as bbc-world or bbc-*")
    return text


def _refused(text: str, what: str, meant: str | None, kind: str) -> str:
    message = f"{text!r} is no {what} code"
    return f"{message}: did you mean {meant!r}?" if meant else f"{message}: write two letters of {kind}"
