"""A rule as matching and alerting use it, after its file was read and checked."""

from __future__ import annotations

from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from urllib.parse import urlsplit

import msgspec

from monitor.matching.clauses import Clause
from monitor.records import RuleStatus, Severity, Source


class Where(msgspec.Struct, frozen=True, kw_only=True):
    """Metadata filters; what is unknown passes. Globs are those of a shell."""

    languages: tuple[str, ...] = ()
    exclude_languages: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()  # globs on the source's id
    exclude_sources: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    exclude_tags: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    exclude_countries: tuple[str, ...] = ()
    sites: tuple[str, ...] = ()  # globs on the host of the article's address; met by its subdomains too
    exclude_sites: tuple[str, ...] = ()
    max_age: timedelta | None = None
    min_length: int = 0  # code points of the text
    max_length: int = 0  # 0: no limit

    def refuses(
        self,
        *,
        language: str,
        source: Source,
        published: datetime | None,
        seen: datetime | None,
        length: int,
        url: str = "",
    ) -> str:
        """The filter that refuses such an article, or an empty string.

        ``url`` is the article's own address, not its feed's; empty if unknown.
        """
        if self.languages and language and language not in self.languages:
            return "languages"
        if language and language in self.exclude_languages:
            return "exclude_languages"
        if self.sources and source.id and not any(fnmatchcase(source.id, glob) for glob in self.sources):
            return "sources"
        if source.id and any(fnmatchcase(source.id, glob) for glob in self.exclude_sources):
            return "sources.exclude"
        if self.tags and source.tags and not set(self.tags) & set(source.tags):
            return "sources.tags"
        if set(self.exclude_tags) & set(source.tags):
            return "sources.exclude_tags"
        if self.countries and source.country and source.country not in self.countries:
            return "sources.countries"
        if source.country and source.country in self.exclude_countries:
            return "sources.exclude_countries"
        if (self.sites or self.exclude_sites) and (host := _host(url)):
            if self.sites and not any(_is_site(host, site) for site in self.sites):
                return "sources.sites"
            if any(_is_site(host, site) for site in self.exclude_sites):
                return "sources.exclude_sites"
        if (
            self.max_age is not None
            and published is not None
            and seen is not None
            and seen - published > self.max_age
        ):
            return "max_age"
        if length < self.min_length:
            return "min_length"
        if self.max_length and length > self.max_length:
            return "max_length"
        return ""


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").rstrip(".")
    except ValueError:  # no web address
        return ""


def _is_site(host: str, site: str) -> bool:
    """Whether ``host`` is the site or a subdomain of it."""
    return fnmatchcase(host, site) or fnmatchcase(host, f"*.{site}")


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """One watch rule. ``version`` is the hash of its content as loaded."""

    id: str
    version: str
    title: str
    clause: Clause
    status: RuleStatus = "active"
    severity: Severity = "medium"
    tags: tuple[str, ...] = ()
    where: Where = Where()
    again: tuple[str, ...] = ()
    expires: datetime | None = None
    subscribers: tuple[str, ...] = ()
