"""Canonical URLs and article ids: the same article keeps one address and one id."""

from __future__ import annotations

import hashlib
import re
from ipaddress import ip_address
from urllib.parse import SplitResult, unquote, urljoin, urlsplit

MAX_URL = 4096  # characters; longer ones are not addresses of articles

_PORTS = {"http": 80, "https": 443}
_UNSAFE = re.compile(r"[\x00-\x20\x7f<>\"\\^`{|}]")

# Parameters that say where a reader came from, never what is shown. Closed on purpose: a wrong entry
# would make one article of two.
TRACKING_PREFIXES = ("utm_", "at_custom", "pk_", "mtm_", "hsa_", "vero_", "stm_", "itm_")
_TRACKING = """
    fbclid gclid gclsrc dclid wbraid gbraid msclkid twclid ttclid yclid ymclid igshid igsh li_fat_id
    mc_cid mc_eid _hsenc _hsmi __hssc __hstc hsctatracking mkt_tok oly_anon_id oly_enc_id ml_subscriber
    ml_subscriber_hash s_cid ncid cmpid cmp icid ocid smid sfmc_id sfmc_activityid fb_action_ids
    fb_action_types fb_ref fb_source _openstat wickedid rb_clickid spm srsltid trk trkcampaign wt.mc_id
    wt_mc at_medium at_campaign at_link_id at_bbc_team at_link_type at_ptr_name at_format mibextid
    echobox guccounter guce_referrer guce_referrer_sig __twitter_impression _ga _gl soc_src soc_trk
"""
TRACKING = frozenset(_TRACKING.split())
# Hosts that show the same pages in another shape.
_SHAPES = ("www.", "m.", "amp.", "mobile.")


def _split(url: str) -> SplitResult | None:
    if not url or len(url) > MAX_URL:
        return None
    try:
        parts = urlsplit(url.strip())
        _ = parts.port  # raises for a port that is no number
    except ValueError:
        return None
    if parts.scheme.lower() not in _PORTS or not parts.hostname:
        return None
    return parts


def _tracks(parameter: str) -> bool:
    name = unquote(parameter.partition("=")[0]).lower()
    return name in TRACKING or name.startswith(TRACKING_PREFIXES)


def canonical_url(url: str) -> str:
    """``url`` in its canonical spelling, empty unless it is an absolute http(s) URL.

    Scheme and host in lower case; without default port, user, fragment and tracking parameters. The
    other parameters keep their order and their spelling.
    """
    parts = _split(url)
    if parts is None:
        return ""
    scheme = parts.scheme.lower()
    host = (parts.hostname or "").rstrip(".")
    if not host or _UNSAFE.search(host):
        return ""
    if ":" in host:
        host = f"[{host}]"
    if parts.port is not None and parts.port != _PORTS[scheme]:
        host = f"{host}:{parts.port}"
    query = "&".join(p for p in parts.query.split("&") if p and not _tracks(p))
    path = _UNSAFE.sub(lambda found: f"%{ord(found.group()):02X}", parts.path) or "/"
    query = _UNSAFE.sub(lambda found: f"%{ord(found.group()):02X}", query)
    return f"{scheme}://{host}{path}{'?' + query if query else ''}"


def _site(parts: SplitResult) -> tuple[str, int | None]:
    host = (parts.hostname or "").rstrip(".")
    for shape in _SHAPES:
        if host.startswith(shape) and host.count(".") > 1:
            host = host[len(shape) :]
            break
    port = parts.port
    return host, None if port in (None, 80, 443) else port


def same_site(url: str, other: str) -> bool:
    """Whether two http(s) URLs are of one host, or one host lies below the other; ports must agree."""
    first, second = _split(url), _split(other)
    if first is None or second is None:
        return False
    (host, port), (other_host, other_port) = _site(first), _site(second)
    if port != other_port:
        return False
    if host == other_host:
        return True
    short, long = sorted((host, other_host), key=len)
    if _is_address(short) or _is_address(long):
        return False
    return "." in short and long.endswith("." + short)


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def page_canonical(declared: str, url: str) -> str:
    """The canonical URL of a page at ``url`` that declares ``declared`` (may be relative or empty).

    A declared URL counts only if it is http(s) and of the same site (anyone can declare anything);
    without a ``url`` to compare with it is taken as it stands. Else ``url`` in canonical spelling.
    """
    own = canonical_url(url)
    declared = declared.strip()
    if not declared or len(declared) > MAX_URL:
        return own
    try:
        joined = urljoin(url, declared) if own else declared
    except ValueError:
        return own
    found = canonical_url(joined)
    if not found:
        return own
    if own and not same_site(found, own):
        return own
    # Many sites declare their home page for every article; it names none.
    if own and urlsplit(found).path == "/" and not urlsplit(found).query and found != own:
        return own
    return found


def article_id(source_id: str, guid: str, url: str, content: str = "") -> str:
    """24 hex digits for an article of a source: by its guid, else its canonical URL, else its content.

    ``content`` is what to go by when an item has neither guid nor URL (its title and text).
    """
    address = canonical_url(url) or url.strip()
    if guid.strip():
        kind, name = "guid", guid.strip()
    elif address:
        kind, name = "url", address
    else:
        kind, name = "content", content
    joined = "\0".join((source_id, kind, name)).encode("utf-8", "surrogatepass")
    return hashlib.sha256(joined).hexdigest()[:24]
