"""Writes rules/entities/countries.yaml: `python -m tools.lexicon.countries`.

Names of countries and capitals come from CLDR (by babel); variants, adjectives, inhabitants and metonyms from the
tables beside this module. The output depends on the CLDR release that babel carries and on the tables only.
"""

from __future__ import annotations

import argparse
import json
import re
import unicodedata
from collections.abc import Callable, Iterable
from pathlib import Path

from babel import Locale

from tools.lexicon import tables
from tools.lexicon.tables import Item, Row

LANGUAGES = ("en", "ar", "fr", "es", "ru", "de", "tr", "fa", "uk", "zh")
"""In the order of the columns of seats.txt."""
SCRIPTS = {"ar": "Arab", "fa": "Arab", "ru": "Cyrl", "uk": "Cyrl", "zh": "Hans"}
OUTPUT = Path(__file__).parents[2] / "rules" / "entities" / "countries.yaml"

# Codes in CLDR that are no countries of ISO 3166 (Kosovo's xk is kept: it is in general use).
_NO_COUNTRIES = frozenset(
    ("AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ")
)
_HEADER = """\
# yaml-language-server: $schema=../schema/entities.json
# Made by `python -m tools.lexicon.countries` from CLDR and tools/lexicon/tables: edit the tables, not this file.
entities:
"""
_PLAIN = re.compile(r"[^\W\d_][\w.’\u0300-\u036f]*(?: ?[-–—'’. ]?[\w.][\w.’\u0300-\u036f]*)*")
_RESERVED = frozenset(("true", "false", "null", "yes", "no", "on", "off", "y", "n"))
_INDECLINABLE = {"ru": (*"оеиуюэ", "оа", "еа", "уа"), "uk": (*"оеєіїую", "оа", "еа", "уа")}
_REPUBLIC = frozenset(("республика", "республіка"))
_ADJECTIVES = {
    "ru": ("ый", "ий", "ой", "ая", "яя", "ое", "ее", "ые", "ие"),
    "uk": ("ий", "ій", "а", "я", "е", "і"),
}
_ADJECTIVE_INFLECTS = frozenset(("ar", "de", "es", "fa", "fr", "ru", "uk"))
_NOUN_INFLECTS = frozenset(("de", "en", "ru", "tr", "uk"))

_HARMONY = dict(zip("aıoueiöü", "ııuuiiüü", strict=True))

Out = dict[str, list[tuple[Item, str]]]


def codes() -> list[str]:
    """ISO 3166 codes and xk, in lower case and in order."""
    names = map(str, Locale("en").territories)
    return sorted(
        code.lower() for code in names if re.fullmatch("[A-Z]{2}", code) and code not in _NO_COUNTRIES
    )


def cldr_name(lang: str, code: str) -> str:
    """CLDR's name without what stands in brackets, its abbreviations written out."""
    name = str(Locale(lang).territories.get(code.upper(), ""))
    name = re.sub(r"\s*[（(].*?[)）]", "", name).replace("ʼ", "'").replace("’", "'").replace("ٔ", "")
    for short, full in (
        ("о-ва", "острова"),
        ("о-в", "остров"),
        (" & ", " and "),
        ("St. ", "Saint "),
    ):
        name = name.replace(short, full) if short in ("о-ва", "о-в") or lang == "en" else name
    return re.sub(r"\s*[،,].*", "", name).strip()


def cldr_city(lang: str, zone: str) -> str:
    """The example city of a time zone, which is the capital in capitals.txt."""
    found = Locale(lang).time_zones.get(zone, {}).get("city")
    name = str(found) if found else zone.rpartition("/")[2].replace("_", " ")
    return name.replace("ʼ", "'").replace("’", "'").replace("\xad", "")


def slavic_inflects(lang: str, text: str) -> bool:
    """Whether expand() makes the right case forms of a Russian or Ukrainian name as it ends.

    It does for one word, an adjective with its noun, and what a republic calls itself. Acronyms, foreign names in
    a vowel that does not change, names joined by "and", and forms given in another case stay as they are.
    """
    words = text.lower().split(" ")
    republic = next((index for index, word in enumerate(words) if word in _REPUBLIC), None)
    if text.isupper() or any(word in ("и", "і", "та") for word in words):
        return False
    if republic is not None:
        return all(word.endswith(_ADJECTIVES[lang]) for word in words[:republic])
    if len(words) > 2 or (len(words) == 2 and not words[0].endswith(_ADJECTIVES[lang])):
        return False
    if words[-1] in ("острова", "территории", "території"):
        return len(words) == 2
    return not words[-1].endswith(_INDECLINABLE[lang])


def _names(cldr: str, row: Row, field: str) -> Iterable[Item]:
    if cldr and field not in row.replaces and all(item.text != cldr for item in row.fields[field]):
        yield Item(cldr)
    yield from row.fields[field]


def _spellings(lang: str, item: Item) -> Iterable[Item]:
    """Spellings that newsrooms use beside the given one."""
    yield item
    for old, new, only in (
        ("\u200c", " ", "fa"),
        ("St. ", "St ", "en"),
        ("Saint ", "St ", "en"),
        ("ґ", "г", "uk"),
    ):
        if old in item.text and lang == only:
            yield Item(item.text.replace(old, new), item.exact, item.fixed, item.bound)


def _inflection(lang: str, item: Item, field: str) -> str:
    if item.fixed:
        return ""
    if field in ("names", "metonyms"):
        if lang in ("ru", "uk"):
            return "name" if slavic_inflects(lang, item.text) else ""
        return "name" if lang == "de" and " " not in item.text and not item.text.isupper() else ""
    if field == "adjectives":
        return "adj" if lang in _ADJECTIVE_INFLECTS else ""
    return "noun" if lang in _NOUN_INFLECTS else ""


def turkish_inhabitant(name: str) -> str:
    """Name + -lı by vowel harmony, a plural's -lar left out; nothing for names of more than one word."""
    stem = name.removesuffix("lar").removesuffix("ler")
    vowels = [letter for letter in stem.lower() if letter in _HARMONY]
    return f"{stem}l{_HARMONY[vowels[-1]]}" if vowels and re.fullmatch(r"\w+", stem) else ""


def language_entry(lang: str, row: Row, name: str, city: str, seats: tuple[Item, ...]) -> Out:
    """Names, demonyms and metonyms of a country in one language, each with how it inflects.

    An item that counts in its language only stands among the demonyms, which are tied to it.
    """
    out: Out = {"names": [], "demonyms": [], "metonyms": []}
    inhabitants = row.fields["inhabitants"]
    if lang == "tr" and not inhabitants and "inhabitants" not in row.replaces:
        made = turkish_inhabitant(name)
        inhabitants = (Item(made),) if made else ()
    fields: dict[str, Iterable[Item]] = {
        "names": _names(name, row, "names"),
        "adjectives": row.fields["adjectives"],
        "inhabitants": inhabitants,
        "metonyms": [*seats, *_names(city, row, "metonyms")],
    }
    seen: set[tuple[str, str]] = set()
    texts: set[str] = set()
    for field, found in fields.items():
        kind = "demonyms" if field in ("adjectives", "inhabitants") else field
        for given in found:
            for item in _spellings(lang, given):
                target = "demonyms" if item.bound else kind
                how = _inflection(lang, item, field)
                if (item.text, how) in seen or (field == "metonyms" and item.text in texts):
                    continue
                seen.add((item.text, how))
                texts.add(item.text)
                out[target].append((item, how))
    for kind, found_items in out.items():
        inflected = {item.text for item, how in found_items if how}
        out[kind] = [(item, how) for item, how in found_items if how or item.text not in inflected]
    return out


def _scalar(text: str) -> str:
    if _PLAIN.fullmatch(text) and text.lower() not in _RESERVED:
        return text
    return json.dumps(text, ensure_ascii=False)


def _written(item: Item, how: str, exact: bool) -> str:
    marks = [f"inflect: {how}"] if how else []
    if exact:
        marks.append("case: true")
    return f"{{{', '.join([f'name: {_scalar(item.text)}', *marks])}}}" if marks else _scalar(item.text)


def render() -> str:
    """The whole file as text."""
    rows = {lang: tables.language(lang) for lang in LANGUAGES}
    zones = dict(tables.pairs("capitals"))
    seats = tables.seats(LANGUAGES)
    notes: dict[str, list[str]] = {}
    for code, phrases in tables.pairs("notes"):
        notes.setdefault(code, []).extend(item.text for item in tables.items(phrases))
    empty = Row(dict.fromkeys(tables.FIELDS, ()), frozenset())
    entries = {
        (code, lang): language_entry(
            lang,
            rows[lang].get(code, empty),
            cldr_name(lang, code),
            cldr_city(lang, zones[code]) if code in zones else "",
            seats.get((code, lang), ()),
        )
        for code in codes()
        for lang in LANGUAGES
    }
    exact = exact_names(entries)
    lines = [_HEADER]
    for code in codes():
        lines.append(f"  country/{code}:\n    gloss: {_scalar(gloss(rows['en'].get(code, empty), code))}\n")
        if code in notes:
            lines.append(f"    not: [{', '.join(_scalar(text) for text in dict.fromkeys(notes[code]))}]\n")
        lines.extend(_language_line(lang, entries[code, lang], exact) for lang in LANGUAGES)
    return "".join(lines)


def gloss(row: Row, code: str) -> str:
    """The English name by which evidence in other scripts is read."""
    return row.fields["names"][0].text if "names" in row.replaces else cldr_name("en", code)


def exact_names(entries: dict[tuple[str, str], Out]) -> set[tuple[str, str]]:
    """(script, `plain` name) of all names marked exact: names count in every language of their script."""
    return {
        (SCRIPTS.get(lang, "Latn"), plain(item.text))
        for (_, lang), out in entries.items()
        for kind in ("names", "metonyms")
        for item, _ in out[kind]
        if item.exact
    }


def plain(text: str) -> str:
    """Without case and accents, as the matching engine folds Latin text."""
    return "".join(c for c in unicodedata.normalize("NFD", text.casefold()) if not unicodedata.combining(c))


def _language_line(lang: str, out: Out, exact: set[tuple[str, str]]) -> str:
    script = SCRIPTS.get(lang, "Latn")
    parts = [
        f"{kind}: ["
        + ", ".join(
            _written(
                item,
                how,
                item.exact or (kind != "demonyms" and (script, plain(item.text)) in exact),
            )
            for item, how in found
        )
        + "]"
        for kind, found in out.items()
        if found
    ]
    return f"    {lang}: {{{', '.join(parts)}}}\n" if parts else ""


def main(write: Callable[[str], object] = print) -> None:
    """Writes the file, or with `--check` fails if it is not what would be written."""
    parser = argparse.ArgumentParser(prog="python -m tools.lexicon.countries", description=__doc__)
    parser.add_argument(
        "--check",
        action="store_true",
        help="write nothing; exit 1 if the file is out of date",
    )
    options = parser.parse_args()
    text = render()
    if options.check:
        if not OUTPUT.exists() or OUTPUT.read_text("utf-8") != text:
            raise SystemExit(f"{OUTPUT} is out of date: run python -m tools.lexicon.countries")
        return
    OUTPUT.parent.mkdir(parents=True, exist_ok=True)
    OUTPUT.write_text(text, "utf-8")
    write(f"{OUTPUT}: {text.count('  country/')} countries")


if __name__ == "__main__":
    main()
