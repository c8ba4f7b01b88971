"""Results of examples as JUnit XML, which build servers read: a suite per rule file, a case per example.

Valid by the schema of Apache Ant's reports, the strictest that is in use: no attribute of our own.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec
from lxml import etree

from monitor.rules.examples import ExampleResult

_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LONGEST = 10_000  # characters of a text that is shown


class Timed(msgspec.Struct, frozen=True):
    """A result, how long it took in seconds, and what is printed about it."""

    result: ExampleResult
    seconds: float
    told: str


def junit(results: Sequence[Timed], errors: Sequence[str], begun: datetime) -> bytes:
    """The report, UTF-8 with a declaration. ``errors`` say what could not be loaded."""
    root = etree.Element("testsuites")
    by_file: dict[str, list[Timed]] = {}
    for one in results:
        by_file.setdefault(one.result.rule.file, []).append(one)
    for number, (file, cases) in enumerate(by_file.items()):
        suite = _suite(root, file, number, cases, begun)
        for case in cases:
            _case(suite, case)
        _outputs(suite)
    if errors:
        suite = _suite(root, "files that could not be loaded", len(by_file), (), begun, errors=len(errors))
        for error in errors:
            case = etree.SubElement(suite, "testcase", name=_token(error), classname="load", time="0")
            etree.SubElement(case, "error", type="load", message=legal(error))
        _outputs(suite)
    return bytes(etree.tostring(root, encoding="utf-8", xml_declaration=True, pretty_print=True))


def _suite(
    root: etree._Element,
    name: str,
    number: int,
    cases: Sequence[Timed],
    begun: datetime,
    errors: int = 0,
) -> etree._Element:
    suite = etree.SubElement(
        root,
        "testsuite",
        package="rules",
        id=str(number),
        name=_token(name),
        timestamp=begun.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S"),
        hostname="localhost",
        tests=str(len(cases) + errors),
        failures=str(sum(bool(one.result.failure) for one in cases)),
        errors=str(errors),
        time=f"{sum(one.seconds for one in cases):.6f}",
    )
    etree.SubElement(suite, "properties")
    return suite


def _case(suite: etree._Element, timed: Timed) -> None:
    result = timed.result
    kind = "fires" if result.wanted else "silent"
    case = etree.SubElement(
        suite,
        "testcase",
        name=_token(f"example {result.number} ({kind}): {result.text[:80]}"),
        classname=_token(result.rule.rule.id),
        time=f"{timed.seconds:.6f}",
    )
    if result.failure:
        failure = etree.SubElement(case, "failure", type=kind, message=legal(result.failure))
        failure.text = legal(timed.told[:_LONGEST])


def _outputs(suite: etree._Element) -> None:
    etree.SubElement(suite, "system-out")
    etree.SubElement(suite, "system-err")


def legal(text: str) -> str:
    """``text`` without the characters that no XML may hold, not even escaped."""
    return _ILLEGAL.sub("\ufffd", text)


def _token(text: str) -> str:
    return " ".join(legal(text).split()) or "-"
