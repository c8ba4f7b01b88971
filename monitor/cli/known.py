"""Errors whose message is for the user."""

from __future__ import annotations

import sys


def user_mistakes() -> tuple[type[BaseException], ...]:
    """Classes of ours that need no traceback; imported late, since commands start often."""
    from monitor.archive.errors import ArchiveError
    from monitor.backtest.errors import BacktestError
    from monitor.cleaning.extract import ExtractError
    from monitor.feeds.parse import FeedError
    from monitor.net.errors import NetError, ProxySettingError
    from monitor.notify.secrets import SecretError
    from monitor.runtime.embedded.store import StoreError
    from monitor.runtime.lock import FolderInUse
    from monitor.stage import PublishError
    from monitor.web.server import WebError

    found: list[type[BaseException]] = [WebError, FeedError, ArchiveError, BacktestError]
    kafka = sys.modules.get("monitor.runtime.kafka")
    if kafka is not None:  # else none of its errors can have been raised
        found.append(kafka.KafkaRuntimeError)
    return (
        *found,
        ExtractError,
        NetError,
        ProxySettingError,
        SecretError,
        FolderInUse,
        StoreError,
        PublishError,
        OSError,
    )
