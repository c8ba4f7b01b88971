"""What loading rule folders comes to."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence

import msgspec

from monitor.lexicon.schema import Lexicon
from monitor.located import InvalidFile, Located, Problem, decode_yaml
from monitor.matching.filing.lexicon import LexiconTable
from monitor.matching.rule import Rule
from monitor.rules.query.parse import Query
from monitor.rules.query.place import line_starts
from monitor.rules.schema import ExampleModel, RuleModel

_rules = re.compile(rb"rules[\"']?\s*:")

Stamp = tuple[int, int, int, int]
"""Size, times of writing and of any change in nanoseconds, inode: whether a file was touched."""


class LoadedRule(msgspec.Struct, frozen=True):
    """A rule with what tools need of its file.

    ``model`` has the keys as they count: those that it takes from the rule it ``extends`` filled in,
    its ``match`` or ``query`` as written. ``number`` is its place in the file's list of rules, from 0.
    """

    rule: Rule
    file: str
    line: int
    model: RuleModel
    number: int = 0

    @property
    def examples(self) -> Sequence[ExampleModel]:
        return self.model.examples


class LoadedFile:
    """A file's bytes, and what stands in them, read when it is first needed.

    ``stamp`` is that of the moment of reading; none if the file may have changed since unseen.
    """

    def __init__(self, name: str, data: bytes, stamp: Stamp | None = None) -> None:
        self.name = name
        self.digest = hashlib.sha256(data).digest()
        self.stamp = stamp
        self._data = data
        self._located: Located | None = None
        self._text: tuple[str, Sequence[int]] | None = None
        self._invalid: tuple[Problem, ...] = ()
        self._sections: frozenset[str] | None = None
        self.drafts: FileDrafts | None = None

    @property
    def located(self) -> Located:
        """The document. Raises ``InvalidFile``."""
        if self._invalid:
            raise InvalidFile(self._invalid)
        if self._located is None:
            try:
                self._located = decode_yaml(self._data, self.name)
            except InvalidFile as error:
                self._invalid = error.problems
                raise
        return self._located

    @property
    def text(self) -> tuple[str, Sequence[int]]:
        """The characters, as lines and columns count them, and where each line begins."""
        if self._text is None:
            text = self._data.decode("utf-8-sig", "replace")
            self._text = (text, line_starts(text))
        return self._text

    @property
    def sections(self) -> frozenset[str]:
        """The keys of the document. Raises ``InvalidFile``."""
        if self._sections is None:
            value = self.located.value
            self._sections = frozenset(value) if isinstance(value, dict) else frozenset()
        return self._sections

    @property
    def may_hold_rules(self) -> bool:
        """Whether a document that nobody needs to read otherwise is to be read for its rules."""
        if self._sections is not None:
            return "rules" in self._sections
        return _rules.search(self._data) is not None

    def release(self) -> None:
        """Let go of the document, which takes far more memory than the bytes; it can be read again."""
        self._located = None
        self._text = None


class Draft(msgspec.Struct, frozen=True, eq=False):
    """A rule of a file whose keys are in order; whether its clauses are, the lexicon has to say.

    Drafts are the same as long as they are the same object.
    """

    file: LoadedFile
    number: int
    line: int
    model: RuleModel
    query: Query | None = None


class FileDrafts(msgspec.Struct, frozen=True, eq=False):
    """The rules of a file and what is wrong with their shape; ``broken`` are ids of rules left out."""

    drafts: tuple[Draft, ...]
    problems: tuple[Problem, ...]
    broken: frozenset[str]
    extending: bool = False


class Outcome(msgspec.Struct, frozen=True, eq=False):
    """What became of a draft: the rule, if nothing is wrong with it, and all that it depends on.

    ``named`` are the lexicon ids that it names, ``parents`` the rules that it extends, by id. ``kept``:
    the rule is as it was before one of these was lost.
    """

    draft: Draft
    loaded: LoadedRule | None
    problems: tuple[Problem, ...] = ()
    named: frozenset[str] = frozenset()
    parents: tuple[tuple[str, Draft | None], ...] = ()
    kept: bool = False


class FileRules(msgspec.Struct, frozen=True, eq=False):
    """The outcomes of a file, which hold as long as the file does and what they depend on."""

    drafts: FileDrafts
    outcomes: tuple[Outcome, ...]
    problems: tuple[Problem, ...]
    rules: tuple[LoadedRule, ...]
    by_id: Mapping[str, LoadedRule]
    evaluated: tuple[Rule, ...]
    named: frozenset[str]


def file_rules(drafts: FileDrafts, outcomes: Sequence[Outcome]) -> FileRules:
    """Outcomes taken together."""
    rules = tuple(one.loaded for one in outcomes if one.loaded is not None)
    problems = (*drafts.problems, *(problem for one in outcomes for problem in one.problems))
    return FileRules(
        drafts,
        tuple(outcomes),
        problems,
        rules,
        {loaded.rule.id: loaded for loaded in reversed(rules)},
        tuple(loaded.rule for loaded in rules if loaded.rule.status != "draft"),
        frozenset().union(*{one.named for one in outcomes}),
    )


class RuleBook(msgspec.Struct, frozen=True):
    """Everything loaded together. ``problems`` are those of the newest files, used or not.

    ``spoken`` are the digests of the files that the lexicon was made of: as long as they stay, the
    table is the same object. ``read`` are the rules by file: those of a file that nobody touched are
    the same objects in the next book.
    """

    rules: tuple[LoadedRule, ...]
    table: LexiconTable
    problems: tuple[Problem, ...]
    files: Mapping[str, LoadedFile]
    kept: tuple[str, ...] = ()  # broken files whose last good version is served
    spoken: Mapping[str, bytes] = {}
    lexicon_problems: tuple[Problem, ...] = ()
    read: Mapping[str, FileRules] = {}
    by_id: Mapping[str, LoadedRule] = {}
    evaluated: tuple[Rule, ...] = ()

    @property
    def lexicon(self) -> Lexicon:
        """All entities and concepts."""
        return self.table.lexicon

    def errors(self) -> tuple[Problem, ...]:
        """Problems that keep something from being used."""
        return tuple(problem for problem in self.problems if problem.level == "error")

    def active(self) -> tuple[Rule, ...]:
        """Rules that are evaluated: all but drafts. A rule that did not change is the same object."""
        return self.evaluated
