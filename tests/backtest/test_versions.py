"""Rule files as they were at a revision of git."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.backtest.errors import NoVersion
from monitor.backtest.versions import Version, rules_at
from monitor.rules.load import rule_files
from tests.backtest.repository import Repository


@pytest.fixture
def into(tmp_path: Path) -> Path:
    made = tmp_path / "into"
    made.mkdir()
    return made


def _shown(version: Version, folder: Path, into: Path) -> dict[str, str]:
    """Each file's content, by where it was found."""
    found = {}
    for path in version.paths:
        is_today = path.is_relative_to(folder)
        name = path.relative_to(folder if is_today else into).as_posix()
        found[("today:" if is_today else "then:") + name] = path.read_text("utf-8")[:20].splitlines()[0]
    return found


def test_files_that_have_not_changed_are_those_of_today(folder: Path, into: Path) -> None:
    commit = Repository(folder.parent).commit()
    version = rules_at("HEAD", [folder], into)
    assert version.paths == tuple(rule_files([folder]))
    assert (version.commit, version.date, version.changed) == (commit[:12], "2026-11-20", False)
    assert list(into.iterdir()) == []


def test_what_was_changed_removed_added_or_renamed_since_is_as_it_was(folder: Path, into: Path) -> None:
    repository = Repository(folder.parent)
    for name in ("gone.yaml", "moved.yml", "dir with blank/ü.yaml", "notes.txt", ".hidden/x.yaml"):
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"rules: [] # {name}\n", "utf-8")
    repository.commit()
    (folder / "gone.yaml").unlink()
    (folder / "moved.yml").rename(folder / "new name.yml")
    (folder / "watch" / "syria.yaml").write_text("rules: [] # today\n", "utf-8")
    (folder / "added.yaml").write_text("rules: []\n", "utf-8")
    version = rules_at("HEAD", [folder], into)
    assert _shown(version, folder, into) == {
        "today:dir with blank/ü.yaml": "rules: [] # dir with",
        "then:rules/gone.yaml": "rules: [] # gone.yam",
        "today:places.yaml": "entities:",
        "then:rules/watch/syria.yaml": "rules:",
        "then:rules/moved.yml": "rules: [] # moved.ym",
    }
    assert version.changed
    assert version.names[str(into / "rules/gone.yaml")] == "HEAD:rules/gone.yaml"
    assert (folder / "watch" / "syria.yaml").read_text("utf-8") == "rules: [] # today\n"


@pytest.mark.parametrize("change", ["added", "removed"])
def test_a_file_that_is_only_on_one_side_is_a_change(folder: Path, into: Path, change: str) -> None:
    repository = Repository(folder.parent)
    (folder / "other.yaml").write_text("rules: []\n", "utf-8")
    repository.commit()
    if change == "added":
        (folder / "another.yaml").write_text("rules: []\n", "utf-8")
    else:
        (folder / "other.yaml").unlink()
    assert rules_at("HEAD", [folder], into).changed


def test_older_revisions_branches_and_tags_are_revisions_too(folder: Path, into: Path) -> None:
    repository = Repository(folder.parent)
    first = repository.commit()
    repository.git("tag", "-a", "v1", "-m", "one")
    (folder / "watch" / "syria.yaml").write_text("rules: []\n", "utf-8")
    second = repository.commit()
    for name, commit in (("HEAD~1", first), ("v1", first), ("HEAD", second), (first[:10], first)):
        assert rules_at(name, [folder], into).commit == commit[:12]


def test_the_repository_may_begin_in_the_folder_itself_and_a_file_be_named(folder: Path, into: Path) -> None:
    Repository(folder).commit()
    file = folder / "watch" / "syria.yaml"
    file.write_text("rules: []\n", "utf-8")
    version = rules_at("HEAD", [folder], into)
    assert [path.name for path in version.paths] == ["places.yaml", "syria.yaml"]
    assert rules_at("HEAD", [file], into).names == {str(into / "watch/syria.yaml"): "HEAD:watch/syria.yaml"}


def test_the_file_under_test_comes_first_where_it_was_there(folder: Path, into: Path, tmp_path: Path) -> None:
    repository = Repository(folder.parent)
    trial = folder.parent / "trial.yaml"
    trial.write_text("rules: []\n", "utf-8")
    repository.commit()
    untracked = folder.parent / "untracked.yaml"
    untracked.write_text("rules: []\n", "utf-8")
    elsewhere = tmp_path / "elsewhere.yaml"
    elsewhere.write_text("rules: []\n", "utf-8")
    assert rules_at("HEAD", [folder], into, first=trial).paths[0] == trial
    for other in (untracked, elsewhere):
        assert other not in rules_at("HEAD", [folder], into, first=other).paths


def test_links_are_not_followed(folder: Path, into: Path, tmp_path: Path) -> None:
    repository = Repository(folder.parent)
    secret = tmp_path / "secret.yaml"
    secret.write_text("rules: []\n", "utf-8")
    (folder / "link.yaml").symlink_to(secret)
    repository.commit()
    assert "link.yaml" not in {path.name for path in rules_at("HEAD", [folder], into).paths}


@pytest.mark.parametrize("revision", ["nothing", "--output=x", "-h", "HEAD~99", "HEAD:rules", "", "a\nb"])
def test_what_is_no_revision_is_told(folder: Path, into: Path, revision: str) -> None:
    Repository(folder.parent).commit()
    with pytest.raises(NoVersion, match="neither a file nor a revision of git"):
        rules_at(revision, [folder], into)


def test_a_folder_that_was_not_there_is_told(folder: Path, into: Path) -> None:
    repository = Repository(folder.parent)
    repository.git("commit", "--allow-empty", "-q", "-m", "nothing")
    with pytest.raises(NoVersion, match=r"no rule files under .*rules at HEAD"):
        rules_at("HEAD", [folder], into)


def test_a_folder_outside_of_git_is_told(folder: Path, into: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = folder.parent / "elsewhere"
    elsewhere.mkdir()
    Repository(elsewhere).commit()
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(folder.parent.parent))
    with pytest.raises(NoVersion, match=r"is not in a git repository .*--against other\.yaml"):
        rules_at("HEAD", [folder], into)


def test_two_repositories_are_one_too_many(folder: Path, into: Path) -> None:
    Repository(folder).commit()
    other = folder.parent / "other"
    other.mkdir()
    Repository(other).commit()
    with pytest.raises(NoVersion, match="different repositories"):
        rules_at("HEAD", [folder, other], into)


def test_without_git_a_file_is_offered(folder: Path, into: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(into))
    with pytest.raises(NoVersion, match="git is not installed: compare with a file instead"):
        rules_at("HEAD", [folder], into)
