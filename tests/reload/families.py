"""Rules of the storm: families of a few rules that are always edited together, each edit with a token of its own.

A family lies in one file. All rules of one version want the same token, so what fires on an article that has the
tokens of many versions tells by which version it was matched.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

TOKEN = re.compile(r"qz(\d{2})v(\d{4})")
RULE = re.compile(r"f(\d{2})-[a-d]")
ALWAYS = "constantly"
"""Stands in every article; the rule ``always`` wants it and is never edited."""
MOST_RULES = 4  # of a family
LEXICON = 0
"""The family whose token stands in the lexicon: a concept's only term. Its rule is never edited."""
BEHIND, AHEAD = 16, 6  # versions of a family around its present one whose tokens an article has


class Version(NamedTuple):
    """A family as it stands after an edit."""

    family: int
    number: int
    rules: int

    @property
    def token(self) -> str:
        return token(self.family, self.number)

    @property
    def ids(self) -> tuple[str, ...]:
        """Of its rules."""
        return tuple(f"f{self.family:02}-{letter}" for letter in "abcd"[: self.rules])


def token(family: int, number: int) -> str:
    """The word that a version wants."""
    return f"qz{family:02}v{number:04}"


def rule_file(versions: Iterable[Version], note: str = "") -> bytes:
    """A file of these families. Versions with as many rules give as many bytes."""
    lines = [f"# {note}", "rules:"] if note else ["rules:"]
    for version in versions:
        for id in version.ids:
            lines += [f"  - id: {id}", f"    match: {{all: [{version.token}, {ALWAYS}]}}"]
    return "\n".join([*lines, ""]).encode()


def lexicon_file(version: Version) -> bytes:
    """A lexicon whose one concept has the version's token as its term."""
    return f"concepts:\n  probe:\n    en: {{terms: [{version.token}]}}\n".encode()


def standing_file(rules: int) -> bytes:
    """The rules that nobody edits: one that fires always, the lexicon's, and so many that never fire."""
    lines = ["rules:", f"  - {{id: always, match: {ALWAYS}}}"]
    lines.append(f"  - {{id: f{LEXICON:02}-a, match: {{concept: probe}}}}")
    lines += [
        f"  - {{id: standing-{number}, match: {{all: [bulk{number}, bulk{number // 7}]}}}}"
        for number in range(rules)
    ]
    return "\n".join([*lines, ""]).encode()
