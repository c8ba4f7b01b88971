"""The filters of ``where``, one by one: what each wants, what the article has, what comes of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from monitor.durations import format_duration
from monitor.matching.rule import Where
from monitor.records import Source
from monitor.rules.explain.model import Filter, Passing


def filters(
    where: Where,
    *,
    language: str,
    source: Source,
    published: datetime | None,
    seen: datetime | None,
    length: int,
    url: str = "",
) -> tuple[Filter, ...]:
    """Every filter that is set. The verdict of each is that of ``Where.refuses`` with this filter alone."""

    def outcome(alone: Where, *, known: bool) -> Passing:
        refused = alone.refuses(
            language=language, source=source, published=published, seen=seen, length=length, url=url
        )
        return "refuses" if refused else "passes" if known else "unknown"

    found: list[Filter] = []
    for name, field, wanted, value, known in _set(where, language, source, published, seen, length, url):
        alone = Where(**{field: getattr(where, field)})
        found.append(Filter(name, wanted, value, outcome(alone, known=known)))
    return tuple(found)


def _set(
    where: Where,
    language: str,
    source: Source,
    published: datetime | None,
    seen: datetime | None,
    length: int,
    url: str,
) -> Iterator[tuple[str, str, str, str, bool]]:
    """Name, field of ``Where``, what is wanted, what the article has, whether that is known."""
    tags = ", ".join(source.tags)
    for name, field, value in (
        ("languages", "languages", language),
        ("exclude_languages", "exclude_languages", language),
        ("sources.ids", "sources", source.id),
        ("sources.exclude", "exclude_sources", source.id),
        ("sources.tags", "tags", tags),
        ("sources.exclude_tags", "exclude_tags", tags),
        ("sources.countries", "countries", source.country),
        ("sources.exclude_countries", "exclude_countries", source.country),
        ("sources.sites", "sites", url),
        ("sources.exclude_sites", "exclude_sites", url),
    ):
        wanted: Sequence[str] = getattr(where, field)
        if wanted:
            none_of = "none of " if "exclude" in name else ""
            yield name, field, none_of + ", ".join(wanted), value, bool(value)
    if where.max_age is not None:
        known = published is not None and seen is not None
        age = format_duration((seen - published).total_seconds()) if published and seen else ""
        yield "max_age", "max_age", f"at most {format_duration(where.max_age.total_seconds())}", age, known
    size = f"{length} characters"
    if where.min_length:
        yield "min_length", "min_length", f"at least {where.min_length}", size, True
    if where.max_length:
        yield "max_length", "max_length", f"at most {where.max_length}", size, True
