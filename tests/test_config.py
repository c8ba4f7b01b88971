"""Settings from file and environment."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from monitor.config import Settings, load_settings
from monitor.located import InvalidFile

# The settings file of the design, word for word but for what stands for a choice.
WHOLE = """
data_dir: var
rules_dir: rules
runtime: embedded
kafka: {bootstrap: "127.0.0.1:9092", partitions: 12, replication: 1}
archive: sqlite
inbox: var/inbox
network: {allow: [], ca_file: null, proxy: null}
polling: {min_interval: 5m, max_interval: 24h, user_agent: someone}
delivery: {schedule: [5s, 5m, 30m, 2h, 5h, 10h, 14h, 20h, 24h]}
web: {host: 127.0.0.1, port: 8090}
"""


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def settings(text: str) -> Settings:
    Path("settings.yaml").write_text(text, "utf-8")
    return load_settings(Path("settings.yaml"))


def refused(text: str) -> list[str]:
    with pytest.raises(InvalidFile) as caught:
        settings(text)
    return [str(problem) for problem in caught.value.problems]


def test_without_a_file_the_defaults_hold() -> None:
    found = load_settings(None)
    assert found.data_dir == Path("var")
    assert found.inbox_dir == Path("var/inbox")
    assert found.runtime == "embedded"
    assert found.web.host == "127.0.0.1"
    assert found.storage.synchronous == "FULL"
    assert found.delivery.schedule[:2] == (timedelta(seconds=5), timedelta(minutes=5))
    assert len(found.delivery.schedule) == 9


def test_the_file_of_the_design_is_the_default() -> None:
    default = load_settings(None)
    found = settings(WHOLE)
    assert found.polling.user_agent == "someone"
    assert found.inbox_dir == default.inbox_dir
    assert found.model_copy(update={"inbox": None, "polling": default.polling}) == default


def test_monitor_yaml_in_the_folder_is_taken_and_an_empty_one_is_as_none() -> None:
    Path("monitor.yaml").write_text("data_dir: elsewhere\n")
    assert load_settings(None).data_dir == Path("elsewhere")
    Path("monitor.yaml").write_text("")
    assert load_settings(None).data_dir == Path("var")


def test_the_environment_wins_over_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MONITOR_DATA_DIR", "other")
    monkeypatch.setenv("MONITOR_WEB__PORT", "0")
    monkeypatch.setenv("MONITOR_NETWORK__ALLOW", '["127.0.0.0/8", "::1"]')
    monkeypatch.setenv("MONITOR_POLLING__MIN_INTERVAL", "1s")
    monkeypatch.setenv("MONITOR_DELIVERY__SCHEDULE", '["1s", "2s"]')
    found = settings("data_dir: mine\nweb: {host: 0.0.0.0, port: 1}\n")
    assert found.data_dir == Path("other")
    assert (found.web.host, found.web.port) == ("0.0.0.0", 0)
    assert found.network.allow == ("127.0.0.0/8", "::1")
    assert found.polling.min_interval == timedelta(seconds=1)
    assert found.delivery.schedule == (timedelta(seconds=1), timedelta(seconds=2))


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("data_dirr: x", ["settings.yaml:1:1: unknown key 'data_dirr'; did you mean 'data_dir'?"]),
        (
            "web:\n  port: 8090\n  prot: 1",
            ["settings.yaml:3:3: unknown key 'prot'; did you mean 'port'?"],
        ),
        (
            "network: {allow: [10.0.0.0/8, lan]}",
            ["settings.yaml:1:11: network.allow: 'lan' is no network; write 10.0.0.0/8 or fd00::/8"],
        ),
        (
            "polling:\n  min_interval: 300",
            [
                "settings.yaml:2:3: polling.min_interval: '300' is no duration; write a number with s, m, h or d, such as 48h"
            ],
        ),
        (
            "delivery: {schedule: [5s, soon]}",
            [
                "settings.yaml:1:27: delivery.schedule: 'soon' is no duration; write a number with s, m, h or d, such as 48h"
            ],
        ),
        ("runtime: faust", ["settings.yaml:1:1: runtime: must be one of embedded, kafka; write one of them"]),
        (
            "runtime: embeded",
            ["settings.yaml:1:1: runtime: must be one of embedded, kafka; did you mean 'embedded'?"],
        ),
        (
            "archive: mysql://x",
            [
                "settings.yaml:1:1: archive: is not written as it should be; write sqlite, none, or postgresql://"
            ],
        ),
        (
            "archive: 5",
            [
                "settings.yaml:1:1: archive: a secret is a text, {env: NAME} or {file: PATH}; put it into quotes"
            ],
        ),
        (
            "web: {port: 70000}",
            ["settings.yaml:1:7: web.port: must be 65535 or less; write 65535 or a smaller number"],
        ),
        (
            "kafka: {partitions: 0}",
            ["settings.yaml:1:9: kafka.partitions: must be 1 or more; write 1 or a larger number"],
        ),
        (
            'polling: {user_agent: "a\\r\\nX: y"}',
            [
                "settings.yaml:1:11: polling.user_agent: is not written as it should be; write up to 500 characters of ASCII in one line"
            ],
        ),
        ("- a\n", ["settings.yaml:1:1: must be a mapping of settings"]),
        ("a: 1\na: 2\n", ["settings.yaml:2:1: duplicate key 'a'"]),
        (
            "x: 1\nweb: {port: no}\n",
            [
                "settings.yaml:2:7: web.port: must be a whole number; write digits, without quotes",
                "settings.yaml:1:1: unknown key 'x'",
            ],
        ),
    ],
)
def test_what_is_wrong_in_the_file_is_said_with_its_place(text: str, problems: list[str]) -> None:
    found = refused(text)
    assert len(found) == len(problems)
    for problem in problems:
        assert any(line.startswith(problem) for line in found), found


@pytest.mark.parametrize(
    ("variable", "value", "problem"),
    [
        ("MONITOR_DATADIR", "x", "the environment:1:1: unknown setting MONITOR_DATADIR; unset it"),
        (
            "MONITOR_WEB__PORT",
            "many",
            "the environment:1:1: MONITOR_WEB__PORT: web.port: must be a whole number; write digits, without quotes",
        ),
        (
            "MONITOR_RUNTIME",
            "faust",
            "the environment:1:1: MONITOR_RUNTIME: runtime: must be one of embedded, kafka; write one of them",
        ),
        (
            "MONITOR_WEB__PROT",
            "1",
            "the environment:1:1: MONITOR_WEB__PROT: unknown key 'prot'; did you mean 'port'?",
        ),
        (
            "MONITOR_DELIVERY__SCHEDULE",
            '["soon"]',
            "the environment:1:1: MONITOR_DELIVERY__SCHEDULE: delivery.schedule: 'soon'",
        ),
        ("MONITOR_NETWORK", "{", "the environment:1:1: "),
    ],
)
def test_what_is_wrong_in_the_environment_names_the_variable(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, problem: str
) -> None:
    monkeypatch.setenv(variable, value)
    (found,) = refused("data_dir: var\nweb: {host: 127.0.0.1}\n")
    assert found.startswith(problem)


def test_a_file_that_is_not_there_is_a_mistake() -> None:
    with pytest.raises(InvalidFile, match="cannot be read"):
        load_settings(Path("none.yaml"))


@pytest.mark.parametrize(
    ("archive", "url"),
    [
        ("none", ""),
        ("postgresql://u:p@h/d", "postgresql+asyncpg://u:p@h/d"),
        ("postgres://u:p@h/d", "postgresql+asyncpg://u:p@h/d"),
        ("{env: ARCHIVE}", "postgresql+asyncpg://x/y"),
    ],
)
def test_where_the_archive_is(monkeypatch: pytest.MonkeyPatch, archive: str, url: str) -> None:
    monkeypatch.setenv("ARCHIVE", "postgresql://x/y")
    assert settings(f"archive: {archive}").archive_url() == url


def test_the_default_archive_lies_in_the_data_folder() -> None:
    assert settings("data_dir: d").archive_url() == f"sqlite+aiosqlite:///{Path.cwd() / 'd' / 'archive.db'}"


def test_no_secret_is_shown_by_settings_or_their_errors(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = repr(settings("kafka: {sasl: {user: me, password: hunter22}}"))
    assert "hunter22" not in shown
    (problem,) = refused("kafka: {sasl: {user: me, password: [hunter22]}}")
    assert "hunter22" not in problem
    assert problem.startswith("settings.yaml:1:26: kafka.sasl.password: a secret is a text")
