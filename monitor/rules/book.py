"""What loading rule folders comes to."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

import msgspec

from monitor.lexicon.schema import Lexicon
from monitor.located import Located, Problem, decode_yaml
from monitor.matching.plan import LexiconTable
from monitor.matching.rule import Rule
from monitor.rules.schema import ExampleModel, RuleModel


class LoadedRule(msgspec.Struct, frozen=True):
    """A rule with what tools need of its file."""

    rule: Rule
    file: str
    line: int
    model: RuleModel

    @property
    def examples(self) -> Sequence[ExampleModel]:
        return self.model.examples


class LoadedFile:
    """A file's bytes, and the document in them, read when it is first needed."""

    def __init__(self, name: str, data: bytes) -> None:
        self.name = name
        self.digest = hashlib.sha256(data).digest()
        self._data = data
        self._located: Located | None = None

    @property
    def located(self) -> Located:
        """The document. Raises ``InvalidFile``."""
        if self._located is None:
            self._located = decode_yaml(self._data, self.name)
        return self._located


class RuleBook(msgspec.Struct, frozen=True):
    """Everything loaded together. ``problems`` are those of the newest files, used or not.

    ``spoken`` are the digests of the files that the lexicon was made of: as long as they stay, the
    table is the same object.
    """

    rules: tuple[LoadedRule, ...]
    table: LexiconTable
    problems: tuple[Problem, ...]
    files: Mapping[str, LoadedFile]
    kept: tuple[str, ...] = ()  # broken files whose last good version is served
    spoken: Mapping[str, bytes] = {}
    lexicon_problems: tuple[Problem, ...] = ()

    @property
    def lexicon(self) -> Lexicon:
        """All entities and concepts."""
        return self.table.lexicon

    def errors(self) -> tuple[Problem, ...]:
        """Problems that keep something from being used."""
        return tuple(problem for problem in self.problems if problem.level == "error")

    def active(self) -> tuple[Rule, ...]:
        """Rules that are evaluated: all but drafts."""
        return tuple(loaded.rule for loaded in self.rules if loaded.rule.status != "draft")
