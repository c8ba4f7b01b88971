"""What can go wrong with a request. Messages name the host alone: paths and queries hold secrets."""

from __future__ import annotations


class NetError(Exception):
    """Base of all errors of the client; ``host`` is where the request went (scheme and host)."""

    def __init__(self, host: str, message: str) -> None:
        super().__init__(f"{host}: {message}" if host else message)
        self.host = host


class Refused(NetError):
    """The guard forbids the address, or the URL is none that may be fetched."""


class ConnectFailed(NetError):
    """No connection: name unknown, port closed, TLS refused."""


class Unreachable(ConnectFailed):
    """No connection for a reason that may be ours: no name service, no route, nobody there."""


class TimedOut(NetError):
    """The time for the whole request, or for connecting, was up."""


class TooLarge(NetError):
    """More bytes than asked for, packed or unpacked, or packed beyond belief."""


class BadAnswer(NetError):
    """What came back is not HTTP, breaks off, or is packed in a way that was not offered."""


class RedirectError(NetError):
    """Too many redirects, or one to a place that cannot be fetched."""


class ProxySettingError(ValueError):
    """The setting of a proxy cannot be used; the message does not repeat it, as it may hold a password."""
