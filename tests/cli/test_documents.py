"""Articles from JSON lines: what is wrong with a line is said in the words of whoever wrote it."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.cli.documents import documents
from monitor.cli.line_files import Line, read_line
from monitor.located import InvalidFile, Problem


@pytest.mark.parametrize(
    ("line", "said", "remedy"),
    [
        # no JSON
        ("no article", "it is not JSON: “no article”", "plain text belongs in a file named .txt"),
        ("غارات روسية", "it is not JSON: “\u2068غارات روسية\u2069”", "write one article a line"),
        ('"title": "x",', "it is text, not an object in braces", "write one article a line"),
        ("]", "it is not JSON by itself: “]”", "write one article a line"),
        ("{", "it is not whole JSON: it ends before a quotation mark or brace is closed", "\\n"),
        ('{"title": "غارات" x}', "it is not JSON from character 19 on: “x}”", "names and texts stand in"),
        ('  {title: "x"}', 'it is not JSON from character 4 on: “title: "x"}”', "names and texts stand in"),
        ('{"title": "x"},', "something follows the article at character 15", "with nothing after it"),
        ('{"title": "\\ud800"}', "\\ud800 at character 12 is half a character", "both of its halves"),
        (b'{"title": "\xd8\xa7\xff"}', "character 13 is not in UTF-8", "save the file in the encoding UTF-8"),
        ('{"x":' + "[" * 5000, "lists or objects lie too deep in each other", "write one article a line"),
        # a field of another type
        ("5", "it is a number, not an object in braces", "write one article a line"),
        ('[{"title": "x"}]', "it is a list", "without [ ] around the articles"),
        ('{"title": 5}', '"title" is a number, it must be text', 'write "title": "…"'),
        ('{"text": ["x"]}', '"text" is a list, it must be text', 'write "text": "…"'),
        ('{"id": 1.5}', '"id" is a number with a fraction, it must be text or a whole number', '"id": "1"'),
        ('{"tags": "war"}', '"tags" is text, it must be a list of texts', '["war", "syria"]'),
        ('{"tags": ["a", 5]}', 'one of "tags" is a number, it must be text', '["war", "syria"]'),
        ('{"country": null}', '"country" is null, it must be text', '"country": "sy"'),
        # times
        (
            '{"published": "24 Nov 2026"}',
            '"published" is “24 Nov 2026”, which is no time that can be read',
            'write "published": "2026-03-01T12:30:00Z"',
        ),
        ('{"seen": 17}', '"seen" is a number, it must be a time', 'write "seen": "2026-03-01T12:30:00Z"'),
        (
            '{"seen": "\\u001b[31m\\u202e"}',
            '"seen" is “�[31m”, which is no time that can be read',
            'write "seen": "2026-03-01T12:30:00Z"',
        ),
    ],
)
def test_a_line_that_is_no_article_says_what_is_wrong_and_what_to_do(
    line: str | bytes, said: str, remedy: str
) -> None:
    data = line.encode() if isinstance(line, str) else line
    with pytest.raises(InvalidFile) as raised:
        read_line(Line("some.jsonl", 3, data))
    [problem] = raised.value.problems
    assert (problem.file, problem.line, problem.message) == ("some.jsonl", 3, f"is no article: {said}")
    assert remedy in problem.remedy


def test_a_document_is_placed_by_its_line_only_among_others(tmp_path: Path) -> None:
    lines, text = tmp_path / "a.jsonl", tmp_path / "b.txt"
    lines.write_text('{"text": "One."}\nTwo.\n{"text": "Three."}\n')
    text.write_text("Four.")
    problems: list[Problem] = []
    found = [one.place for one in documents([str(lines), str(text)], problems.append)]
    assert found == [f"{lines}:1", f"{lines}:3", str(text)]
    assert [(one.file, one.line) for one in problems] == [(str(lines), 2)]
