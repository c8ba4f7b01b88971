"""The shape of entity and concept files, checked at the door; JSON Schemas come from here."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, create_model

LANGUAGES: tuple[str, ...] = (
    *(
        "en",
        "ar",
        "fr",
        "es",
        "ru",
        "de",
        "tr",
        "fa",
        "uk",
        "zh",
        "he",
        "it",
        "pt",
        "nl",
        "pl",
        "sv",
        "da",
        "no",
    ),
    *(
        "fi",
        "el",
        "ur",
        "hi",
        "bn",
        "ps",
        "ku",
        "id",
        "ms",
        "vi",
        "th",
        "ko",
        "ja",
        "ro",
        "bg",
        "sr",
        "hr",
        "bs",
    ),
    *(
        "sl",
        "sk",
        "cs",
        "hu",
        "hy",
        "ka",
        "az",
        "kk",
        "ky",
        "uz",
        "tg",
        "mk",
        "sq",
        "et",
        "lv",
        "lt",
        "be",
        "am",
    ),
    *("sw", "ta", "te", "ml", "mr", "gu", "pa", "ne", "si", "my", "km", "lo", "mn", "ca", "eu", "gl"),
)
"""ISO 639 codes that a file may use."""

EntityId = Annotated[
    str, Field(pattern=r"^(country/[a-z]{2}|(place|org|person|product|group)/[a-z0-9]+(-[a-z0-9]+)*)$")
]
ConceptId = Annotated[str, Field(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$")]


def _prefix(text: str) -> str:
    """A * makes a prefix, of which too few letters would be in every text; rules have the same bound."""
    stem = text.removesuffix("*")
    if "*" in stem:
        raise ValueError("a * stands only at the end: write the forms one by one")
    letters = sum(map(str.isalnum, stem.rpartition(" ")[2]))
    if stem != text and letters < SHORTEST_PREFIX:
        raise ValueError(f"the prefix is too short: give {SHORTEST_PREFIX} letters or more before the *")
    return text


SHORTEST_PREFIX = 3
Text = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_prefix)]


class Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class NameItem(Model):
    """A name; ``inflect`` asks for its inflected forms, ``case`` for exact case."""

    name: Text
    inflect: Literal["name", "noun", "adj"] | None = None
    case: bool = False


class TermItem(Model):
    """An event word or cue; ``inflect`` asks for its inflected forms, ``case`` for exact case."""

    term: Text
    inflect: Literal["name", "noun", "adj", "verb"] | None = None
    case: bool = False


def _name(value: Any) -> Any:
    return {"name": value} if isinstance(value, str) else value


def _term(value: Any) -> Any:
    return {"term": value} if isinstance(value, str) else value


def _list(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


Name = Annotated[NameItem, BeforeValidator(_name, json_schema_input_type=NameItem | Text)]
Term = Annotated[TermItem, BeforeValidator(_term, json_schema_input_type=TermItem | Text)]


class EntityNames(Model):
    """How one language names an entity."""

    names: tuple[Name, ...] = ()
    demonyms: tuple[Name, ...] = ()
    metonyms: tuple[Name, ...] = ()
    not_: tuple[Text, ...] = Field(default=(), alias="not")


class ConceptTerms(Model):
    """How one language speaks of a concept: nouns and verbs, and weak ones that count when bound."""

    terms: tuple[Term, ...] = ()
    verbs: tuple[Term, ...] = ()
    weak: tuple[Term, ...] = ()
    weak_verbs: tuple[Term, ...] = ()
    not_: tuple[Text, ...] = Field(default=(), alias="not")


class EntityBase(Model):
    """An entity: its gloss in English, what it lies in, its names by language."""

    gloss: str = ""
    part_of: Annotated[
        tuple[EntityId, ...], BeforeValidator(_list, json_schema_input_type=EntityId | list[EntityId])
    ] = ()
    capital_of: EntityId | None = None
    not_: tuple[Text, ...] = Field(default=(), alias="not")


class ConceptBase(Model):
    """A concept: its gloss in English, the roles its events take, its words by language."""

    gloss: str = ""
    roles: tuple[Literal["actor", "place", "target"], ...] = ("actor", "place", "target")
    narrower: tuple[ConceptId, ...] = ()


_entity_fields: dict[str, Any] = dict.fromkeys(LANGUAGES, (EntityNames | None, None))
_concept_fields: dict[str, Any] = dict.fromkeys(LANGUAGES, (ConceptTerms | None, None))
EntityModel: type[EntityBase] = create_model("Entity", __base__=EntityBase, **_entity_fields)
ConceptModel: type[ConceptBase] = create_model("Concept", __base__=ConceptBase, **_concept_fields)


class EntitiesFile(Model):
    """A file of entities by id."""

    entities: dict[str, EntityModel] = {}  # type: ignore[valid-type]


class ConceptsFile(Model):
    """A file of concepts by id."""

    concepts: dict[str, ConceptModel] = {}  # type: ignore[valid-type]


def entities_schema() -> dict[str, Any]:
    """The JSON Schema of a file of entities."""
    return EntitiesFile.model_json_schema()


def concepts_schema() -> dict[str, Any]:
    """The JSON Schema of a file of concepts."""
    return ConceptsFile.model_json_schema()
