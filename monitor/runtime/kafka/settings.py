"""How to reach Kafka, and the few figures that a deployment may want to change."""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import Any, Literal

import msgspec

from monitor.runtime.kafka.errors import KafkaUnreachable

Mechanism = Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"]


class TlsSettings(msgspec.Struct, frozen=True, kw_only=True):
    """TLS to the brokers. Without ``ca_file`` the system's authorities count."""

    ca_file: Path | None = None
    cert_file: Path | None = None  # ours, PEM, where the brokers ask for one
    key_file: Path | None = None
    check_hostname: bool = True


class SaslSettings(msgspec.Struct, frozen=True, kw_only=True):
    """A user name and a password for the brokers."""

    mechanism: Mechanism
    user: str
    password: str

    def __repr__(self) -> str:
        return f"SaslSettings(mechanism={self.mechanism!r}, user={self.user!r}, password=…)"


class KafkaSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Times are seconds. ``data_dir`` belongs to one worker alone."""

    bootstrap: str  # host:port[,host:port …]
    data_dir: Path
    partitions: int = 12  # of every topic that is not single; fixed at first start
    replication: int = 1
    group: str = "news-monitor"
    prefix: str = ""  # of topics and of the group, so that several systems can share a cluster
    tls: TlsSettings | None = None
    sasl: SaslSettings | None = None
    session_timeout: float = 10.0  # after which a dead worker's partitions go to others
    publish_timeout: float = 120.0  # a broker may be away that long; then the worker ends
    start_timeout: float = 120.0  # for the first assignment and the recovery of tables
    stall_timeout: float = 90.0  # without progress, then the watchdog ends the process
    commit_interval: float = 0.5
    busy_lag: int = 5000  # records not yet handled, above which ``room`` waits

    @property
    def app_id(self) -> str:
        """The consumer group, and the first part of the changelogs' names."""
        return self.prefix + self.group

    def topic(self, name: str) -> str:
        """A topic's name on the broker."""
        return self.prefix + name

    def changelog(self, table: str) -> str:
        """The topic that holds a table's rows."""
        return f"{self.app_id}-{table}-changelog"

    def brokers(self) -> list[str]:
        """The addresses in ``bootstrap``."""
        return [part.strip() for part in self.bootstrap.split(",") if part.strip()]

    def client_options(self) -> dict[str, Any]:
        """Keyword arguments that every aiokafka client takes. Raises ``KafkaUnreachable`` if a file of
        ``tls`` cannot be read."""
        protocol = ("SASL_" if self.sasl else "") + ("SSL" if self.tls else "PLAINTEXT")
        options: dict[str, Any] = {"bootstrap_servers": self.brokers(), "security_protocol": protocol}
        if self.tls is not None:
            options["ssl_context"] = tls_context(self.tls)
        if self.sasl is not None:
            options["sasl_mechanism"] = self.sasl.mechanism
            options["sasl_plain_username"] = self.sasl.user
            options["sasl_plain_password"] = self.sasl.password
        return options


def tls_context(tls: TlsSettings) -> ssl.SSLContext:
    """The context for ``tls``. Raises ``KafkaUnreachable``."""
    try:
        context = ssl.create_default_context(cafile=None if tls.ca_file is None else str(tls.ca_file))
        if tls.cert_file is not None:
            context.load_cert_chain(str(tls.cert_file), None if tls.key_file is None else str(tls.key_file))
    except (OSError, ssl.SSLError) as error:
        raise KafkaUnreachable(
            f"a file named under kafka.tls cannot be used (ca_file {tls.ca_file}, cert_file {tls.cert_file}, "
            f"key_file {tls.key_file}): {error}"
        ) from error
    context.check_hostname = tls.check_hostname
    return context
