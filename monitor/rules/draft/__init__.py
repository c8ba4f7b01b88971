"""From plain words to a rule: "Russian strikes + Raqqa" becomes YAML ready to save."""

from __future__ import annotations

from monitor.rules.draft.append import appended
from monitor.rules.draft.compose import Draft, draft
from monitor.rules.draft.model import DraftError, Item, Meaning

__all__ = ["Draft", "DraftError", "Item", "Meaning", "appended", "draft"]
