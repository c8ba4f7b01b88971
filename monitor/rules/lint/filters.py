"""Metadata filters that contradict themselves, or that no feed meets; frames' roles and cues."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase

from monitor.matching.clauses import DEFAULT_UNLESS, Frame
from monitor.matching.frames.model import CUES
from monitor.matching.rule import Where
from monitor.records import Source
from monitor.rules.lint.finding import Check, Finding
from monitor.rules.lint.never import ROLES
from monitor.rules.lint.subject import Context, Subject


def _contradiction(subject: Subject, context: Context) -> Iterator[Finding]:
    where = subject.rule.where
    for key, other, wanted, refused in (
        ("ids", "exclude", where.sources, where.exclude_sources),
        ("tags", "exclude_tags", where.tags, where.exclude_tags),
        ("countries", "exclude_countries", where.countries, where.exclude_countries),
        ("sites", "exclude_sites", where.sites, where.exclude_sites),
        ("languages", "exclude_languages", where.languages, where.exclude_languages),
    ):
        if wanted and all(any(fnmatchcase(one, glob) for glob in refused) for one in wanted):
            inside = () if key == "languages" else ("sources",)
            yield Finding(
                ("where", *inside, other),
                f"{other} leaves out all that {key} takes",
                f"remove what is in both from {other}",
            )


def _no_source(subject: Subject, context: Context) -> Iterator[Finding]:
    where = subject.rule.where
    if not context.sources:
        return
    for key, globs in (("ids", where.sources), ("exclude", where.exclude_sources)):
        for number, glob in enumerate(globs):
            if not any(fnmatchcase(source.id, glob) for source in context.sources):
                yield Finding(
                    ("where", "sources", key, number),
                    f"no feed in feeds.yaml has the source {glob!r}",
                    "correct it; for articles from the inbox it may stay",
                )
    taken = [source for source in context.sources if _takes(where, source)]
    spoken = {source.language for source in taken}
    if taken and where.languages and "" not in spoken and spoken.isdisjoint(where.languages):
        yield Finding(
            ("where", "languages"),
            f"the feeds that the rule takes are in {', '.join(sorted(spoken))} only",
            "add a language or a source; for articles from the inbox it may stay",
        )


def _takes(where: Where, source: Source) -> bool:
    return not where.refuses(
        language="", source=source, published=None, seen=None, length=max(where.min_length, 1)
    )


def _role_not_taken(subject: Subject, context: Context) -> Iterator[Finding]:
    """One of several events, or of several names, does not go with a role: the others may."""
    for node in subject.tree.walk():
        frame = node.clause
        if not isinstance(frame, Frame):
            continue
        above = node.place[:-1] if node.place and node.place[-1] == "event" else node.place
        for role in ROLES:
            ids: tuple[str, ...] = getattr(frame, role)
            if not ids:
                continue
            taking = [context.takes(role, id) for id in frame.event]
            if any(taking) and not all(taking):
                for number, takes in enumerate(taking):
                    if not takes:
                        yield Finding(
                            (*above, "event", number),
                            f"{frame.event[number]} takes no {role}: it never fires this frame",
                            f"remove it, give it a frame of its own, or add {role} to its roles",
                        )
            filling = [context.fills(role, id) for id in ids]
            if any(filling) and not all(filling):
                for number, fills in enumerate(filling):
                    if not fills:
                        yield Finding(
                            (*above, role, number),
                            f"{ids[number]} is never the {role} of an event",
                            "remove it",
                        )


def _ignored_cue(subject: Subject, context: Context) -> Iterator[Finding]:
    for node in subject.tree.walk():
        frame = node.clause
        if not isinstance(frame, Frame) or frame.unless == DEFAULT_UNLESS:
            continue
        above = node.place[:-1] if node.place and node.place[-1] == "event" else node.place
        for number, id in enumerate(frame.unless):
            if id not in CUES:
                yield Finding(
                    (*above, "unless", number),
                    f"{id} is no cue: `unless` does nothing with it",
                    f"name one of {', '.join(sorted(CUES))}, or use `none`",
                )


CHECKS = (
    Check(
        "where-contradiction",
        "warning",
        "The filters of `where` leave out all that they take.",
        _contradiction,
    ),
    Check(
        "no-source",
        "info",
        "No feed in feeds.yaml has a source that the rule names, or a language that it takes.",
        _no_source,
    ),
    Check(
        "role-not-taken",
        "warning",
        "One of a frame's events never takes a role that the frame asks for, or one of the names never fills it.",
        _role_not_taken,
    ),
    Check("ignored-cue", "warning", "`unless` names a concept that is no cue.", _ignored_cue),
)
