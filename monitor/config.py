"""Settings: ``monitor.yaml``, each key also as ``MONITOR_…`` in the environment, which wins.

A nested key has two underscores: ``MONITOR_KAFKA__BOOTSTRAP``. Lists and mappings are JSON there.
"""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from monitor import __version__
from monitor.durations import Duration, parse_duration
from monitor.located import InvalidFile, Key, Level, Located, Problem, problems_of, read_yaml
from monitor.net.client import NetworkSettings
from monitor.notify.secrets import Secret

PREFIX = "MONITOR_"
ENVIRONMENT = "the environment"  # in the place of a file's name
DEFAULT_FILE = Path("monitor.yaml")
ARCHIVE_FILE = "archive.db"
DEFAULT_USER_AGENT = f"news-monitor/{__version__} (feed reader)"
_OTHERS = frozenset(("MONITOR_TEST_KAFKA", "MONITOR_REQUIRE_KAFKA"))
"""Variables of the test suite, which are no settings."""


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class TlsModel(_Model):
    """TLS to Kafka. Without files the system's authorities are trusted."""

    ca_file: Path | None = None
    cert_file: Path | None = None
    key_file: Path | None = None
    check_hostname: bool = True


class SaslModel(_Model):
    """A login at Kafka."""

    mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = "SCRAM-SHA-512"
    user: str
    password: Secret


class KafkaModel(_Model):
    """Where Kafka is. ``partitions`` is fixed at the first start."""

    bootstrap: str = "127.0.0.1:9092"
    partitions: Annotated[int, Field(ge=1, le=1000)] = 12
    replication: Annotated[int, Field(ge=1, le=15)] = 1
    group: str = "news-monitor"
    prefix: str = Field(default="", description="before the name of each topic")
    session_timeout: Duration = Field(
        default=parse_duration("10s"), description="until a lost worker is missed"
    )
    tls: TlsModel | None = None
    sasl: SaslModel | None = None


class NetworkModel(_Model):
    """Outgoing connections. ``allow`` lists private networks that may be reached, as CIDRs."""

    allow: tuple[str, ...] = ()
    ca_file: Path | None = None
    proxy: Secret | None = Field(default=None, description="http://[user:password@]host:port")

    @field_validator("allow")
    @classmethod
    def _networks(cls, allow: tuple[str, ...]) -> tuple[str, ...]:
        for network in allow:
            try:
                ipaddress.ip_network(network)
            except ValueError as error:
                raise ValueError(f"{network!r} is no network: write 10.0.0.0/8 or fd00::/8") from error
        return allow


class PollingModel(_Model):
    """How feeds are polled."""

    min_interval: Duration = parse_duration("5m")
    max_interval: Duration = parse_duration("24h")
    user_agent: Annotated[str, Field(pattern=r"^[\x20-\x7e]{1,500}$")] = DEFAULT_USER_AGENT

    @model_validator(mode="after")
    def _in_order(self) -> PollingModel:
        if self.min_interval > self.max_interval:
            raise ValueError("min_interval is longer than max_interval: swap them")
        return self


class DeliveryModel(_Model):
    """How deliveries are repeated: the wait before the second attempt, the third, and so on."""

    schedule: Annotated[tuple[Duration, ...], Field(max_length=50)] = tuple(
        parse_duration(text) for text in ("5s", "5m", "30m", "2h", "5h", "10h", "14h", "20h", "24h")
    )


class WebModel(_Model):
    """Where health and metrics are served."""

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8090


class StorageModel(_Model):
    """How the embedded runtime writes. ``full`` keeps acknowledged records through a power cut."""

    synchronous: Annotated[
        Literal["FULL", "NORMAL"], BeforeValidator(lambda v: v.upper() if isinstance(v, str) else v)
    ] = "FULL"


class Settings(BaseSettings):
    """All settings of the always-on job."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_nested_delimiter="__", extra="forbid", frozen=True, hide_input_in_errors=True
    )

    data_dir: Path = Field(default=Path("var"), description="everything that the process writes")
    rules_dir: Path = Field(
        default=Path("rules"), description="watch/ entities/ concepts/ feeds.yaml subscribers.yaml"
    )
    runtime: Literal["embedded", "kafka"] = "embedded"
    kafka: KafkaModel = KafkaModel()
    archive: Annotated[str | Secret, Field(description="sqlite, none, or postgresql://…")] = "sqlite"
    archive_keep: Duration = Field(
        default=parse_duration("90d"),
        description="how long the archive keeps articles, which a backtest reads; alerts stay",
    )
    inbox: Path | None = Field(default=None, description="the folder for dropped articles; inbox in data_dir")
    network: NetworkModel = NetworkModel()
    polling: PollingModel = PollingModel()
    delivery: DeliveryModel = DeliveryModel()
    web: WebModel = WebModel()
    storage: StorageModel = StorageModel()

    @property
    def inbox_dir(self) -> Path:
        """The folder that is watched for articles."""
        return self.inbox if self.inbox is not None else self.data_dir / "inbox"

    @property
    def network_settings(self) -> NetworkSettings:
        """For the HTTP client and the mail channel."""
        ca_file = self.network.ca_file
        return NetworkSettings(
            allow=self.network.allow,
            ca_file=None if ca_file is None else str(ca_file),
            proxy=None if self.network.proxy is None else self.network.proxy.reveal(),
        )

    def archive_url(self) -> str:
        """SQLAlchemy's URL of the archive, empty for none."""
        value = self.archive.reveal() if isinstance(self.archive, Secret) else self.archive
        if value == "none":
            return ""
        if value == "sqlite":
            return f"sqlite+aiosqlite:///{(self.data_dir / ARCHIVE_FILE).resolve()}"
        return value.replace("postgresql://", "postgresql+asyncpg://", 1).replace(
            "postgres://", "postgresql+asyncpg://", 1
        )

    def archive_file(self) -> Path | None:
        """The archive's file, if it is the default one."""
        return self.data_dir / ARCHIVE_FILE if self.archive == "sqlite" else None

    @field_validator("archive")
    @classmethod
    def _archive(cls, value: str | Secret) -> str | Secret:
        if isinstance(value, Secret) and not value.plain:
            return value
        text = value.reveal() if isinstance(value, Secret) else value
        if text in ("sqlite", "none") or text.startswith(
            ("postgresql://", "postgres://", "sqlite+aiosqlite://")
        ):
            return value
        raise ValueError("write sqlite, none, or postgresql://user:password@host/database")

    @field_validator("archive_keep")
    @classmethod
    def _keep(cls, value: timedelta) -> timedelta:
        if value <= timedelta(0):
            raise ValueError("must be longer than nothing: write 30d, 90d, 2w")
        return value

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment before the file."""
        return env_settings, init_settings


def load_settings(path: Path | None) -> Settings:
    """Settings of a file, or of ``monitor.yaml`` if it is there, or the defaults.

    Raises ``InvalidFile`` naming file and line, or the variable.
    """
    located = Located(ENVIRONMENT, {}, {})
    if path is not None:
        located = read_yaml(path)
    elif DEFAULT_FILE.exists():
        located = read_yaml(DEFAULT_FILE)
    if located.value is None:
        located.value = {}
    if not isinstance(located.value, dict):
        raise InvalidFile([located.problem((), "must be a mapping of settings", "see docs/configuration.md")])
    unknown = sorted(
        name
        for name in os.environ
        if name.startswith(PREFIX)
        and name not in _OTHERS
        and name.removeprefix(PREFIX).lower().partition("__")[0] not in Settings.model_fields
    )
    if unknown:
        raise InvalidFile(
            [Problem(ENVIRONMENT, 1, 1, f"unknown setting {name}", "unset it") for name in unknown]
        )
    try:
        return Settings(**_text_keys(located.value))
    except ValidationError as error:
        raise InvalidFile(
            problems_of(error, _Given(located.file, located.value, located.marks), model=Settings)
        ) from error
    except Exception as error:  # pydantic-settings: a variable that is no JSON
        raise InvalidFile([Problem(ENVIRONMENT, 1, 1, str(error))]) from error


class _Given(Located):
    """What the file says, under what the environment says: errors name the variable to blame."""

    def problem(
        self, place: Sequence[Key], message: str, remedy: str = "", level: Level = "error"
    ) -> Problem:
        for size in range(len(place), 0, -1):
            name = PREFIX + "__".join(str(key) for key in place[:size]).upper()
            if any(variable.upper() == name for variable in os.environ):
                return Problem(ENVIRONMENT, 1, 1, f"{name}: {message}", remedy, level)
        return super().problem(place, message, remedy, level)


def _text_keys(value: Mapping[Any, Any]) -> dict[str, Any]:
    return {str(key): item for key, item in value.items()}
