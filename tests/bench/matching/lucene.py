"""Lucene Monitor as a peer: its jars by Maven, its files, and our rules as its queries.

The configuration is the fair, fast one: presearcher of two passes over the terms that are rarest in sample
traffic, highlights on, one entity's names shared by all queries that name it, one thread. Articles come to it
segmented and folded by us, so that both read the same tokens. Every rule has a query:

| rule | query | the same? |
|---|---|---|
| term, phrase, prefix, entity, concept | an interval of it, or of any of its names | yes, but for longest names, languages, exact case, proclitics |
| all, any, none, at_least, title, lead | Boolean, minimum should match, fields | yes |
| all within a paragraph | unordered, no wider than a paragraph; paragraphs lie far apart | yes |
| near | at most so many gaps, ordered or not, no overlaps | yes |
| mentions | the interval so many times in order | yes, within one field |
| all within a sentence | unordered within 30 words | roughly |
| frame | unordered within 30 words of event, actor, place, target | co-occurrence only |
| score | any of the parts' least sets that reach the threshold; negative weights are left out | roughly |
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from itertools import combinations, pairwise
from pathlib import Path

from monitor.matching.clauses import (
    All,
    Any,
    AtLeast,
    Clause,
    Frame,
    Mentions,
    Names,
    Near,
    Scope,
    Score,
    Term,
    children,
)
from monitor.matching.text import segment
from tests import maven
from tests.bench.matching import corpus, scan
from tests.bench.matching.articles import Text
from tests.bench.matching.peer import Setting
from tests.bench.matching.scan import spelled

HERE = Path(__file__).resolve().parent / "lucene"
CACHE = Path(__file__).resolve().parents[3] / ".cache" / "lucene"
LEAST_JAVA = 21
SENTENCE = 30  # words that a sentence is taken to have
PARAGRAPH = 5_000  # less than the gap between paragraphs, more than any of them has words
SECONDS = 600.0
_JVMS = ("/usr/lib/jvm", "/Library/Java/JavaVirtualMachines", "/opt/java", "/opt")


class NoLucene(Exception):
    """Lucene cannot be run here; the message says what is missing."""


def java() -> Path:
    """A ``java`` of version 21 or later, from JAVA_HOME, PATH or where they are installed. Raises ``NoLucene``."""
    home = os.environ.get("JAVA_HOME")
    candidates = [Path(home) / "bin" / "java"] if home else []
    if found := shutil.which("java"):
        candidates.append(Path(found))
    for folder in map(Path, _JVMS):
        candidates += sorted(folder.glob("*/bin/java")) + sorted(folder.glob("*/Contents/Home/bin/java"))
    for candidate in candidates:
        if candidate.is_file() and _version(candidate) >= LEAST_JAVA:
            return candidate
    raise NoLucene(f"no Java {LEAST_JAVA} or later: set JAVA_HOME to a JDK of that age")


def _version(path: Path) -> int:
    try:
        shown = subprocess.run([path, "-version"], capture_output=True, text=True, timeout=30, check=True)
    except (OSError, subprocess.SubprocessError):
        return 0
    version = re.search(r'version "(\d+)', shown.stderr + shown.stdout)
    return int(version[1]) if version else 0


def setting(folder: Path, count: int, heap: str) -> Setting:
    """How the peer over the first ``count`` rules is started. Raises ``NoLucene``."""
    found = java()
    try:
        lib = maven.resolve(HERE / "pom.xml", CACHE)
    except maven.NoJars as error:
        raise NoLucene(str(error)) from error
    return Setting(
        [
            str(found), f"-Xmx{heap}", "-cp", f"{lib}{os.sep}*", str(HERE / "LucenePeer.java"), str(folder), str(count),
        ],
        SECONDS,
    )  # fmt: skip


# --- files ----------------------------------------------------------------------------------------


def write(folder: Path, count: int) -> None:
    """What the peer reads, beside the corpus and its spellings in ``folder``: names, rules, articles, traffic."""
    names: dict[str, dict[str, None]] = {}
    for entry, kind, text in scan.read(folder):
        if kind not in ("not", "case"):
            names.setdefault(entry, {})[text] = None
    _write(folder / "lucene-names.tsv", ("\t".join([id, *forms]) for id, forms in names.items()))
    _write(
        folder / "lucene-rules.tsv",
        ("\t".join([rule.id, *query(rule.clause)]) for rule in corpus.read_rules(folder, count)),
    )
    _write(folder / "lucene-articles.tsv", map(_paragraphs, corpus.read_articles(folder)))
    traffic = (_paragraphs(one).replace("\t", " ") for one in corpus.read_articles(folder, "traffic"))
    _write(folder / "lucene-traffic.txt", traffic)


def _write(path: Path, lines: Iterator[str]) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(f"{line}\n" for line in lines)


def _paragraphs(article: Text) -> str:
    """Title and paragraphs as folded tokens."""
    title = segment(article.title, article.language)
    text = segment(article.text, article.language)
    bounds = [*text.paragraph_starts, len(text.folds)]
    parts = [text.folds[first:last] for first, last in pairwise(bounds)]
    return "\t".join(" ".join(tokens) for tokens in (title.folds, *parts))


# --- queries --------------------------------------------------------------------------------------


def query(clause: Clause, field: str = "text") -> list[str]:
    """The query in the peer's prefix notation."""
    match clause:
        case All(parts=parts, none=none, within=None):
            must = [word for part in parts for word in query(part, field)]
            return [
                "all",
                str(len(parts)),
                str(len(none)),
                *must,
                *[w for part in none for w in query(part, field)],
            ]
        case Any(parts=parts) if not all(map(_is_source, parts)):
            return ["least", "1", str(len(parts)), *[word for part in parts for word in query(part, field)]]
        case AtLeast(count=count, parts=parts):
            return [
                "least",
                str(count),
                str(len(parts)),
                *[word for part in parts for word in query(part, field)],
            ]
        case Scope(field=scope, of=of):
            return query(of, scope)
        case Score():
            return _score(clause, field)
        case Mentions(count=count, of=of):
            return ["in", field, "times", str(count), *_source(of)]
    return ["in", field, *_source(clause)]


def _is_source(clause: Clause) -> bool:
    return isinstance(clause, Term | Names) or (
        isinstance(clause, Any) and all(map(_is_source, clause.parts))
    )


def _source(clause: Clause) -> list[str]:
    match clause:
        case Term(text=text, case=case):
            return _either([_spelling(one) for one in spelled(text, case=case)])
        case Names(ids=ids):
            return _either([["name", id] for id in ids])
        case Any(parts=parts):
            return _either([_source(part) for part in parts])
        case Near(parts=(first, second), words=words, ordered=ordered):
            order = "ordered" if ordered else "unordered"
            return ["near", str(words - 1), order, *_source(first), *_source(second)]
        case All(parts=parts, none=none, within=within):
            width = PARAGRAPH if within == "paragraph" else SENTENCE
            together = _together(width, [_source(part) for part in parts])
            return ["without", *together, *_either([_source(part) for part in none])] if none else together
        case Frame(event=event, actor=actor, place=place, target=target):
            roles = [ids for ids in (event, actor, place, target) if ids]
            return _together(SENTENCE, [_either([["name", id] for id in ids]) for ids in roles])
    raise TypeError(f"no interval for {clause!r}")


def _spelling(text: str) -> list[str]:
    return ["prefix", text[:-1]] if text.endswith("*") else ["term", text]


def _either(sources: Sequence[list[str]]) -> list[str]:
    if len(sources) == 1:
        return sources[0]
    return ["or", str(len(sources)), *[word for source in sources for word in source]]


def _together(width: int, sources: Sequence[list[str]]) -> list[str]:
    return ["width", str(width), str(len(sources)), *[word for source in sources for word in source]]


def _score(clause: Score, field: str) -> list[str]:
    positive = [one for one in clause.parts if one.weight > 0]
    least: list[frozenset[int]] = []
    for size in range(1, len(positive) + 1):
        for chosen in map(frozenset, combinations(range(len(positive)), size)):
            enough = sum(positive[at].weight for at in chosen) >= clause.threshold
            if enough and not any(smaller <= chosen for smaller in least):
                least.append(chosen)
    return query(
        Any(tuple(All(tuple(positive[at].clause for at in sorted(chosen))) for chosen in least)), field
    )


def coincides(clause: Clause) -> bool:
    """Whether both engines mean the same by the clause, longest names and the like aside."""
    match clause:
        case Frame() | Score():
            return False
        case All(within=within, none=none) if within is not None and (within != "paragraph" or none):
            return False
        case Term(case=True):
            return False
    return all(coincides(child) for child in children(clause))
