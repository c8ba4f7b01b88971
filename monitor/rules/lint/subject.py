"""What checks look at: one rule with its places, and what all rules share."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Sequence
from datetime import date
from functools import cached_property

from monitor.lexicon.schema import Lexicon, Role
from monitor.located import InvalidFile, Located, Place
from monitor.matching.clauses import All
from monitor.matching.fold import fold
from monitor.matching.rule import Rule
from monitor.records import Source
from monitor.rules.book import LoadedRule, RuleBook
from monitor.rules.lint.normal import Normal, normal
from monitor.rules.lint.placed import Node, tree
from monitor.rules.schema import RuleModel

_SPOKEN_BY = 0.8  # of all entries: then the lexicon has a language
_FEW = 10  # entries of a lexicon too small to tell


class Subject:
    """A rule under check."""

    def __init__(self, loaded: LoadedRule, places: Places) -> None:
        self.loaded = loaded
        self.rule: Rule = loaded.rule
        self.model: RuleModel = loaded.model
        self._places = places

    @cached_property
    def tree(self) -> Node:
        """The clause tree with places relative to the rule; what it extends stands at ``extends``."""
        model, clause = self.model, self.rule.clause
        own: Place = ("query",) if model.query is not None else ("match",)
        if model.extends is None:
            return tree(clause, model.match, own, model.let)
        if (model.match is None and model.query is None) or not isinstance(clause, All) or not clause.parts:
            return tree(clause, None, LENT, {})
        *lent, last = clause.parts
        inside = [tree(part, None, LENT, {}) for part in lent]
        inside.append(tree(last, model.match, own, model.let))
        inside += [tree(part, None, LENT, {}) for part in clause.none]
        return Node(clause, own, inside)

    @cached_property
    def normal(self) -> Normal:
        """What the clause tree says, however it is written."""
        return normal(self.rule.clause)

    def at(self, place: Place) -> tuple[int, int]:
        """Line and column in the rule's file."""
        located = self._places.of(self.loaded.file)
        if located is None:
            return self.loaded.line, 1
        return located.at(("rules", self.loaded.number, *place))


LENT: Place = ("extends",)
"""Where clauses stand that a rule takes from another: what is to be said of them is said there."""


class Places:
    """The documents of a book's files, each read again only if something is found in it."""

    def __init__(self, book: RuleBook) -> None:
        self._book = book
        self._documents: dict[str, Located | None] = {}

    def of(self, file: str) -> Located | None:
        """A file's document; none if it is not at hand."""
        if file not in self._documents:
            try:
                self._documents[file] = self._book.files[file].located
            except (InvalidFile, KeyError):
                self._documents[file] = None
        return self._documents[file]


def subjects(book: RuleBook) -> list[Subject]:
    """All rules of a book, with their places."""
    places = Places(book)
    return [Subject(loaded, places) for loaded in book.rules]


class Context:
    """What checks know besides the rule: the day, the lexicon, the other rules, the feeds if given."""

    def __init__(
        self, rules: Sequence[Subject], lexicon: Lexicon, today: date, sources: Sequence[Source] | None
    ) -> None:
        self.rules = rules
        self.lexicon = lexicon
        self.today = today
        self.sources = sources

    @cached_property
    def twins(self) -> dict[tuple[Normal, object, str], Subject]:
        """The first rule that says a thing, with the same filters and status."""
        found: dict[tuple[Normal, object, str], Subject] = {}
        for subject in self.rules:
            found.setdefault(twin_key(subject), subject)
        return found

    @cached_property
    def lent(self) -> frozenset[str]:
        """Ids of rules that others extend: what these name, the others may use."""
        return frozenset(subject.model.extends for subject in self.rules if subject.model.extends is not None)

    @cached_property
    def members(self) -> dict[str, tuple[str, ...]]:
        """By id, the entries whose mention counts as one of it: itself, its parts, narrower concepts."""
        found: dict[str, list[str]] = {}
        for id, wholes in self.lexicon.wholes.items():
            for whole in wholes:
                found.setdefault(whole, []).append(id)
        return {id: tuple(parts) for id, parts in found.items()}

    @cached_property
    def _spoken(self) -> tuple[dict[str, frozenset[str]], dict[str, frozenset[str]], dict[str, str]]:
        """Languages and scripts of each entry's forms, and the script of each language."""
        languages: dict[str, set[str]] = {}
        scripts: dict[str, set[str]] = {}
        counts: dict[str, Counter[str]] = {}
        for form in self.lexicon.forms:
            if form.kind == "not":
                continue
            script = script_of(form.text)
            languages.setdefault(form.entry, set()).add(form.language)
            scripts.setdefault(form.entry, set()).add(script)
            counts.setdefault(form.language, Counter())[script] += 1
        return (
            {id: frozenset(found) for id, found in languages.items()},
            {id: frozenset(found) for id, found in scripts.items()},
            {language: count.most_common(1)[0][0] for language, count in counts.items()},
        )

    def languages(self, id: str) -> frozenset[str]:
        """Languages in which an entry has a form; a concept also by its narrower ones."""
        spoken = self._spoken[0]
        if "/" in id:
            return spoken.get(id, frozenset())
        return frozenset().union(*(spoken.get(member, frozenset()) for member in self.members.get(id, ())))

    def has_script_of(self, id: str, language: str) -> bool:
        """Whether an entry has a form in the script of a language."""
        _, scripts, script = self._spoken
        return script.get(language) in scripts.get(id, frozenset())

    @cached_property
    def lexicon_languages(self) -> tuple[str, ...]:
        """Languages that the lexicon has for nearly all entries, in order."""
        spoken = self._spoken[0]
        if len(spoken) < _FEW:
            return ()
        counts = Counter(language for found in spoken.values() for language in found if language)
        return tuple(sorted(code for code, count in counts.items() if count >= _SPOKEN_BY * len(spoken)))

    def fills(self, role: Role, id: str) -> bool:
        """Whether a mention of an id, or of a part of it, may ever fill a role."""
        if "/" not in id:
            return True
        for member in self.members.get(id, ()):
            entry = self.lexicon.entries[member]
            if entry.kind in ("product", "concept"):
                continue
            if role == "target":
                return True
            if role == "actor" and (entry.kind != "place" or entry.capital_of):
                return True
            if role == "place" and entry.kind in ("place", "country"):
                return True
        return False

    def takes(self, role: Role, concept: str) -> bool:
        """Whether events of a concept, or of a narrower one, take a role."""
        return any(role in self.lexicon.entries[member].roles for member in self.members.get(concept, ()))

    @cached_property
    def bearers(self) -> dict[str, tuple[str, ...]]:
        """By a name's folded spelling, the entities of which it is a proper name."""
        found: dict[str, dict[str, None]] = {}
        for form in self.lexicon.forms:
            if form.kind == "name" and "/" in form.entry:
                found.setdefault(folded(form.text), {})[form.entry] = None
        return {spelling: tuple(ids) for spelling, ids in found.items()}

    @cached_property
    def cased(self) -> dict[str, tuple[str, str]]:
        """By folded spelling, the names that are words in lower case, and an entity with that name."""
        found: dict[str, tuple[str, str]] = {}
        for form in self.lexicon.forms:
            if form.case and form.kind in ("name", "metonym") and "/" in form.entry:
                found.setdefault(folded(form.text), (form.text, form.entry))
        return found


def twin_key(subject: Subject) -> tuple[Normal, object, str]:
    """What makes two rules the same."""
    return subject.normal, subject.rule.where, subject.rule.status


def folded(text: str) -> str:
    """A name's spelling as matching compares it, near enough for advice."""
    return " ".join(map(fold, text.replace("-", " ").split()))


def script_of(text: str) -> str:
    """The script of the first letter, by the first word of its Unicode name; empty without letters."""
    for char in text:
        if char.isalpha():
            return unicodedata.name(char, "").partition(" ")[0]
    return ""
