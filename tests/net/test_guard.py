from __future__ import annotations

import pytest

from monitor.net.guard import NetworkListError, parse_networks, refusal


@pytest.mark.parametrize(
    "address",
    [
        "8.8.8.8",
        "1.1.1.1",
        "172.15.255.255",
        "172.32.0.1",
        "2606:4700::1111",
        "::ffff:8.8.8.8",
        "2a00:1450::1",
    ],
)
def test_public_addresses_pass(address: str) -> None:
    assert refusal(address) is None


@pytest.mark.parametrize(
    ("address", "word"),
    [
        ("127.0.0.1", "loopback"),
        ("127.255.255.254", "loopback"),
        ("0.0.0.0", "this network"),
        ("10.1.2.3", "private"),
        ("172.16.0.1", "private"),
        ("172.31.255.255", "private"),
        ("192.168.1.1", "private"),
        ("100.64.0.1", "carrier"),
        ("169.254.169.254", "link-local"),
        ("224.0.0.1", "multicast"),
        ("255.255.255.255", "reserved"),
        ("198.18.0.1", "benchmarking"),
        ("192.0.2.1", "documentation"),
        ("::1", "loopback"),
        ("::", "unspecified"),
        ("fe80::1", "link-local"),
        ("fe80::1%eth0", "link-local"),
        ("fc00::1", "private"),
        ("fec0::1", "site-local"),
        ("ff02::1", "multicast"),
        ("::127.0.0.1", "IPv4-compatible"),
        ("::ffff:127.0.0.1", "loopback"),
        ("::ffff:169.254.169.254", "link-local"),
        ("64:ff9b::8.8.8.8", "NAT64"),
        ("64:ff9b::a9fe:a9fe", "NAT64"),
        ("2002:7f00:1::", "6to4"),
        ("2002:808:808::", "6to4"),
        ("2001:0:4136:e378:8000:63bf:3fff:fdd2", "Teredo"),
        ("2001:db8::1", "documentation"),
        ("4000::1", "not globally routed"),
        ("2606:4700::5efe:10.0.0.1", "private"),
        ("example.org", "not an IP address"),
        ("", "not an IP address"),
    ],
)
def test_addresses_that_are_not_public_are_refused(address: str, word: str) -> None:
    assert word in (refusal(address) or "")


@pytest.mark.parametrize(
    ("allow", "address", "passes"),
    [
        (["127.0.0.0/8"], "127.0.0.1", True),
        (["127.0.0.0/8"], "::1", False),
        (["127.0.0.0/8"], "::ffff:127.0.0.1", True),
        (["10.1.0.0/16"], "10.2.0.1", False),
        (["10.1.2.3"], "10.1.2.3", True),
        (["64:ff9b::/96"], "64:ff9b::8.8.8.8", True),
        (["64:ff9b::/96"], "64:ff9b::169.254.169.254", False),
        (["64:ff9b::/96", "10.0.0.0/8"], "64:ff9b::10.0.0.1", True),
        (["2002::/16"], "2002:7f00:1::", False),
        (["2002::/16"], "2002:808:808::", True),
        (["64:ff9b:1::/48"], "64:ff9b:1::a9fe:a9fe", False),
    ],
)
def test_the_allow_list_opens_what_it_names_and_nothing_behind_it(
    allow: list[str], address: str, passes: bool
) -> None:
    assert (refusal(address, parse_networks(allow)) is None) is passes


@pytest.mark.parametrize("entry", ["10.0.0.1/8", "localhost", "10.0.0.0/33", ""])
def test_a_bad_entry_of_the_allow_list_is_named(entry: str) -> None:
    with pytest.raises(NetworkListError, match="CIDR"):
        parse_networks([entry])
