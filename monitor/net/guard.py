"""Which addresses an outgoing connection may go to. Pure: addresses in, verdicts out.

The networks are listed here, not taken from ``ipaddress.is_global``, which lets multicast, site-local
and translated addresses pass. Source: the IANA special-purpose registries (RFC 6890 and its updates).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)

Network = IPv4Network | IPv6Network

_REFUSED_4: tuple[tuple[IPv4Network, str], ...] = tuple(
    (IPv4Network(cidr), name)
    for cidr, name in (
        ("0.0.0.0/8", "this network"),
        ("10.0.0.0/8", "private"),
        ("100.64.0.0/10", "shared by a carrier"),
        ("127.0.0.0/8", "loopback"),
        ("169.254.0.0/16", "link-local"),
        ("172.16.0.0/12", "private"),
        ("192.0.0.0/24", "reserved for protocols"),
        ("192.0.2.0/24", "documentation"),
        ("192.88.99.0/24", "6to4 relay"),
        ("192.168.0.0/16", "private"),
        ("198.18.0.0/15", "benchmarking"),
        ("198.51.100.0/24", "documentation"),
        ("203.0.113.0/24", "documentation"),
        ("224.0.0.0/4", "multicast"),
        ("240.0.0.0/4", "reserved"),
    )
)
_GLOBAL_6 = IPv6Network("2000::/3")  # the only range IANA has given out for global unicast
_REFUSED_6: tuple[tuple[IPv6Network, str], ...] = tuple(
    (IPv6Network(cidr), name)
    for cidr, name in (
        ("::/128", "unspecified"),
        ("::1/128", "loopback"),
        ("::/96", "IPv4-compatible"),
        ("64:ff9b::/96", "NAT64"),
        ("64:ff9b:1::/48", "NAT64"),
        ("100::/64", "discard"),
        ("2001::/32", "Teredo"),
        ("2001::/23", "reserved for protocols"),
        ("2001:db8::/32", "documentation"),
        ("2002::/16", "6to4"),
        ("3fff::/20", "documentation"),
        ("5f00::/16", "segment routing"),
        ("fc00::/7", "private"),
        ("fe80::/10", "link-local"),
        ("fec0::/10", "site-local"),
        ("ff00::/8", "multicast"),
    )
)
_NAT64 = (IPv6Network("64:ff9b::/96"), IPv6Network("64:ff9b:1::/48"))
_COMPATIBLE = IPv6Network("::/96")
_ISATAP = (0x00005EFE, 0x02005EFE)  # upper half of the interface identifier


class NetworkListError(ValueError):
    """An entry of an allow list is not a network."""


def parse_networks(cidrs: Iterable[str]) -> tuple[Network, ...]:
    """The networks in ``cidrs``; a bare address is a network of one.

    Raises ``NetworkListError`` naming the entry that is none, or that has bits beyond its mask.
    """
    networks = []
    for cidr in cidrs:
        try:
            networks.append(ip_network(cidr.strip()))
        except ValueError as error:
            raise NetworkListError(f"not a network in CIDR form: {cidr!r} ({error})") from None
    return tuple(networks)


def refusal(address: str, allow: tuple[Network, ...] = ()) -> str | None:
    """Why ``address`` must not be connected to, or none if it may.

    An address that carries an IPv4 address (NAT64, 6to4, Teredo, ISATAP, IPv4-compatible) is judged
    as both: listing NAT64's prefix in ``allow`` does not open the private networks behind it. An
    IPv4-mapped address is judged as the IPv4 address that the system would really connect to.
    """
    try:
        ip = ip_address(address.partition("%")[0])
    except ValueError:
        return f"{address!r} is not an IP address"
    if isinstance(ip, IPv6Address) and ip.ipv4_mapped is not None:
        ip = ip.ipv4_mapped
    verdict = _verdict(ip, allow)
    if verdict is not None:
        return verdict
    if isinstance(ip, IPv6Address):
        for inner in _embedded(ip):
            verdict = _verdict(inner, allow)
            if verdict is not None:
                return f"{ip} leads to {verdict}"
    return None


def _verdict(ip: IPv4Address | IPv6Address, allow: tuple[Network, ...]) -> str | None:
    if any(ip.version == network.version and ip in network for network in allow):
        return None
    if isinstance(ip, IPv4Address):
        name = next((name for network, name in _REFUSED_4 if ip in network), None)
    else:
        name = next((name for network, name in _REFUSED_6 if ip in network), None)
        if name is None and ip not in _GLOBAL_6:
            name = "not globally routed"
    return None if name is None else f"{ip} ({name})"


def _embedded(ip: IPv6Address) -> Iterator[IPv4Address]:
    low = int(ip) & 0xFFFFFFFF
    if ip.sixtofour is not None:
        yield ip.sixtofour
    if ip.teredo is not None:
        yield from ip.teredo
    if (any(ip in network for network in _NAT64) and low) or (ip in _COMPATIBLE and low > 1):
        yield IPv4Address(low)
    if (int(ip) >> 32) & 0xFFFFFFFF in _ISATAP:
        yield IPv4Address(low)
