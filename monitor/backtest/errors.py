"""What keeps a backtest from being made. Messages say what to do."""

from __future__ import annotations


class BacktestError(Exception):
    """A backtest cannot be made, or not be finished."""


class NoVersion(BacktestError):
    """Rules cannot be had as they were: no git, no such revision, nothing there."""


class WorkerDied(BacktestError):
    """A process ended without an answer."""
