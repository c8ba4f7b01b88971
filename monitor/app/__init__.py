"""The composition root: from settings to a running monitor."""

from monitor.app.monitor import Monitor, run_monitor

__all__ = ["Monitor", "run_monitor"]
