"""Errors whose message is for the user."""

from __future__ import annotations


def user_mistakes() -> tuple[type[BaseException], ...]:
    """Classes of ours that need no traceback; imported late, since commands start often."""
    from monitor.cleaning.extract import ExtractError
    from monitor.net.errors import NetError
    from monitor.notify.secrets import SecretError
    from monitor.runtime.embedded.lock import FolderInUse
    from monitor.runtime.embedded.store import StoreError
    from monitor.stage import PublishError

    return (ExtractError, NetError, SecretError, FolderInUse, StoreError, PublishError, OSError)
