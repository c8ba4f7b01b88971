"""One more rule at the end of a rule file, where that is safe."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from monitor.located import InvalidFile, parse_yaml
from monitor.rules.draft.model import DraftError

_DASH = re.compile(r"^( *)- ", re.MULTILINE)


def appended(text: str, rule: str, value: Mapping[str, Any], file: str = "the file") -> str:
    """``text`` with ``rule`` (a list item as ``written.rule_item`` gives it) behind the last of its rules.

    Safe means: read again, the file holds what it held, and then the rule, nothing else. Raises
    ``DraftError`` where it is not: no list of rules at the end, a list in brackets, an id that is there.
    """
    try:
        before = parse_yaml(text, file).value
    except InvalidFile as error:
        raise DraftError(f"{file} has errors, nothing was added: {error}") from error
    rules = before.get("rules") if isinstance(before, dict) else None
    if not isinstance(rules, list) or not rules or list(before)[-1] != "rules":
        raise DraftError(f"{file} does not end with a list of rules: save the rule to another file")
    if any(isinstance(one, dict) and one.get("id") == value["id"] for one in rules):
        raise DraftError(f"{file} has a rule {value['id']!r} already: give another --id")
    dash = _DASH.search(text, text.index("rules"))
    indent = dash[1] if dash is not None else "  "
    lines = [f"{indent}{line}" if line else "" for line in rule.splitlines()]
    after = f"{text.rstrip()}\n\n" + "\n".join(lines) + "\n"
    try:
        same = parse_yaml(after, file).value == {**before, "rules": [*rules, dict(value)]}
    except InvalidFile:
        same = False
    if not same:
        raise DraftError(f"nothing can be added safely to the list in {file}: save the rule to another file")
    return after
