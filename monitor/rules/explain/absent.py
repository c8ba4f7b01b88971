"""Why a word or a name is not found: what of it stands in the article, and does not count."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from monitor.lexicon.schema import WEAK_KINDS, Form, Lexicon
from monitor.matching.clauses import Names, Term
from monitor.matching.document import Document, Hit
from monitor.matching.engine import Engine
from monitor.matching.patterns import Pattern, patterns
from monitor.rules.explain.wording import met, missing, named, quoted, surface

MOST_FORMS = 5000
"""Forms that are looked for one by one: those of case and the phrases that do not count."""

Place = tuple[int, int, int]
"""Field, first token, last token (included)."""


class Why(NamedTuple):
    """Why a word or a name is not found. ``there``: something of it stands in the article, and does not
    count."""

    text: str
    there: bool


class _Known:
    """What the lexicon has of each entry: gone through once, and only where something is missed."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.limited: dict[str, list[Form]] = {}
        self.languages: dict[str, set[str]] = {}
        self._parts: dict[str, list[str]] = {}
        for form in lexicon.forms:
            if form.kind == "not" or form.case:
                self.limited.setdefault(form.entry, []).append(form)
            if form.kind != "not":
                self.languages.setdefault(form.entry, set()).add(form.language)
        for id, wholes in lexicon.wholes.items():
            for whole in wholes:
                self._parts.setdefault(whole, []).append(id)

    def meeting(self, ids: Sequence[str]) -> dict[str, None]:
        """The entries that a mention of one of the ids may be of: itself, its parts, what is narrower."""
        return {part: None for id in ids for part in self._parts.get(id, (id,))}


class Absence:
    """Answers for one article. What it says holds for terms and names that the engine did not find."""

    def __init__(self, engine: Engine, document: Document) -> None:
        self._engine = engine
        self._lexicon: Lexicon = engine.lexicon
        self._document = document
        self._any_language: Document | None = None
        self._knowledge: _Known | None = None
        self._index: dict[str, list[tuple[int, int]]] = {}
        for field, text in enumerate(document.fields):
            for at, token in enumerate(text.folds):
                self._index.setdefault(token, []).append((field, at))

    def of_term(self, term: Term) -> Why:
        """Why a plain term is found nowhere."""
        if counted_not := self._spelled(term):
            return Why(counted_not, there=True)
        return Why(missing(quoted(term.text)), there=False)

    def of_names(self, names: Names, *, parts: bool = False) -> Why:
        """Why no name of these entries is found; ``parts``: what lies in them would do as well."""
        counted_not = (
            self._inner(names)
            or self._weak(names)
            or ("" if parts else self._part(names))
            or self._of_another_language(names)
            or self._by_form(names)
        )
        if counted_not:
            return Why(counted_not, there=True)
        return Why(self._unnamed(names) or missing(named(names.ids, self._lexicon)), there=False)

    # --- terms ----------------------------------------------------------------------------

    def _spelled(self, term: Term) -> str:
        """What of a term is there."""
        spelled = patterns(term.text)
        for pattern in spelled:
            for place in self._places(pattern):
                return self._uncounted(term, pattern, place)
        words = spelled[0].tokens if spelled else ()
        if len(words) > 1 and not spelled[0].prefix:
            for text in self._document.fields:
                if set(words) <= set(text.folds):
                    return f"the words of {quoted(term.text)} are there, but not in a row"
        longer = self._longer(words[0]) if len(words) == 1 else ""
        if longer and len(words[0]) >= 3:
            starts = longer.casefold().startswith(words[0])
            remedy = f": {quoted(words[0] + '*')} would find it" if starts else ""
            return f"only {quoted(longer)} is in the article{remedy}"
        return ""

    def _uncounted(self, term: Term, pattern: Pattern, place: Place) -> str:
        text = self._document.fields[place[0]]
        written = text.raw[text.starts[place[1]] : text.ends[place[2]]]
        if any(pattern.glue):
            return f"{quoted(written)} is there, but not written {quoted(term.text)}"
        if term.case and written != term.text:
            return f"{quoted(written)} is there: `case: true` wants just {quoted(term.text)}"
        if term.case:
            return f"{quoted(written)} stands in a line of capitals or in a longer acronym"
        for hit in self._document.hits[place[0]]:
            if hit.first <= place[1] and place[2] <= hit.last:
                return f"{quoted(written)} stands only inside {quoted(surface(self._document, hit))}"
        return f"{quoted(written)} stands only inside a longer word"

    def _longer(self, word: str) -> str:
        """A word of the article that contains ``word``; one that begins with it, if there is one."""
        found = ""
        for token, places in self._index.items():
            if word in token and (not found or token.startswith(word)):
                field, at = places[0]
                text = self._document.fields[field]
                found = text.raw[text.starts[at] : text.ends[at]]
                if token.startswith(word):
                    break
        return found

    def _places(self, pattern: Pattern) -> Iterator[Place]:
        """Where the tokens of a pattern stand in a row, whatever their case and what surrounds them."""
        size = len(pattern.tokens)
        *leading, last = pattern.tokens
        for field, at in self._starting(pattern):
            row = self._document.fields[field].folds[at : at + size]
            if len(row) < size or row[:-1] != leading:
                continue
            if row[-1] == last or (pattern.prefix and row[-1].startswith(last)):
                yield field, at, at + size - 1

    def _starting(self, pattern: Pattern) -> Iterator[tuple[int, int]]:
        first = pattern.tokens[0]
        if len(pattern.tokens) > 1 or not pattern.prefix:
            yield from self._index.get(first, ())
            return
        for token, places in self._index.items():
            if token.startswith(first):
                yield from places

    # --- names ----------------------------------------------------------------------------

    def _inner(self, names: Names) -> str:
        for field, hits in enumerate(self._document.inner):
            for hit in hits:
                if self._meets(hit, names):
                    around = next(
                        (
                            one
                            for one in self._document.hits[field]
                            if one.first <= hit.first and hit.last <= one.last
                        ),
                        None,
                    )
                    if around is not None:
                        return (
                            f"{quoted(surface(self._document, hit))} is part of "
                            f"{quoted(surface(self._document, around))} here: `inner: true` would count it"
                        )
        return ""

    def _weak(self, names: Names) -> str:
        for hits in self._document.hits:
            for hit in hits:
                if any(form.kind in WEAK_KINDS for form in hit.forms) and self._meets(hit, names):
                    return (
                        f"{quoted(surface(self._document, hit))} is a weak word for "
                        f"{named(names.ids, self._lexicon)}: it counts only with an actor or a place"
                    )
        return ""

    def _part(self, names: Names) -> str:
        for hits in self._document.hits:
            for hit in hits:
                part = met(hit.entries(), names.ids, self._lexicon)
                if "/" in part and part not in names.ids:
                    return (
                        f"{self._lexicon.gloss(part)} lies in {named(names.ids, self._lexicon)}, but `entity` "
                        "counts only its own names: a frame's `place` takes parts as well"
                    )
        return ""

    def _of_another_language(self, names: Names) -> str:
        language = self._document.language
        if not language:
            return ""
        for hits in self._anyhow().hits:
            for hit in hits:
                for form in hit.forms:
                    if form.language not in ("", language) and met((form.entry,), names.ids, self._lexicon):
                        written = self._document.fields[hit.field].raw[hit.start : hit.end]
                        return (
                            f"{quoted(written)} is a word of another language ({form.language}): "
                            f"the article is in {language}"
                        )
        return ""

    def _anyhow(self) -> Document:
        """The same article as if its language were unknown: words of all languages count."""
        if self._any_language is None:
            title, text = (field.raw for field in self._document.fields)
            self._any_language = self._engine.examine(title, text, "").document
        return self._any_language

    def _by_form(self, names: Names) -> str:
        for form in self._forms(names.ids):
            for pattern in patterns(form.text):
                for field, first, last in self._places(pattern):
                    text = self._document.fields[field]
                    written = text.raw[text.starts[first] : text.ends[last]]
                    if form.kind == "not":
                        return f"{quoted(written)} is no {named(names.ids, self._lexicon)}"
                    if written != form.text:
                        return f"{quoted(written)} is there, but the name counts only as {quoted(form.text)}"
        return ""

    def _forms(self, ids: Sequence[str]) -> list[Form]:
        """Forms of these entries that do not count everywhere: by their case, or as ``not`` phrases."""
        known = self._known()
        found = [form for entry in known.meeting(ids) for form in known.limited.get(entry, ())]
        return found[:MOST_FORMS]

    def _unnamed(self, names: Names) -> str:
        """The lexicon has no word for it in the article's language."""
        language = self._document.language
        if not names.concept or not language:
            return ""
        known = self._known()
        if any(language in known.languages.get(entry, ()) for entry in known.meeting(names.ids)):
            return ""
        return f"the lexicon has no word for {named(names.ids, self._lexicon)} in the article's language ({language})"

    def _known(self) -> _Known:
        if self._knowledge is None:
            self._knowledge = _Known(self._lexicon)
        return self._knowledge

    def _meets(self, hit: Hit, names: Names) -> bool:
        return bool(met(hit.entries(), names.ids, self._lexicon))
