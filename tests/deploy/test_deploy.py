"""Deployment files: valid, linted, without secrets, and true to the rest of the project."""

from __future__ import annotations

import configparser
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from monitor.config import load_settings
from monitor.notify.subscribers import load_subscribers
from monitor.rules.load import load_rules, rule_files
from monitor.runtime.kafka.errors import EXIT_CODE
from monitor.web.catalogue import describe

PROJECT = Path(__file__).resolve().parents[2]
DEPLOY = PROJECT / "deploy"
COMPOSE = PROJECT / "docker-compose.yml"
KUBERNETES = DEPLOY / "kubernetes" / "monitor.yaml"
CI = PROJECT / ".github" / "workflows" / "ci.yml"
HOOKS = PROJECT / ".pre-commit-config.yaml"
LINTED = [
    COMPOSE,
    CI,
    HOOKS,
    KUBERNETES,
    DEPLOY / "compose" / "subscribers.yaml",
    DEPLOY / "prometheus" / "alerts.yaml",
]


def run(*command: str | Path) -> None:
    """A tool of the environment; its words are the assertion's message."""
    tool = Path(sys.executable).parent / str(command[0])
    done = subprocess.run(
        [tool, *command[1:]], capture_output=True, text=True, timeout=120, check=False, cwd=PROJECT
    )
    assert done.returncode == 0, done.stdout + done.stderr


def document(path: Path) -> Any:
    return yaml.safe_load(path.read_text("utf-8"))


def manifests() -> dict[str, Any]:
    return {one["kind"]: one for one in yaml.safe_load_all(KUBERNETES.read_text("utf-8"))}


@pytest.fixture(scope="module")
def compose() -> Any:
    return document(COMPOSE)


@pytest.fixture
def no_settings_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [*os.environ]:
        if name.startswith("MONITOR_"):
            monkeypatch.delenv(name)


# --- valid -----------------------------------------------------------------------------------


def test_the_compose_file_meets_its_schema() -> None:
    run("check-jsonschema", "--builtin-schema", "vendor.compose-spec", COMPOSE)


def test_the_workflow_meets_its_schema() -> None:
    run("check-jsonschema", "--builtin-schema", "vendor.github-workflows", CI)


def test_yaml_is_tidy() -> None:
    run("yamllint", "--strict", "--config-file", DEPLOY / ".yamllint.yaml", *LINTED)


def test_the_dockerfile_is_linted() -> None:
    run("hadolint", DEPLOY / "Dockerfile")


def test_the_manifests_meet_the_schemas_of_kubernetes() -> None:
    run("kubernetes-validate", "--strict", KUBERNETES)


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not there")
def test_systemd_knows_every_directive_of_the_unit(tmp_path: Path) -> None:
    unit = (DEPLOY / "systemd" / "monitor.service").read_text()
    copy = tmp_path / "monitor.service"
    copy.write_text(unit.replace("/opt/monitor/.venv/bin/monitor", sys.executable))
    done = subprocess.run(
        ["systemd-analyze", "verify", copy], capture_output=True, text=True, timeout=60, check=False
    )
    complaints = [line for line in done.stderr.splitlines() if "monitor.service" in line]
    assert complaints == []


# --- no secrets ------------------------------------------------------------------------------


def test_no_secret_stands_in_the_compose_file(compose: Any) -> None:
    for name, service in compose["services"].items():
        for variable, value in service.get("environment", {}).items():
            if re.search("PASSWORD|SECRET|TOKEN|ARCHIVE", variable):
                assert "${POSTGRES_PASSWORD:?" in str(value), f"{name}: {variable}"


def test_the_image_gets_nothing_but_what_it_needs() -> None:
    ignored = (PROJECT / ".dockerignore").read_text().split()
    assert ignored[0] == "*"
    sources = re.findall(r"^COPY (?!--)(.+) \S+$", (DEPLOY / "Dockerfile").read_text(), re.MULTILINE)
    needed = {word.removeprefix("./") for line in sources for word in line.split()}
    assert needed == {word.removeprefix("!") for word in ignored if word.startswith("!")}
    assert all((PROJECT / name).exists() for name in needed)


# --- images ----------------------------------------------------------------------------------


def test_every_image_is_pinned_and_kafka_is_the_one_of_the_tests(compose: Any) -> None:
    images = [service["image"] for service in compose["services"].values()]
    images += re.findall(r"^FROM (\S+)", (DEPLOY / "Dockerfile").read_text(), re.MULTILINE)
    for image in images:
        assert re.search(r":v?\d+\.\d+", image), f"{image} is not pinned"
    pom = (PROJECT / "tests" / "kafka" / "pom.xml").read_text()
    tested = re.search(r"<artifactId>kafka_2\.13</artifactId>\s*<version>([\d.]+)</version>", pom)
    assert tested is not None
    assert compose["services"]["kafka"]["image"] == f"apache/kafka:{tested[1]}"


def test_the_image_runs_the_monitor_as_nobody_special() -> None:
    last = (DEPLOY / "Dockerfile").read_text().rsplit("\nFROM ", 1)[1]
    assert re.search(r"^USER [1-9]\d*$", last, re.MULTILINE)
    assert 'ENTRYPOINT ["monitor", "run"]' in last
    assert "apt-get" not in last
    assert "--require-hashes" in (DEPLOY / "Dockerfile").read_text()


# --- true to the settings --------------------------------------------------------------------


@pytest.mark.usefixtures("no_settings_in_the_environment")
@pytest.mark.parametrize("worker", ["worker-1", "worker-2"])
def test_a_worker_of_the_compose_file_has_good_settings(
    compose: Any, worker: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = compose["services"][worker]
    for name, value in service["environment"].items():
        monkeypatch.setenv(name, re.sub(r"\$\{POSTGRES_PASSWORD:\?[^}]*\}", "abc123", value))
    settings = load_settings(None)
    assert settings.runtime == "kafka"
    assert settings.archive_url() == "postgresql+asyncpg://monitor:abc123@postgres/monitor"
    subnets = [one["subnet"] for one in compose["networks"]["mail"]["ipam"]["config"]]
    assert list(settings.network.allow) == subnets
    assert f"{worker}:/var/lib/monitor" in service["volumes"]
    assert all(volume.endswith(":ro") for volume in service["volumes"] if volume.startswith("./"))
    assert service["restart"] == "unless-stopped"
    assert str(settings.web.port) in service["expose"]


def test_no_two_workers_share_a_data_folder(compose: Any) -> None:
    volumes = [
        volume.split(":")[0]
        for name, service in compose["services"].items()
        if name.startswith("worker")
        for volume in service["volumes"]
        if ":/var/lib/monitor" in volume
    ]
    assert len(volumes) == len(set(volumes)) == 2
    assert set(volumes) <= set(compose["volumes"])


def test_the_subscribers_of_the_compose_file_send_to_its_mail_sink(compose: Any) -> None:
    found = load_subscribers(DEPLOY / "compose" / "subscribers.yaml")
    options = found.targets["desk-mail"].options.model_dump()
    assert options["host"] in compose["services"]
    assert found.routing.operator == "desk-mail"


@pytest.mark.usefixtures("no_settings_in_the_environment")
def test_the_settings_in_the_config_map_are_good(tmp_path: Path) -> None:
    file = tmp_path / "monitor.yaml"
    file.write_text(manifests()["ConfigMap"]["data"]["monitor.yaml"])
    settings = load_settings(file)
    pod = manifests()["StatefulSet"]["spec"]["template"]["spec"]
    mounts = {mount["mountPath"] for mount in pod["containers"][0]["volumeMounts"]}
    assert {str(settings.data_dir), str(settings.rules_dir)} <= mounts
    assert pod["terminationGracePeriodSeconds"] > 10
    for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
        assert pod["containers"][0][probe]["httpGet"]["path"] in ("/ready", "/live")


def test_rules_may_lie_in_one_flat_folder_of_links_as_config_maps_are_mounted(tmp_path: Path) -> None:
    data = tmp_path / "..2026_11_24"
    data.mkdir()
    (tmp_path / "..data").symlink_to(data.name)
    for file in rule_files([PROJECT / "rules"]):
        assert not (data / file.name).exists(), f"two files are called {file.name}"
        shutil.copy(file, data)
        (tmp_path / file.name).symlink_to(Path("..data") / file.name)
    flat, deep = load_rules([tmp_path]), load_rules([PROJECT / "rules"])
    assert flat.errors() == ()
    assert {one.rule.id for one in flat.rules} == {one.rule.id for one in deep.rules}
    assert flat.lexicon.entries.keys() == deep.lexicon.entries.keys()


@pytest.mark.parametrize("folder", ["watch", "entities", "concepts"])
def test_each_config_map_fits_into_what_kubernetes_takes(folder: str) -> None:
    assert sum(file.stat().st_size for file in (PROJECT / "rules" / folder).iterdir()) < 1024 * 1024


# --- supervisors -----------------------------------------------------------------------------


def test_the_unit_restarts_a_worker_that_its_watchdog_has_ended() -> None:
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str  # type: ignore[assignment,method-assign]
    unit.read(DEPLOY / "systemd" / "monitor.service")
    service = unit["Service"]
    assert service["RestartForceExitStatus"] == str(EXIT_CODE)
    assert service["Restart"] == "on-failure"
    assert service["ExecStart"].split()[1] == "run"
    assert int(service["TimeoutStopSec"]) > 10
    assert f"-eq {EXIT_CODE} ]" in (PROJECT / "Makefile").read_text()


# --- metrics, hooks --------------------------------------------------------------------------


def test_every_metric_of_the_alert_rules_is_exported() -> None:
    known = {one.name for one in describe()}
    labels = {one.name: set(one.labels) for one in describe()}
    for group in document(DEPLOY / "prometheus" / "alerts.yaml")["groups"]:
        for rule in group["rules"]:
            names = set(re.findall(r"\bmonitor_\w+", rule["expr"]))
            assert names <= known, rule["alert"]
            allowed = {"instance", "job"}.union(*(labels[name] for name in names))
            told = set(re.findall(r"\$labels\.(\w+)", json.dumps(rule["annotations"])))
            assert told <= allowed, rule["alert"]


def test_every_metric_of_the_dashboard_is_exported() -> None:
    known = {one.name: one for one in describe()}
    dashboard = json.loads((DEPLOY / "grafana" / "news-monitor.json").read_text("utf-8"))
    for panel in dashboard["panels"]:
        for target in panel["targets"]:
            names = re.findall(r"\b(?:monitor|process)_[a-z_]+", target["expr"])
            plain = [name.removesuffix("_bucket") for name in names]
            assert plain, panel["title"]
            assert set(plain) <= known.keys(), panel["title"]
            told = set(re.findall(r"{{(\w+)}}", target["legendFormat"]))
            assert told <= {"instance"}.union(*(known[name].labels for name in plain)), panel["title"]


def test_hooks_and_ci_call_the_checks_of_the_makefile() -> None:
    makefile = (PROJECT / "Makefile").read_text()
    hooks = {hook["id"]: hook["entry"] for hook in document(HOOKS)["repos"][0]["hooks"]}
    for id, tool in {
        "ruff-check": "ruff check",
        "ruff-format": "ruff format --check",
        "lint-imports": "lint-imports",
        "mypy": "mypy",
    }.items():
        assert tool in hooks[id]
        assert f"$(BIN)/{tool}" in makefile
    assert hooks["make-test"] == "make test"
    steps = [step.get("run") for step in document(CI)["jobs"]["test"]["steps"]]
    assert "make test" in steps
