"""News monitor: watches feeds in every language and alerts on the rules that analysts write."""

__version__ = "0.1.0"
