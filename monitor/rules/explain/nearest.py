"""The nearest miss: of all that keeps a rule from firing, the clauses that would have to change."""

from __future__ import annotations

from monitor.rules.explain.model import Miss, Node
from monitor.rules.explain.tree import nearest_event

MOST_ALTERNATIVES = 6  # that are named where none is nearer than the others
_SAME = 1e-9  # sums of floats that differ by less are the same


def misses(root: Node) -> tuple[Miss, ...]:
    """The clauses to blame for a tree that does not hold, in the order of the rule; each needs a change.

    Of alternatives only the one that comes nearest is named, and the path says so; if nothing of any is
    there, all of them. Empty if the tree holds.
    """
    return () if root.ok else tuple(dict.fromkeys(_blamed(root, ())))


def _blamed(node: Node, path: tuple[str, ...]) -> list[Miss]:
    below = (*path, f"{'none: ' if node.negative else ''}{node.label}")
    failing = [child for child in node.children if not child.ok]
    if node.negative or (not failing and node.kind != "frame"):
        return [_miss(node, path)]
    match node.kind:
        case "all" | "title" | "lead":
            if node.miss and all(child.negative or child.closeness > 0 for child in failing):
                return [_miss(node, path)]  # the parts are there, but apart
            return [miss for child in failing for miss in _blamed(child, below)]
        case "any":
            return _nearest(node, failing, path)
        case "at_least" | "score":
            return [_miss(node, path)]
        case "near":
            return [miss for child in failing for miss in _blamed(child, below)]
        case "mentions":
            if node.children[0].evidence and node.children[0].held:
                return [_miss(node, path)]
            return [miss for child in failing for miss in _blamed(child, below)]
    if node.kind == "frame" and node.events:
        return _of_frame(node, below)
    return [_miss(node, path)]


def _nearest(node: Node, failing: list[Node], path: tuple[str, ...]) -> list[Miss]:
    """What the alternative lacks that comes nearest; of several as near the one with the least to change."""
    count = len(failing)
    if count == 1:
        return _blamed(failing[0], (*path, node.label))
    best = max(child.closeness for child in failing)
    if best <= 0:
        leaves = [
            one.label for child in failing for one in child.walk() if not (one.children or one.negative)
        ]
        said = list(dict.fromkeys(leaves))
        more = len(said) - MOST_ALTERNATIVES
        shown = ", ".join(said[:MOST_ALTERNATIVES]) + (f" and {more} more" if more > 0 else "")
        return [Miss(node.label, f"nothing of the {count} alternatives is in the article: {shown}", path)]
    as_near = [child for child in failing if child.closeness > best - _SAME]
    how = (
        f"nearest of {count} alternatives"
        if len(as_near) == 1
        else f"{len(as_near)} of {count} alternatives come nearest, one of them"
    )
    found = [_blamed(child, (*path, f"{node.label} ({how})")) for child in as_near]
    return min(found, key=len)


def _of_frame(node: Node, path: tuple[str, ...]) -> list[Miss]:
    """What the event that comes nearest lacks, role by role."""
    event = nearest_event(node.events)
    if event is None:
        return []
    cue = [Miss("unless", event.silenced, path)] if event.silenced else []
    return cue + [Miss(f"{role.role} {role.wanted}", role.why, path) for role in event.roles if not role.held]


def _miss(node: Node, path: tuple[str, ...]) -> Miss:
    clause = f"none: {node.label}" if node.negative else node.label
    return Miss(clause, node.miss or "does not hold", path)
