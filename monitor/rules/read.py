"""From a file's document to its rules, with every problem where it stands."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time
from difflib import get_close_matches

import msgspec
from pydantic import ValidationError

from monitor.lexicon.schema import Lexicon
from monitor.located import Key, Place, Problem, problems_of
from monitor.matching.clauses import All, Clause
from monitor.matching.rule import Rule, Where
from monitor.rules.book import Draft, FileDrafts, LoadedFile, LoadedRule, Outcome
from monitor.rules.clauses import ClauseReader, Report
from monitor.rules.extends import MOST_PARENTS, Chain, chain_of, filtered, merged
from monitor.rules.query.errors import InvalidQuery
from monitor.rules.query.parse import MOST_MISTAKES, Query, parse_query
from monitor.rules.query.place import place_in_yaml
from monitor.rules.schema import RuleModel, WhereModel

SECTIONS = ("rules", "entities", "concepts")
ELSEWHERE = ("feeds", "subscribers", "subscriptions", "operator", "default")
"""Keys of files in a rule folder that others read."""


class Others(msgspec.Struct, frozen=True):
    """The rules that one may extend, and the files of those that have errors, by id."""

    drafts: Mapping[str, Draft]
    broken: Mapping[str, str]


_canonical = msgspec.json.Encoder(order="deterministic")


def read_drafts(file: LoadedFile) -> FileDrafts:
    """The rules of a file, as far as the file alone can say. Raises ``InvalidFile``."""
    if file.drafts is None:
        file.drafts = _read_drafts(file)
    return file.drafts


def _read_drafts(file: LoadedFile) -> FileDrafts:
    located = file.located
    problems = list(_sections(file))
    entries = located.value.get("rules") if isinstance(located.value, dict) else None
    if entries is not None and not isinstance(entries, list):
        problems.append(located.problem(("rules",), "'rules' must be a list", "begin each rule with a dash"))
        entries = None
    drafts: list[Draft] = []
    broken: set[str] = set()
    for number, value in enumerate(entries or ()):
        place = ("rules", number)
        try:
            model = RuleModel.model_validate(value)
        except ValidationError as error:
            problems.extend(problems_of(error, located, place, RuleModel))
            if isinstance(value, dict) and isinstance(value.get("id"), str):
                broken.add(value["id"])
            continue
        found: list[Problem] = []
        query = _query(file, number, model, found)
        draft = Draft(file, number, located.at(place)[0], model, query)
        _check(draft, found)
        problems.extend(dict.fromkeys(found))
        if found:
            broken.add(model.id)
        else:
            drafts.append(draft)
    extending = any(draft.model.extends is not None for draft in drafts)
    return FileDrafts(tuple(drafts), tuple(problems), frozenset(broken), extending)


def _sections(file: LoadedFile) -> Iterable[Problem]:
    located = file.located
    if located.value is None:
        return
    if not isinstance(located.value, dict):
        yield located.problem((), "must be a mapping", f"with one of {', '.join(SECTIONS)}")
        return
    for key in located.value:
        if key not in SECTIONS and key not in ELSEWHERE:
            yield located.problem((key,), f"unknown key {key!r}", f"a rule file has {', '.join(SECTIONS)}")


def _query(file: LoadedFile, number: int, model: RuleModel, found: list[Problem]) -> Query | None:
    if model.query is None:
        return None
    try:
        return parse_query(model.query)
    except InvalidQuery as error:
        for mistake in error.mistakes:
            message = f"rule {model.id}: query: {mistake.message}"
            found.append(_in_query(file, number, model.query, mistake.at, message, mistake.remedy))
        return None


def _in_query(file: LoadedFile, number: int, query: str, at: int, message: str, remedy: str) -> Problem:
    """A problem at a character of a rule's query."""
    line, column = file.located.at(("rules", number, "query"))
    place = place_in_yaml(*file.text, line, column, query, at)
    if place is None:
        return Problem(file.name, line, column, f"{message} (character {at + 1} of the query)", remedy)
    return Problem(file.name, *place, message, remedy)


def _check(draft: Draft, found: list[Problem]) -> None:
    """What is wrong with a rule's keys together."""
    model, located = draft.model, draft.file.located
    place: Place = ("rules", draft.number)

    def report(at: Sequence[Key], message: str, remedy: str) -> None:
        found.append(located.problem((*place, *at), f"rule {model.id}: {message}", remedy))

    if model.match is None and model.query is None and model.extends is None:
        report((), "'match' is missing", "add it, or `query`, or `extends`")
    if model.match is not None and model.query is not None:
        report(("query",), "'query' stands beside 'match'", "keep one of them")
    filters = draft.query.filters if draft.query is not None else {}
    for key in filters:
        given = getattr(model.where, key, None) or getattr(model.where.sources, key, None)
        if given and not key.startswith("exclude") and draft.query is not None and model.query is not None:
            message = f"rule {model.id}: query: {key!r} stands in 'where' as well"
            at = draft.query.filters_at[key]
            found.append(_in_query(draft.file, draft.number, model.query, at, message, "keep one of them"))
    if not found:
        _check_where(_where(filtered(draft)), report)
    for number, example in enumerate(model.examples):
        if (example.fires is None) == (example.silent is None):
            report(("examples", number), "an example has either 'fires' or 'silent'", "give one of them")
        elif example.silent is not None and example.evidence is not None:
            report(
                ("examples", number, "evidence"), "'evidence' has no meaning here", "it belongs to 'fires'"
            )


def read_rule(draft: Draft, lexicon: Lexicon, others: Others, previous: Mapping[str, LoadedRule]) -> Outcome:
    """What becomes of a draft. A rule that comes out as it is in ``previous`` is the same object."""
    model, file = draft.model, draft.file
    found: list[Problem] = []
    place: Place = ("rules", draft.number)

    def report(at: Sequence[Key], message: str, remedy: str) -> None:
        found.append(file.located.problem((*place, *at), f"rule {model.id}: {message}", remedy))

    def own(at: Sequence[Key], message: str, remedy: str) -> None:
        if at[0] == "query" and len(found) >= MOST_MISTAKES:
            return
        if at[0] == "query" and draft.query is not None and model.query is not None:
            text, character = f"rule {model.id}: {message}", draft.query.at(at[1:])
            found.append(_in_query(file, draft.number, model.query, character, text, remedy))
        elif at[0] == "let" and at[1] not in model.let:
            report(("extends",), f"{message}, in a clause {at[1]!r} that it takes", remedy)
        else:
            report(at, message, remedy)

    chain = chain_of(draft, others.drafts)
    if chain.trouble:
        report(("extends",), *_trouble(model.id, chain, others))
        return Outcome(draft, None, tuple(found), frozenset(), chain.asked)
    whole = merged(draft, chain.parents)
    reader = ClauseReader(lexicon, whole.let, own)
    clauses: list[Clause] = []
    for parent in reversed(chain.parents):
        if parent.model.match is not None or parent.query is not None:
            reader.report = _of_parent(parent.model.id, model, report)
            clauses.append(_clause(reader, parent))
    reader.report = own
    if model.match is not None or draft.query is not None:
        clauses.append(_clause(reader, draft))
    for name, named in model.let.items():  # those that nothing uses as well
        reader.read(named, ("let", name))
    where = _where(whole.where)
    if chain.parents:
        _check_where(where, report)
    loaded = None
    if not found:
        rule = _rule(whole, clauses[0] if len(clauses) == 1 else All(tuple(clauses)), where)
        known = previous.get(rule.id)
        if known is not None and known.rule.version == rule.version:
            rule = known.rule
        loaded = LoadedRule(rule, file.name, draft.line, whole, draft.number)
    return Outcome(draft, loaded, tuple(dict.fromkeys(found)), frozenset(reader.named), chain.asked)


def _clause(reader: ClauseReader, draft: Draft) -> Clause:
    if draft.query is not None:
        return reader.read(draft.query.clause, ("query",))
    assert draft.model.match is not None
    return reader.read(draft.model.match, ("match",))


def _of_parent(parent: str, model: RuleModel, report: Report) -> Report:
    """Problems of a clause that is taken: at the child's own ``let``, else once, at ``extends``."""
    told = False

    def tell(at: Sequence[Key], message: str, remedy: str) -> None:
        nonlocal told
        if at[0] == "let" and at[1] in model.let:
            report(at, message, remedy)
        elif not told:
            told = True
            report(("extends",), f"{parent!r} cannot be taken: {message}", remedy)

    return tell


def _trouble(id: str, chain: Chain, others: Others) -> tuple[str, str]:
    """Message and remedy of a chain that cannot be followed."""
    match chain.trouble:
        case "circle":
            names = [id, *(one for one, _ in chain.asked), chain.at]
            return f"extends itself: {' → '.join(names)}", "break the circle"
        case "long":
            return f"extends more than {MOST_PARENTS} rules in a row", "extend a nearer one"
    if chain.at in others.broken:
        return f"extends {chain.at!r}, which has errors", f"correct it in {others.broken[chain.at]} first"
    close = get_close_matches(chain.at, others.drafts, n=3, cutoff=0.6)
    remedy = f"did you mean {' or '.join(map(repr, close))}?" if close else "give the id of a rule"
    return f"extends {chain.at!r}, but there is no such rule", remedy


def _rule(model: RuleModel, clause: Clause, where: Where) -> Rule:
    rule = Rule(
        id=model.id,
        version="",
        title=model.title or model.id,
        clause=clause,
        status=model.status,
        severity=model.severity,
        tags=model.tags,
        where=where,
        again=model.again,
        expires=_moment(model.expires),
        subscribers=model.subscribers,
    )
    version = hashlib.sha256(_canonical.encode(rule)).hexdigest()[:16]
    return msgspec.structs.replace(rule, version=version)


def _where(model: WhereModel) -> Where:
    sources = model.sources
    return Where(
        languages=model.languages or (),
        exclude_languages=model.exclude_languages or (),
        sources=sources.ids or (),
        exclude_sources=sources.exclude or (),
        tags=sources.tags or (),
        exclude_tags=sources.exclude_tags or (),
        countries=sources.countries or (),
        exclude_countries=sources.exclude_countries or (),
        sites=sources.sites or (),
        exclude_sites=sources.exclude_sites or (),
        max_age=model.max_age,
        min_length=model.min_length,
        max_length=model.max_length,
    )


def _check_where(where: Where, report: Report) -> None:
    """Filters that let nothing pass."""
    if where.max_length and where.min_length > where.max_length:
        report(
            ("where", "max_length"),
            f"no text has {where.min_length} characters or more and {where.max_length} or fewer",
            "swap min_length and max_length",
        )
    for wanted, unwanted, place in (
        (where.languages, where.exclude_languages, ("exclude_languages",)),
        (where.sources, where.exclude_sources, ("sources", "exclude")),
        (where.tags, where.exclude_tags, ("sources", "exclude_tags")),
        (where.countries, where.exclude_countries, ("sources", "exclude_countries")),
        (where.sites, where.exclude_sites, ("sources", "exclude_sites")),
    ):
        for both in sorted(set(wanted) & set(unwanted)):
            report(("where", *place), f"{both!r} is wanted and excluded", "keep one of them")


def _moment(value: datetime | date | None) -> datetime | None:
    """A bare date means its end, in UTC."""
    if value is None or isinstance(value, datetime):
        return value
    return datetime.combine(value, time.max, UTC)
