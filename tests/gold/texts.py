"""The labelled texts, as they stand in the files beside this module."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, RootModel

from monitor.located import InvalidFile, Problem, read_yaml, validate
from monitor.rules.book import RuleBook
from monitor.rules.load import load_rules

FOLDER = Path(__file__).parent
RULES = FOLDER / "rules.yaml"
LEXICON = FOLDER.parents[1] / "rules"
LANGUAGES = ("ar", "de", "en", "es", "fa", "fr", "ru", "tr", "uk", "zh")

Split = Literal["dev", "test"]
Trap = Literal[
    "anniversary",
    "cross-bind",
    "dateline",
    "deal",
    "denial",
    "drill",
    "elsewhere",
    "fiction",
    "figurative",
    "homograph",
    "labour-strike",
    "no-event",
    "round-up",
    "speaker",
    "sport",
]
TRAPS: tuple[str, ...] = get_args(Trap)


class Text(BaseModel):
    """A text with the ids of the rules that a careful reader sees fire; ``trap`` is what makes it hard."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Annotated[str, Field(pattern=r"^[a-z]{2}-[0-9]{2}$")]
    title: str = ""
    text: Annotated[str, Field(min_length=20)]
    fires: tuple[str, ...]
    trap: Trap | None = None

    @property
    def language(self) -> str:
        """ISO 639-1; for sorting only: what reads the text finds its language itself."""
        return self.id[:2]

    @property
    def split(self) -> Split:
        """The half that the text belongs to, by a hash of its id."""
        return "test" if hashlib.sha256(self.id.encode()).digest()[0] & 1 else "dev"

    @property
    def hard_negative(self) -> bool:
        """Whether something in it tempts a rule that must stay silent."""
        return self.trap is not None and (
            not self.fires or self.trap in ("cross-bind", "speaker", "round-up")
        )


class _File(RootModel[tuple[Text, ...]]):
    """A file of texts."""


def read_texts(languages: Iterable[str] = LANGUAGES) -> list[Text]:
    """The texts of these languages, in the order of the files. Raises ``InvalidFile``."""
    texts: list[Text] = []
    for language in languages:
        path = FOLDER / f"{language}.yaml"
        found = validate(read_yaml(path), _File).root
        for text in found:
            if text.language != language:
                raise InvalidFile([Problem(str(path), 1, 1, f"{text.id} is of another language")])
        texts.extend(found)
    return texts


def read_rules(pack: Path | None = None) -> RuleBook:
    """The gold rules over the shipped lexicon; ``pack`` as for ``load_rules``."""
    return load_rules([LEXICON / "entities", LEXICON / "concepts", RULES], pack=pack)
