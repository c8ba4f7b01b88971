"""The collector itself: what is found in a page, and when an output agrees with what is shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.docs.blocks import agrees, blocks, commands

PAGE = """# Title

<!-- exit: 1 -->
```console
$ monitor check
…
$ echo one \\
  two
one two
```

- in a list:

  ```yaml
  a: 1
  ```
"""


def test_blocks_and_commands_are_found_with_their_lines(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(PAGE)
    console, settings = blocks(page)
    assert (console.language, console.line, console.told) == ("console", 5, ("exit", "1"))
    assert (settings.language, settings.text, settings.told) == ("yaml", "a: 1\n", ("", ""))
    assert [(one.line, one.text, one.output) for one in commands(console)] == [
        (5, "monitor check", "…"),
        (7, "echo one \\\n  two", "one two"),
    ]


def test_a_block_without_an_end_is_an_error(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("```yaml\na: 1\n")
    with pytest.raises(ValueError, match="does not end"):
        list(blocks(page))


@pytest.mark.parametrize(
    ("shown", "real", "same"),
    [
        ("7 rules", "7 rules\n", True),
        ("7 rules", "8 rules\n", False),
        ("7 rules, … errors", "7 rules, no errors\n", True),
        ("a\n…\nc", "a\nb\nb\nc\n", True),
        ("a\n…\nc", "a\nc\n", True),
        ("…\nc", "a\nb\n", False),
        ("a", "a\nb\n", False),
        ("(a.b)", "(axb)", False),
    ],
)
def test_an_ellipsis_stands_for_anything_and_nothing_else_does(shown: str, real: str, same: bool) -> None:
    assert agrees(shown, real) is same
