"""Words looked up in the lexicon, by the very hits that the engine finds in an article."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

import msgspec

from monitor.cleaning.language import detect
from monitor.lexicon.schema import WEAK_KINDS, FormKind, Lexicon
from monitor.matching.clauses import Frame
from monitor.matching.document import Hit
from monitor.matching.engine import Engine
from monitor.matching.fold import fold
from monitor.matching.frames.model import CUES
from monitor.matching.text import Segmented
from monitor.matching.verify import BudgetExceeded, Verifier
from monitor.rules.draft.model import Meaning
from monitor.rules.draft.signs import Mark, Small, longest_at, marks_in, small_words

TEXT = 1  # number of the field that the words are read in
MOST_RELATED = 4
SURE = 3
"""Words in plain Latin letters from which on their language can be told by their looks."""
_FORM_RANK: dict[FormKind, int] = {
    "name": 0, "term": 0, "verb": 0, "demonym": 1, "metonym": 2, "weak": 3, "weak_verb": 3,
}  # fmt: skip
_KIND_RANK = {"concept": 0, "country": 1, "place": 2, "org": 3, "group": 4, "person": 5}


class Read(msgspec.Struct, frozen=True):
    """Words as one language reads them: the hits that are taken, and the signs between them."""

    language: str
    text: Segmented
    hits: tuple[Hit, ...]
    marks: tuple[Mark, ...]
    small: Small
    verifier: Verifier


class Lookup:
    """Looks words up in a lexicon."""

    def __init__(self, engine: Engine) -> None:
        """``engine`` needs no rules; its table is the lexicon."""
        self._engine = engine
        self.lexicon: Lexicon = engine.lexicon
        self.languages = tuple(name for name in self.lexicon.forms.language_names if name)

    def read(self, words: str, language: str) -> Read:
        """The words as ``language`` reads them."""
        verifier = self._engine.examine("", words, language)
        document = verifier.document
        text = document.fields[TEXT]
        small = small_words(language)
        marks = marks_in(text, small)
        hits = _taken((*document.hits[TEXT], *document.inner[TEXT]), marks)
        marks = [mark for mark in marks if not any(_inside(mark, hit) for hit in hits)]
        return Read(language, text, hits, tuple(marks), small, verifier)

    def best(self, words: str) -> Read:
        """The words as the language reads them that knows most of them."""
        detected = detect(words)
        if words.isascii() and len(words.split()) < SURE:
            detected = "en"
        languages = dict.fromkeys((*self.languages, *((detected,) if detected else ())))
        reads = [self.read(words, language) for language in languages or ("en",)]
        return max(
            reads,
            key=lambda read: (
                *_coverage(read),
                read.language == detected,
                -reads.index(read),
            ),
        )

    def meanings(self, hit: Hit) -> tuple[Meaning, ...]:
        """All entries that a hit may name, the likeliest first."""
        best: dict[str, FormKind] = {}
        for form in hit.forms:
            rank = _FORM_RANK.get(form.kind)
            if rank is not None and (form.entry not in best or rank < _FORM_RANK[best[form.entry]]):
                best[form.entry] = form.kind
        ids = sorted(best, key=lambda one: (_FORM_RANK[best[one]], _KIND_RANK.get(self._kind(one), 9)))
        return tuple(Meaning(id, self.lexicon.gloss(id), best[id]) for id in ids)

    def related(self, word: str, language: str, meanings: Sequence[Meaning]) -> tuple[Meaning, ...]:
        """Concepts that may be meant as well: narrower and broader ones, and, for a general word such
        as "strikes", those that speak of it in longer phrases ("missile strikes")."""
        named = [one.id for one in meanings]
        concepts = [id for id in named if "/" not in id]
        found: dict[str, None] = {}
        for id in concepts:
            entry = self.lexicon.entries.get(id)
            found.update(dict.fromkeys(entry.narrower if entry is not None else ()))
            found.update(dict.fromkeys(sorted(self.lexicon.wholes.get(id, frozenset()) - {id})))
        if any(one.form in WEAK_KINDS for one in meanings):
            found.update(dict.fromkeys(self._speaking_of(word, language)))
        ids = [id for id in found if id not in named and id not in CUES and id in self.lexicon.entries]
        return tuple(Meaning(id, self.lexicon.gloss(id), "term", related=True) for id in ids[:MOST_RELATED])

    def holds(self, read: Read, frame: Frame) -> bool:
        """Whether the words, read as a sentence, say what the frame asks."""
        try:
            return read.verifier.holds(frame) is not None
        except BudgetExceeded:
            return False

    def _kind(self, id: str) -> str:
        entry = self.lexicon.entries.get(id)
        return entry.kind if entry is not None else ""

    def _speaking_of(self, word: str, language: str) -> Iterable[str]:
        """Concepts with longer phrases that end or begin with the word, the most such phrases first."""
        wanted = fold(word)
        forms = self.lexicon.forms
        counts: Counter[str] = Counter()
        if not wanted or language not in forms.language_names:
            return ()
        number_of = forms.language_names.index(language)
        for number, spoken in enumerate(forms.languages):
            if spoken != number_of or "/" in forms.entry_names[forms.entries[number]]:
                continue
            tokens = fold(forms.text(number)).replace("-", " ").split()
            if len(tokens) > 1 and wanted in (tokens[0], tokens[-1]):
                form = forms[number]
                if form.kind == "term":
                    counts[form.entry] += 1
        return [id for id, _ in counts.most_common(MOST_RELATED + 1)]


def _taken(hits: Iterable[Hit], marks: Sequence[Mark]) -> tuple[Hit, ...]:
    """The longest hits that do not overlap, none of them a separator or a phrase that holds a "not"."""
    chosen: list[Hit] = []
    for hit in sorted(hits, key=lambda one: (one.first - one.last, one.first)):
        if any(hit.first <= other.last and other.first <= hit.last for other in chosen):
            continue
        if any(mark.start <= hit.start and hit.end <= mark.end for mark in marks):
            continue
        negated = all(form.entry == "negation" for form in hit.forms)
        if negated and any(mark.sign in ("not", "not_after") and _inside(mark, hit) for mark in marks):
            continue
        chosen.append(hit)
    return tuple(sorted(chosen, key=lambda one: one.first))


def _inside(mark: Mark, hit: Hit) -> bool:
    return hit.start <= mark.start and mark.end <= hit.end


def _coverage(read: Read) -> tuple[int, int]:
    """Characters that are known, and those that the language itself has words for."""
    known = own = 0
    for hit in read.hits:
        known += hit.end - hit.start
        if any(form.language == read.language for form in hit.forms):
            own += hit.end - hit.start
    known += sum(mark.end - mark.start for mark in read.marks if mark.word)
    token = 0
    while token < len(read.text.folds):
        size = longest_at(read.text, token, read.small.empty, read.small.longest)
        start = read.text.starts[token]
        if size and not any(hit.start <= start < hit.end for hit in read.hits):
            known += read.text.ends[token + size - 1] - start
        token += size or 1
    return known, own
