"""The rules that a backtest is about, and those that it is compared with, from words on the command line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
import typer

from monitor.backtest.rulesets import (
    RuleSet,
    as_loaded,
    at_version,
    same_lexicon,
    same_rules,
    with_file,
    with_folder,
    with_rule,
)
from monitor.backtest.versions import rules_at
from monitor.cli.packs import pack_for
from monitor.located import Problem


class Against(msgspec.Struct, frozen=True, kw_only=True):
    """Rules before a change. ``pairs`` are the ids of those under test there, by their ids now."""

    label: str
    rules: RuleSet
    pairs: Mapping[str, str]
    lexicon: str  # whose it is, in words
    alike: bool  # nothing differs that could change an article's reading
    versions: Mapping[str, tuple[str, str]]  # now and then, by the ids of now

    @property
    def problems(self) -> tuple[Problem, ...]:
        return self.rules.problems

    def notes(self, rule: str) -> tuple[str, ...]:
        """What is to be said of the comparison."""
        if rule not in self.pairs:
            return (f"there is no rule {rule} there: every fire is new",)
        if self.alike:
            return ("nothing differs: the same rules, the same lexicon",)
        now, then = self.versions[rule]
        renamed = f", {self.pairs[rule]} there," if self.pairs[rule] != rule else ""
        rule_words = f"the rule{renamed} {'is the same' if now == then else 'differs'}"
        return (f"{rule_words}; {self.lexicon}",)


def load_sets(subject: str, rules: Sequence[Path], against: str | None) -> tuple[RuleSet, Against | None]:
    """Rules under test, and what they are compared with. Raises ``BacktestError``, ``InvalidFile``."""
    pack = pack_for(rules)
    is_file = Path(subject).suffix.lower() in (".yaml", ".yml") or Path(subject).is_file()
    now = with_file(Path(subject), rules, pack) if is_file else with_rule(subject, rules, pack)
    if against is None:
        return now, None
    return now, _against(against, Path(subject) if is_file else None, now, rules, pack)


def _against(
    against: str, subject: Path | None, now: RuleSet, rules: Sequence[Path], pack: Path | None
) -> Against:
    ids = [loaded.rule.id for loaded in now.tested]
    other = Path(against)
    pairs = {id: id for id in ids}
    if other.is_dir():
        then = with_folder(other, ids)
        label = f"the rules in {against}"
    elif other.is_file() or other.suffix.lower() in (".yaml", ".yml"):
        then = with_file(other, rules, pack)
        label = against
        if len(ids) == len(then.tested) == 1:
            pairs = {ids[0]: then.tested[0].rule.id}
    else:
        first = as_loaded(subject, rules) if subject is not None else None
        with TemporaryDirectory(prefix="monitor-") as folder:
            version = rules_at(against, rules, Path(folder), first=first)
            then = at_version(version, now.book.spoken, ids, pack)
        label = f"{against} ({version.commit}, {version.date})"
    there = {loaded.rule.id: loaded.rule.version for loaded in then.tested}
    pairs = {id: older for id, older in pairs.items() if older in there}
    if not pairs and (other.is_dir() or other.is_file()):
        raise typer.BadParameter(f"{against} has none of the rules {', '.join(ids)}")
    lexicon = "the lexicon is the same" if same_lexicon(now.book, then.book) else "the lexicon differs"
    return Against(
        label=label,
        rules=then,
        pairs=pairs,
        lexicon=lexicon,
        alike=same_rules(now, then),
        versions={
            loaded.rule.id: (loaded.rule.version, there[pairs[loaded.rule.id]])
            for loaded in now.tested
            if loaded.rule.id in pairs
        },
    )
