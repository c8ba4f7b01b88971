"""The judge: was each article matched against what the folder said at one moment, and was that moment not long ago?"""

from __future__ import annotations

import bisect
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import msgspec

from monitor.app.files import LOOK_AGAIN_MS
from monitor.records import FiredRule
from monitor.rules.load import load_rules
from tests.reload.desk import Moment
from tests.reload.families import LEXICON, RULE, TOKEN, Version, lexicon_file, rule_file, standing_file

LOOK = LOOK_AGAIN_MS / 1000  # seconds until an edit is found of which the system tells nothing
QUIET = 0.25  # seconds without an edit, after which the folder is at rest
NONE = 0  # in place of a version: nothing of the family fired


class Article(msgspec.Struct, frozen=True):
    """An article that has the tokens of these families' versions. Times are seconds on the monotonic clock."""

    number: int
    families: Mapping[int, range]
    published: float
    handled: float
    fired: Sequence[FiredRule]


class Verdict(msgspec.Struct):
    """Faults by kind with some examples, and how soon each edit was seen."""

    faults: Counter[str] = msgspec.field(default_factory=Counter)
    examples: list[str] = []
    judged: int = 0
    excused: int = 0  # answers on families whose edit was too slow to be one
    mixed: int = 0  # articles that saw files of several moments while the folder had no rest
    hasty: int = 0  # articles matched by a set that was read while the folder had no rest
    live: list[float] = []  # seconds from the end of an edit to the first article that was matched by it

    def fault(self, kind: str, text: str) -> None:
        self.faults[kind] += 1
        if self.faults[kind] <= 3:
            self.examples.append(f"{kind}: {text}")


def hashes(
    versions: Iterable[Version], scratch: Path
) -> Mapping[tuple[int, int], frozenset[tuple[str, str]]]:
    """For each family and version its rules' ids and content hashes, each version loaded alone."""
    scratch.mkdir()
    path = scratch / "rules.yaml"
    found = {}
    for version in versions:
        if version.family == LEXICON:
            path.write_bytes(standing_file(0))
            (scratch / "lexicon.yaml").write_bytes(lexicon_file(version))
        else:
            path.write_bytes(rule_file([version]))
        book = load_rules([scratch])
        rules = [one.rule for one in book.rules if RULE.fullmatch(one.rule.id)]
        found[version.family, version.number] = frozenset((rule.id, rule.version) for rule in rules)
    return found


class Judge:
    """Judges articles in the order in which they were handled."""

    def __init__(
        self,
        moments: Sequence[Moment],
        rules: Mapping[tuple[int, int], frozenset[tuple[str, str]]],
        hasty: Sequence[tuple[float, float]],
        grace: float,
    ) -> None:
        """An edit must be seen ``grace`` seconds after the folder has come to rest behind it. ``hasty`` are the
        times from when until when a set was in use that was read while the folder had no rest."""
        self._hasty = hasty
        self.verdict = Verdict()
        self._moments = moments
        self._rules = rules
        self._begun = [moment.begun for moment in moments]
        self._due = _due(moments, grace)
        self._serves = _serves(moments, self._due)
        self._low = 0  # no article may be matched against an earlier moment than those before it
        self._grace = grace
        self._told = 0
        self._has: Mapping[int, range] = {}

    def article(self, article: Article) -> None:
        """One more."""
        self.verdict.judged += 1
        fresh = bisect.bisect_right(self._due, article.handled) - 1
        last = bisect.bisect_right(self._begun, article.handled) - 1
        near = self._moments[max(0, fresh) : last + 1]
        slow = {family for moment in near if moment.slow for family in moment.touched}
        hasty = any(begin <= article.handled <= end for begin, end in self._hasty)
        unsure = {
            family
            for family in article.families
            if any(len(one.get(family, ())) > 1 for one in self._serves[max(0, fresh) : last + 1])
        }
        seen = self._versions(article, set(article.families) if hasty else slow | unsure, last)
        if seen is None:
            return
        for family in slow:
            self.verdict.excused += seen.pop(family, None) is not None
        self._has = article.families
        at = self._find(seen, self._low, last)
        if hasty:
            self.verdict.hasty += 1
            whole = all(moment.restless for moment in self._moments[max(1, last - 8) : last + 1])
            if at is None and whole and self._each(seen, last):
                self.verdict.mixed += 1
                return
            if not whole:  # it may have been read in the middle of any edit
                return
        if at is None:
            self._accuse(article, seen, last)
            return
        self._low = at
        self._tell(at, article.handled)
        if self._find(seen, max(at, fresh), last) is None:
            old = article.handled - self._due[at + 1] + self._grace
            self.verdict.fault(
                "too old", f"article {article.number}: saw {seen}, as after {self._moments[at].what!r}, {old:.3f} s"
                " after the folder came to rest with another one"
            )  # fmt: skip

    def _each(self, seen: Mapping[int, int], last: int) -> bool:
        """Whether each file for itself stood so at some time."""
        return all(
            self._find({family: number}, self._low, last) is not None for family, number in seen.items()
        )

    def _versions(self, article: Article, excused: set[int], last: int) -> dict[int, int] | None:
        """The version of each of its families by which it was matched; none if that makes no sense.

        Rules of ``excused`` families need not be those of one version: they lay in two files, one of them
        broken, or were read in the middle of an edit.
        """
        fired: dict[int, set[tuple[str, str]]] = {family: set() for family in article.families}
        tokens: dict[int, set[int]] = {family: set() for family in article.families}
        for rule in article.fired:
            if rule.id == "always":
                continue
            found = [match for one in rule.evidence if (match := TOKEN.fullmatch(one.text))]
            if not RULE.fullmatch(rule.id) or len(found) != 1 or int(found[0][1]) not in fired:
                self._fault("fired, though it must not", article, rule.id, last)
                return None
            family, number = int(found[0][1]), int(found[0][2])
            if (rule.id, rule.version) not in self._rules[family, number]:
                self._fault("another hash", article, f"{rule.id} {rule.version} of version {number}", last)
                return None
            fired[family].add((rule.id, rule.version))
            tokens[family].add(number)
        seen: dict[int, int] = {}
        for family, numbers in tokens.items():
            number = next(iter(numbers), NONE)
            whole = len(numbers) < 2 and (not number or fired[family] == self._rules[family, number])
            if whole:
                seen[family] = number
            elif family in excused:
                self.verdict.excused += 1
            else:
                kind = "one file, several versions" if len(numbers) > 1 else "one file, not all its rules"
                self._fault(kind, article, f"{sorted(fired[family])} of {sorted(numbers)}", last)
                return None
        return seen

    def _find(self, seen: Mapping[int, int], first: int, last: int) -> int | None:
        """The first moment in which the folder said all this."""
        for at in range(first, last + 1):
            serves = self._serves[at]
            if all(
                self._fits(family, number, serves.get(family, _NOTHING)) for family, number in seen.items()
            ):
                return at
        return None

    def _fits(self, family: int, number: int, serves: frozenset[int]) -> bool:
        """Whether this is seen of a family if one of these versions is served."""
        if number == NONE:  # or the article is too old or too new to have the version's token
            return any(one not in self._has[family] for one in serves)
        return number in serves

    def _tell(self, at: int, handled: float) -> None:
        """Each edit that is live now for the first time."""
        while self._told < at:
            self._told += 1
            moment, before = self._moments[self._told], self._moments[self._told - 1]
            if moment.serves != before.serves and not moment.restless:
                self.verdict.live.append(max(0.0, handled - moment.done))

    def _accuse(self, article: Article, seen: Mapping[int, int], last: int) -> None:
        if (at := self._find(seen, 0, last)) is not None:
            kind, what = "went back", f"to {self._moments[at].what!r}, moment {at} before {self._low}"
        elif NONE in seen.values() and all(
            self._find({family: number}, 0, last) is not None for family, number in seen.items() if number
        ):
            kind, what = "missed", "rules that were in the folder all the time"
        else:
            kind, what = "mixture", "of several moments"
        self._fault(kind, article, f"{what}: saw {dict(seen)}", last)

    def _fault(self, kind: str, article: Article, what: str, last: int) -> None:
        edits = "; ".join(
            f"{one.what} ({article.handled - one.done:.3f} s ago)"
            for one in self._moments[max(0, last - 4) : last + 1]
        )
        self.verdict.fault(kind, f"article {article.number}, {what}; edits: {edits}")


_NOTHING = frozenset((NONE,))


def _due(moments: Sequence[Moment], grace: float) -> list[float]:
    """When each moment must be seen: some time after the first rest behind it."""
    due = [0.0] * len(moments)
    rest = moments[-1].done
    for at in range(len(moments) - 1, -1, -1):
        if at + 1 < len(moments) and moments[at + 1].begun - moments[at].done >= QUIET:
            rest = moments[at].done
        due[at] = rest + QUIET + grace + (LOOK if moments[at].unseen else 0.0)
    return [min(due[at:]) if moments[at].unseen else due[at] for at in range(len(due))]


def _serves(moments: Sequence[Moment], due: Sequence[float]) -> list[dict[int, frozenset[int]]]:
    """The versions of each family that an article may see at each moment: several only where a file is broken,
    since its last good version is the one that was loaded last."""
    found: list[dict[int, frozenset[int]]] = []
    since = 0
    for at, moment in enumerate(moments):
        serves = {family: frozenset((version.number,)) for family, version in moment.serves.items()}
        if moment.broken:
            if not moments[at - 1].broken:
                since = max(0, bisect.bisect_right(due, moment.begun) - 1)
            while_ = moments[since : at + 1]
            for family in _unsure(while_):
                places = {one.files.get(family) for one in while_}
                served = {one.serves[family].number for one in while_ if family in one.serves}
                serves[family] = frozenset(served | ({NONE} if len(places) > 1 else set()))
        found.append(serves)
    return found


def _unsure(moments: Sequence[Moment]) -> set[int]:
    """Families that lay in a file that is broken, or in one with rules that a broken file has as well, or in one
    with rules of such a file in turn: a file with ids that another has keeps its last good version too."""
    files = set().union(*(moment.broken for moment in moments))
    families: set[int] = set()
    while True:
        more = {family for moment in moments for family, name in moment.files.items() if name in files}
        if more == families:
            return families
        families = more
        files |= {name for moment in moments for family, name in moment.files.items() if family in families}
