"""Which URLs may be fetched, and how much of one may be shown."""

from __future__ import annotations

import httpx

from monitor.net.errors import RedirectError, Refused

MAX_URL = 8192  # characters


def origin(url: str) -> str:
    """Scheme, host and port of ``url``: what may be shown of it anywhere. Empty if it has none."""
    try:
        parsed = httpx.URL(url[:MAX_URL])
    except (httpx.InvalidURL, ValueError):
        return ""
    if not parsed.host:
        return ""
    netloc = f"[{parsed.host}]" if ":" in parsed.host else parsed.host
    return f"{parsed.scheme}://{netloc}" + (f":{parsed.port}" if parsed.port else "")


def target(url: str) -> httpx.URL:
    host = origin(url)
    if len(url) > MAX_URL:
        raise Refused(host, f"the URL is longer than {MAX_URL} characters")
    try:
        parsed = httpx.URL(url)
    except (httpx.InvalidURL, ValueError):
        raise Refused("", "not a URL") from None
    if parsed.scheme not in ("http", "https"):
        raise Refused(host, f"only http and https are fetched, not {parsed.scheme[:20]!r}")
    if not parsed.host:
        raise Refused("", "the URL names no host")
    return parsed


def redirected(base: httpx.URL, location: str) -> httpx.URL:
    here = origin(str(base))
    try:
        new = base.join(location.strip())
    except (httpx.InvalidURL, ValueError):
        raise RedirectError(here, "redirects to something that is no URL") from None
    try:
        return target(str(new.copy_with(fragment=None)))
    except Refused as error:
        raise RedirectError(here, f"redirects to a place that is not fetched: {error}") from None
