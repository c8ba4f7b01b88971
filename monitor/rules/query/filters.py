"""``lang:``, ``source:``, ``country:``, ``site:``: filters on the article, lifted out of a query."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from monitor.rules.codes import country_code, language_code, site_name, source_glob
from monitor.rules.query.tree import And, Field, Node, Not, Or, Word

Wrong = Callable[[Node, str, str], None]
"""Takes where a mistake stands, message and remedy."""

FILTERS: Mapping[str, tuple[str, str, Callable[[str], str]]] = {
    "lang": ("languages", "exclude_languages", language_code),
    "source": ("ids", "exclude", source_glob),
    "country": ("countries", "exclude_countries", country_code),
    "site": ("sites", "exclude_sites", site_name),
}
"""By the field: the keys of ``where`` that include and exclude, and what reads a value."""


class Filters:
    """The filters of one query: ``found`` by their key, ``found_at`` where each first stands."""

    def __init__(self, wrong: Wrong) -> None:
        self._wrong = wrong
        self.found: dict[str, tuple[str, ...]] = {}
        self.found_at: dict[str, int] = {}

    def lift(self, node: Node) -> Node | None:
        """What is left without the filters that are AND-ed to it or excluded beside it."""
        if isinstance(node, And):
            parts = [part for part in map(self.lift, node.parts) if part is not None]
            if len(parts) < 2:
                return parts[0] if parts else None
            return And(node.at, node.below, tuple(parts))
        if name := _filter(node):
            self._filter(node, name, excluded=False)
            return None
        if isinstance(node, Not) and (name := _filter(node.operand)):
            self._filter(node.operand, name, excluded=True)
            return None
        return node

    def _filter(self, node: Node, name: str, *, excluded: bool) -> None:
        include, exclude, read = FILTERS[name]
        key = exclude if excluded else include
        values: list[str] = []
        for word in values_of(node, name, self._wrong):
            try:
                values.append(read(word.text))
            except ValueError as error:
                message, _, remedy = str(error).partition(": ")
                self._wrong(word, message, remedy)
        if key in self.found and not excluded:
            self._wrong(
                node,
                f"{name}: stands twice, and both cannot hold",
                f"write {name}:(a OR b) for either of them",
            )
        self.found[key] = tuple(dict.fromkeys((*self.found.get(key, ()), *values)))
        self.found_at.setdefault(key, node.at)


def values_of(node: Node, name: str, wrong: Wrong) -> list[Word]:
    """The values after ``name:``, one or several joined by OR."""
    if isinstance(node, Field) and node.name == name:
        return values_of(node.operand, name, wrong)
    if isinstance(node, Or):
        return [word for part in node.parts for word in values_of(part, name, wrong)]
    if isinstance(node, Word):
        return [node]
    if name == "site" and isinstance(node, Field):
        wrong(node, "no site", "write the host alone, such as bbc.co.uk")
    else:
        wrong(node, f"{name}: takes a value, or several joined by OR", f"write {name}:(a OR b)")
    return []


def _filter(node: Node) -> str:
    """The filter's name, for ``lang:x`` and for alternatives of one filter."""
    if isinstance(node, Field) and node.name in FILTERS and not node.count:
        return node.name
    if isinstance(node, Or):
        names = {_filter(part) for part in node.parts}
        return names.pop() if len(names) == 1 else ""
    return ""
