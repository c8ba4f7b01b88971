"""The embedded runtime: one process, one SQLite file."""

from monitor.runtime.embedded.runtime import EmbeddedRuntime, EmbeddedSettings

__all__ = ["EmbeddedRuntime", "EmbeddedSettings"]
