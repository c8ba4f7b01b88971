"""Every command, YAML, JSON and Python block of the documentation, in the order of each page."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import validate  # type: ignore[import-untyped]
from pytest_httpserver import HTTPServer

from monitor.notify.channel import Channel, Target
from tests.docs.blocks import Block, agrees, blocks, commands
from tests.docs.sandbox import OUTSIDE, PROJECT, Sandbox
from tests.docs.yaml_blocks import YamlBlocks
from tests.notify.samples import ARABIC

PAGES = (
    "README.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    *sorted(
        f"docs/{path.name}" for path in (PROJECT / "docs").glob("*.md") if path.name != "benchmarks.md"
    ),  # which `make bench` writes
)
FEED = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0"><channel><title>Example News</title><link>https://example.org/</link>
<item><guid>1</guid><title>Russian jets strike Raqqa</title><link>https://example.org/1</link>
<pubDate>Tue, 24 Nov 2026 21:00:00 GMT</pubDate><description>Russian air strikes hit Raqqa.</description></item>
<item><guid>2</guid><title>Markets close higher</title><link>https://example.org/2</link>
<pubDate>Tue, 24 Nov 2026 20:00:00 GMT</pubDate><description>Shares rose.</description></item>
</channel></rss>"""
ELSEWHERE = frozenset(("make", "git", "docker", "kubectl", "sudo", "cd", "export", "pg_dump", "monitor"))
"""First words of commands in ``sh`` blocks, which want another machine, rights, or hours."""


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a reader has who typed ``monitor init news``."""
    root = tmp_path_factory.mktemp("reader")
    code, printed = Sandbox(root, "").type("monitor init news")
    assert code == 0, printed
    return root / "news"


@pytest.fixture
def web(httpserver: HTTPServer) -> str:
    httpserver.expect_request("/rss").respond_with_data(FEED, content_type="application/rss+xml")
    httpserver.expect_request(re.compile("/hooks/.*"), method="POST").respond_with_data("", status=204)
    return httpserver.url_for("").rstrip("/")


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [*os.environ]:
        if name.startswith("MONITOR_") or name in ("NO_COLOR", "FORCE_COLOR"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("MONITOR_WEB__PORT", "0")
    monkeypatch.setenv("MONITOR_NETWORK__ALLOW", '["127.0.0.0/8", "::1/128"]')
    monkeypatch.setenv("HOOK_SECRET", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    monkeypatch.setenv("SLACK_URL", "https://hooks.slack.com/services/T/B/x")
    monkeypatch.setenv("SMTP_PASSWORD", "not a real one")


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.usefixtures("environment")
def test_what_a_page_shows_is_so(page: str, reader: Path, web: str, tmp_path: Path) -> None:
    shutil.copytree(reader, tmp_path / "reader")
    (tmp_path / "scratch").mkdir()
    sandbox, rules = Sandbox(tmp_path / "reader", web), YamlBlocks(tmp_path / "scratch")
    wrong = [line for block in blocks(PROJECT / page) for line in _try(block, sandbox, rules)]
    wrong.extend(rules.end())
    assert not wrong, "\n\n".join(wrong)


def _try(block: Block, sandbox: Sandbox, rules: YamlBlocks) -> Iterator[str]:
    """What is wrong with a block, with its place."""
    match block.language:
        case "console":
            yield from _console(block, sandbox)
        case "yaml":
            yield from (f"{block.place}: {problem}" for problem in _yaml(block, sandbox, rules))
        case "json":
            value = json.loads(block.text)
            if isinstance(value, dict) and "schema_version" in value:
                schema = json.loads((PROJECT / "monitor/notify/webhook.schema.json").read_text("utf-8"))
                validate(value, schema)
        case "python":
            yield from _python(block)
        case "sh":
            yield from _elsewhere(block)
        case "text" | "promql" | "ini":
            pass
        case other:
            yield f"{block.place}: a block of {other or 'no language'}: nothing tests it"


def _console(block: Block, sandbox: Sandbox) -> Iterator[str]:
    wanted = int(block.told[1]) if block.told[0] == "exit" else 0
    for command in commands(block):
        code, printed = sandbox.type(command.text)
        place = f"{block.file.name}:{command.line}: {command.text}"
        if code != wanted:
            yield f"{place}\nended with {code}, not {wanted}:\n{printed}"
        elif command.output.strip() and not agrees(command.output, printed):
            yield f"{place}\nis shown as\n{command.output}\nbut prints\n{printed}"


def _yaml(block: Block, sandbox: Sandbox, rules: YamlBlocks) -> Iterator[str]:
    try:
        yield from rules.take(block.place, block.text, fails=block.told == ("example", "fails"))
    except ValueError as error:  # all errors of our loaders are values of files that are wrong
        yield str(error)
    first = block.text.split("\n", 1)[0]
    if named := re.fullmatch(r"# ((?:rules/|monitor)[\w/.-]+\.yaml)", first):
        sandbox.write(named[1], block.text)


def _python(block: Block) -> Iterator[str]:
    """Runs the block, which defines things; a channel must be one that draws a notice."""
    names: dict[str, Any] = {"__name__": block.place}
    exec(compile(block.text, block.place, "exec", dont_inherit=True), names)
    if "KIND" in names:
        parts = {"options": names["Options"], "render": names["render"], "send": names["send"]}
        channel = Channel(kind=names["KIND"], interval=names["INTERVAL"], **parts)
        target = Target(channel, channel.options.model_validate({"url": OUTSIDE}))
        if not target.render(ARABIC):
            yield f"{block.place}: the channel draws nothing"


def _options(words: list[str]) -> Iterator[str]:
    """What a command of ours that is not run does not know."""
    code, printed = Sandbox(PROJECT, OUTSIDE).type(f"monitor {words[1]} --help")
    if code:
        yield f"there is no command {words[1]}"
    known = set(re.findall(r"--[a-z-]+", printed))
    yield from (
        f"{words[1]} has no option {word}" for word in words if word[:2] == "--" and word not in known
    )


def _elsewhere(block: Block) -> Iterator[str]:
    """Commands that are not run: their words are known, the targets and files that they name are there."""
    targets = set(re.findall(r"^([a-z-]+):", (PROJECT / "Makefile").read_text(), re.MULTILINE))
    services = yaml.safe_load((PROJECT / "docker-compose.yml").read_text())["services"]
    for line in block.text.replace("\\\n", " ").splitlines():
        words = shlex.split(line, comments=True)
        if not words:
            continue
        if words[0] not in ELSEWHERE:
            yield f"{block.place}: {words[0]} is not run: show it in a console block"
        if words[0] == "monitor":
            yield from (f"{block.place}: {problem}" for problem in _options(words))
        if words[0] == "make":
            yield from (
                f"{block.place}: there is no target {word}"
                for word in words[1:]
                if "=" not in word and word not in targets
            )
        for word in words:
            path = word.rpartition("=")[2]
            ours = re.fullmatch(r"(deploy|rules|docs|examples|tests|monitor)/[\w/.-]+", path)
            if ours and not (PROJECT / path).exists():
                yield f"{block.place}: there is no {path}"
            if re.fullmatch(r"worker-\d+", word) and word not in services:
                yield f"{block.place}: there is no service {word}"
