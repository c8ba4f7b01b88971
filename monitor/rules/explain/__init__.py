"""Explanations: why a rule fires on an article, or how nearly it does. Pure; asks the engine alone.

tree (each clause where it looks) with frames, absent and apart for what is missed → nearest → filters → quotes.
"""

from monitor.rules.explain.explanation import explain
from monitor.rules.explain.model import (
    About,
    EventRead,
    Explanation,
    Filter,
    Miss,
    Node,
    Quote,
    RoleRead,
    Stretch,
    Subject,
)

__all__ = [
    "About",
    "EventRead",
    "Explanation",
    "Filter",
    "Miss",
    "Node",
    "Quote",
    "RoleRead",
    "Stretch",
    "Subject",
    "explain",
]
