"""The language of a text, offline: script first, then letters and words, then a trained model.

Many scripts belong to one language or nearly so, and need no model. Within the Latin, Cyrillic,
Arabic and Devanagari scripts the model's probabilities (py3langid, a naive Bayes over byte n-grams)
are combined with the evidence of closed word lists, which decide headlines that are too short for
the model.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING

from monitor.cleaning.language_words import ENDINGS, LETTERS, PRIORS, WORDS

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

SAMPLE = 500  # characters of the body that are looked at
SHORT = 160  # letters up to which a text needs the word lists
FEW = 12  # letters below which a declared language decides, if it is written in this script
UNSURE = 1.2  # natural logarithm by which the best must lead before a declared language is ignored

LATIN = [
    "en",
    "fr",
    "es",
    "de",
    "it",
    "pt",
    "nl",
    "tr",
    "pl",
    "sv",
    "da",
    "no",
    "fi",
    "ro",
    "cs",
    "hu",
    "id",
    "ms",
    "vi",
    "ku",
    "az",
    "hr",
    "sk",
    "sl",
    "ca",
    "lt",
    "lv",
    "et",
    "sq",
    "sw",
    "so",
]
CYRILLIC = ["ru", "uk", "bg", "sr", "mk", "be", "kk", "ky", "mn", "tg"]
ARABIC = ["ar", "fa", "ur", "ps", "ku"]
DEVANAGARI = ["hi", "mr", "ne"]
GROUPS = {"Latin": LATIN, "Cyrillic": CYRILLIC, "Arabic": ARABIC, "Devanagari": DEVANAGARI}

# Scripts of one language, or of one that the news is written in.
SINGLE = {
    "Greek": "el", "Hebrew": "he", "Armenian": "hy", "Georgian": "ka", "Hangul": "ko", "Thai": "th",
    "Lao": "lo", "Khmer": "km", "Myanmar": "my", "Bengali": "bn", "Gurmukhi": "pa", "Gujarati": "gu",
    "Odia": "or", "Tamil": "ta", "Telugu": "te", "Kannada": "kn", "Malayalam": "ml", "Sinhala": "si",
    "Ethiopic": "am", "Tibetan": "bo",
}  # fmt: skip
# First code point of each stretch and its script, in order; "" is no letter of any.
_STRETCHES = (
    (0x41, "Latin"), (0x5B, ""), (0x61, "Latin"), (0x7B, ""), (0xAA, "Latin"), (0xAB, ""), (0xBA, "Latin"),
    (0xBB, ""), (0xC0, "Latin"), (0xD7, ""), (0xD8, "Latin"), (0xF7, ""), (0xF8, "Latin"), (0x2B0, ""),
    (0x370, "Greek"), (0x400, "Cyrillic"), (0x531, "Armenian"), (0x590, "Hebrew"), (0x600, ""),
    (0x620, "Arabic"), (0x660, ""), (0x66E, "Arabic"), (0x6D4, ""), (0x6D5, "Arabic"), (0x6F0, ""),
    (0x6FA, "Arabic"), (0x700, ""), (0x750, "Arabic"), (0x780, ""), (0x8A0, "Arabic"),
    (0x900, "Devanagari"), (0x964, ""), (0x971, "Devanagari"), (0x980, "Bengali"), (0xA00, "Gurmukhi"),
    (0xA80, "Gujarati"), (0xB00, "Odia"), (0xB80, "Tamil"), (0xC00, "Telugu"), (0xC80, "Kannada"),
    (0xD00, "Malayalam"), (0xD80, "Sinhala"), (0xE00, "Thai"), (0xE80, "Lao"), (0xF00, "Tibetan"),
    (0x1000, "Myanmar"), (0x10A0, "Georgian"), (0x1100, "Hangul"), (0x1200, "Ethiopic"), (0x13A0, ""),
    (0x1780, "Khmer"), (0x1800, ""), (0x1C80, "Cyrillic"), (0x1C90, "Georgian"), (0x1CC0, ""),
    (0x1E00, "Latin"), (0x1F00, "Greek"), (0x2000, ""), (0x3041, "Kana"), (0x30FB, ""), (0x30FC, "Kana"),
    (0x3100, ""), (0x3130, "Hangul"), (0x3190, ""), (0x31F0, "Kana"), (0x3200, ""), (0x3400, "Han"),
    (0x4DC0, ""), (0x4E00, "Han"), (0xA000, ""), (0xA640, "Cyrillic"), (0xA6A0, ""), (0xAC00, "Hangul"),
    (0xD7B0, ""), (0xF900, "Han"), (0xFB00, "Latin"), (0xFB13, ""), (0xFB1D, "Hebrew"),
    (0xFB50, "Arabic"), (0xFE00, ""), (0xFE70, "Arabic"), (0xFF00, ""), (0xFF21, "Latin"),
    (0xFF3B, ""), (0xFF41, "Latin"), (0xFF5B, ""), (0xFF66, "Kana"), (0xFFA0, ""), (0x20000, "Han"),
    (0x40000, ""),
)  # fmt: skip
_TOKEN = re.compile(r"[^\W\d_]+")
_ARABIC_POINTS = re.compile("[\u064b-\u065f\u0670\u0640]+")
_NAME = re.compile(r"(?<=[^\W\d_][,’' ])[A-ZÀ-ÖØ-Þ][^\W\d_]*[^\W\d_A-ZÀ-ÖØ-Þ][^\W\d_]*")
_FORMAT = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]+")
_NOISE = re.compile(r"https?://\S+|\S+@\S+|[@#]\w+|<[^<>]*>")


@cache
def script(char: str) -> str:
    """The script of one letter by its block, empty for what is no letter of a known script."""
    code = ord(char)
    found = ""
    for first, name in _STRETCHES:
        if code < first:
            break
        found = name
    return found


def detect(text: str, hint: str = "", title: str = "") -> str:
    """The language of ``text`` as an ISO 639-1 code, empty if there is nothing to tell it by.

    ``title`` helps where ``text`` is short. ``hint`` is what feed or page declare (a BCP 47 tag); it
    decides where the text is too short or too unsure, and never against the script.
    """
    sample = text[:SAMPLE]
    if len(sample) < SHORT and title:
        sample = f"{title[:SHORT]}\n{sample}"
    if "://" in sample or "@" in sample or "#" in sample or "<" in sample:
        sample = _NOISE.sub(" ", sample)
    if not sample.isprintable():
        sample = _FORMAT.sub("", sample)
    if not sample.isascii():
        sample = unicodedata.normalize("NFC", sample)
    hint = primary_tag(hint)
    scripts: Counter[str] = Counter()
    for char, count in Counter(sample).items():
        scripts[script(char)] += count
    del scripts[""]
    if not scripts:
        return hint
    main, letters = scripts.most_common(1)[0]
    if main in ("Han", "Kana", "Hangul") or scripts["Han"] * 3 > letters:
        return _east_asian(scripts, hint)
    if main in SINGLE:
        # A hint may name another language of this script: Yiddish, Assamese, Tigrinya.
        return hint if hint in _SHARED.get(main, ()) else SINGLE[main]
    return _alphabetic(sample, main, letters, hint)


_SHARED = {"Hebrew": ("yi",), "Bengali": ("as",), "Ethiopic": ("ti",)}


def primary_tag(tag: str) -> str:
    """The primary language of a BCP 47 tag, lower case, as ISO 639-1 where there is one; else empty."""
    found = re.split(r"[-_,; ]", tag.strip().lower(), maxsplit=1)[0]
    found = _ALIASES.get(found, found)
    return found if 2 <= len(found) <= 3 and found.isascii() and found.isalpha() else ""


_ALIASES = {
    "eng": "en", "ara": "ar", "fra": "fr", "fre": "fr", "spa": "es", "rus": "ru", "deu": "de", "ger": "de",
    "tur": "tr", "fas": "fa", "per": "fa", "ukr": "uk", "zho": "zh", "chi": "zh", "iw": "he", "in": "id",
    "ckb": "ku", "kmr": "ku", "nb": "no", "nn": "no", "tl": "tl", "und": "", "mul": "", "x": "",
}  # fmt: skip


def _east_asian(scripts: Mapping[str, int], hint: str) -> str:
    han, kana, hangul = (scripts.get(name, 0) for name in ("Han", "Kana", "Hangul"))
    if hangul > max(han, kana):
        return "ko"
    if kana * 12 >= han:
        return "ja"
    # Japanese headlines of Han alone exist; Chinese ones with a few kana in a name too.
    return "ja" if kana == 0 and hint == "ja" and han < FEW else "zh"


@cache
def _lexicon(group: str) -> Mapping[str, tuple[tuple[str, float], ...]]:
    listed: dict[str, set[str]] = {}
    languages = GROUPS[group]
    for name, words in WORDS.items():
        code = name.removesuffix("-arab")
        if code in languages and (name.endswith("-arab") or not (code == "ku" and group == "Arabic")):
            for word in words.split():
                listed.setdefault(word, set()).add(code)
    return {
        word: tuple((code, 1.6 / len(codes) + (0.5 if len(codes) == 1 else 0.0)) for code in codes)
        for word, codes in listed.items()
    }


@cache
def _endings(group: str) -> Mapping[str, tuple[tuple[str, float], ...]]:
    languages = GROUPS[group]
    listed: dict[str, set[str]] = {}
    for code, endings in ENDINGS.items():
        if code in languages:
            for ending in endings.split():
                listed.setdefault(ending, set()).add(code)
    return {ending: tuple((code, 0.8 / len(codes)) for code in codes) for ending, codes in listed.items()}


@cache
def _letters(group: str) -> Mapping[str, tuple[tuple[str, float], ...]]:
    languages = GROUPS[group]
    found: dict[str, tuple[tuple[str, float], ...]] = {}
    for chars, weights in LETTERS.items():
        kept = tuple((code, weight) for code, weight in weights if code in languages)
        if kept and script(chars[0]) in (group, ""):
            found.update(dict.fromkeys(chars, kept))
    return found


def warm_up() -> None:
    """Read the model now, so that no article waits for it."""
    _model()


@cache
def _model() -> LanguageIdentifier:
    # 0.6 s and 45 MB: only when the first text needs it.
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    model = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    wanted = {code for group in GROUPS.values() for code in group}
    model.set_languages(sorted(wanted.intersection(model.labels)))
    return model


def _probabilities(text: str, group: str) -> dict[str, float]:
    """The model's probability of each language of a script, given that it is one of them."""
    languages = GROUPS[group]
    found = {code: share for code, share in _model().rank(text) if code in languages}
    total = sum(found.values()) or 1.0
    return {code: share / total for code, share in found.items()}


def evidence(sample: str, group: str) -> dict[str, float]:
    """What words and letters of ``sample`` say, in natural logarithms, a language of the group each."""
    found: dict[str, float] = {}
    lowered = sample.lower()
    if group == "Arabic":
        lowered = _ARABIC_POINTS.sub("", lowered)
    lexicon, letters = _lexicon(group), _letters(group)
    endings = _endings(group)
    for word in set(_TOKEN.findall(lowered)):
        for code, weight in lexicon.get(word, ()):
            found[code] = found.get(code, 0.0) + weight
        if len(word) > 5:
            for size in (5, 4, 3, 2):
                if hits := endings.get(word[-size:]):
                    for code, weight in hits:
                        found[code] = found.get(code, 0.0) + weight
                    break
    if not lowered.isascii():
        # Letters of foreign names say little: São Paulo in an English headline.
        named = Counter("".join(_NAME.findall(sample)).lower()) if group == "Latin" else Counter[str]()
        for char, count in Counter(lowered).items():
            for code, weight in letters.get(char, ()):
                weight *= math.sqrt(count - 0.7 * min(count, named[char]))
                found[code] = found.get(code, 0.0) + weight
    return found


def _alphabetic(sample: str, group: str, letters: int, hint: str) -> str:
    languages = GROUPS[group]
    proofs = evidence(sample, group)
    scores = {code: PRIORS.get(code, -3.0) + proofs.get(code, 0.0) for code in languages}
    ranked = sorted(scores.values(), reverse=True)
    known = hint if hint in languages else ""
    sure = ranked[0] - ranked[1] > (8.0 if letters > SHORT else 12.0)
    if not sure:
        # An all-capital text is lower-cased: the model was trained on running text.
        read = sample.lower() if sample.isupper() else sample
        for code, probability in _probabilities(read, group).items():
            scores[code] += 1.5 * math.log(probability + 1e-3)
    best = max(scores, key=scores.__getitem__)
    if known and known != best:
        if letters < FEW and proofs.get(best, 0.0) - proofs.get(known, 0.0) < 3.0:
            return known
        if scores[best] - scores[known] < UNSURE:
            return known
    if hint and not known and group == "Latin" and scores[best] < -4.0 and not proofs.get(best):
        # A language of this script that is not among ours (Icelandic, Welsh), and no sign of ours.
        return hint if hint not in _OTHER_SCRIPTS else best
    if letters < 4 and not proofs.get(best):
        return known
    return best


_OTHER_SCRIPTS = frozenset(
    [*CYRILLIC, *ARABIC, *DEVANAGARI, *SINGLE.values(), "zh", "ja"],
) - frozenset(LATIN)
