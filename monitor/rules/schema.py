"""The shape of watch-rule files, checked at the door; their JSON Schema comes from here."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    field_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from monitor.durations import Duration
from monitor.records import RuleStatus, Severity
from monitor.rules.codes import country_code, language_code, site_name, source_glob

MOST_QUERY = 50_000
"""Characters of a query."""

RuleId = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=80)]


class Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def _term(value: Any) -> Any:
    if isinstance(value, str):
        return {"term": value}
    if isinstance(value, bool):
        raise ValueError(f"{str(value).lower()} without quotes is no word: put the term into quotes")
    if isinstance(value, int | float):
        raise ValueError(f"{value!r} is a number: put the term into quotes")
    return value


def _list(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def _one_or_more(value: Any) -> Any:
    return value if isinstance(value, list) else [value]


Ids = Annotated[
    tuple[str, ...],
    BeforeValidator(_list, json_schema_input_type=str | list[str]),
    Field(min_length=1, max_length=1000),
]


class ClauseModel(Model):
    """One clause. Several clause keys in one mapping mean all of them."""

    term: Annotated[str, Field(min_length=1, max_length=300)] | None = Field(
        None, description="a word or phrase; a final * makes it a prefix"
    )
    case: bool | None = Field(None, description="with `term`: exact case")
    entity: Ids | None = Field(None, description="any name of one of these lexicon ids")
    concept: Ids | None = Field(None, description="any word for one of these concepts")
    inner: bool | None = Field(None, description="with `entity` or `concept`: also inside longer names")
    all: Clauses | None = Field(None, description="all of these hold")
    any: Clauses | None = Field(None, description="at least one of these holds")
    none: Clauses | None = Field(None, description="none of these holds")
    within: Annotated[str, Field(pattern=r"^(sentence|paragraph|[1-9][0-9]{0,4} words?)$")] | None = Field(
        None, description="the parts lie in one sentence, paragraph, or stretch of N words"
    )
    near: Clauses | None = Field(None, description="these follow each other closely")
    words: Annotated[int, Field(ge=1, le=1000)] | None = Field(
        None, description="with `near`: from the last word of one part to the first of the next"
    )
    ordered: bool | None = Field(None, description="with `near`: in this order")
    at_least: Annotated[int, Field(ge=1)] | None = Field(None, description="so many of `of` hold")
    mentions: Annotated[int, Field(ge=1)] | None = Field(None, description="`of` occurs so many times")
    of: Annotated[tuple[Clause, ...], BeforeValidator(_one_or_more)] | None = Field(
        None, description="with `at_least` a list, with `mentions` a clause"
    )
    score: tuple[WeightedModel, ...] | None = Field(None, description="weights of clauses that hold add up")
    threshold: Annotated[float, Field(allow_inf_nan=False)] | None = Field(
        None, description="with `score`: from which sum on it holds"
    )
    title: Clause | None = Field(None, description="the clause holds in the title")
    lead: Clause | None = Field(None, description="the clause holds in title or first paragraph")
    event: Ids | None = Field(None, description="concepts: what happened")
    actor: Ids | None = Field(None, description="with `event`: who did it")
    place: Ids | None = Field(None, description="with `event`: where")
    target: Ids | None = Field(None, description="with `event`: to whom")
    scope: Literal["sentence", "paragraph", "document"] | None = Field(
        None, description="with `event`: how far place and target may stand from it"
    )
    unless: (
        Annotated[tuple[str, ...], BeforeValidator(_list, json_schema_input_type=str | list[str])] | None
    ) = Field(None, description="with `event`: cues that silence it")
    use: str | None = Field(None, description="a clause named in `let`")

    def model_post_init(self, context: Any, /) -> None:
        """Keep the keys that are given alone: the others are the class's, and take no memory."""
        given = self.model_fields_set
        object.__setattr__(
            self, "__dict__", {key: self.__dict__[key] for key in self.__dict__ if key in given}
        )

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """A bare text is a term; `of` takes one clause or a list."""
        shown = handler.resolve_ref_schema(handler(schema))
        mapping = dict(shown)
        of = mapping["properties"]["of"]
        of["anyOf"] = [*of["anyOf"], of["anyOf"][0]["items"]]
        shown.clear()
        shown["anyOf"] = [{"type": "string", "minLength": 1}, mapping]
        return shown


Clause = Annotated[ClauseModel, BeforeValidator(_term)]
Clauses = Annotated[tuple[Clause, ...], Field(min_length=1, max_length=1000)]


def clause_of(**keys: Any) -> ClauseModel:
    """A clause of these keys, which are known to be right: nothing is checked."""
    model = ClauseModel.__new__(ClauseModel)
    object.__setattr__(model, "__dict__", keys)
    object.__setattr__(model, "__pydantic_fields_set__", set(keys))
    object.__setattr__(model, "__pydantic_extra__", None)
    object.__setattr__(model, "__pydantic_private__", None)
    return model


class WeightedModel(Model):
    clause: Clause
    weight: Annotated[float, Field(allow_inf_nan=False)]


ClauseModel.model_rebuild()
for _name in ClauseModel.model_fields:
    setattr(ClauseModel, _name, None)


_MANY = Field(min_length=1, max_length=1000)
Language = Annotated[str, AfterValidator(language_code)]
Country = Annotated[str, AfterValidator(country_code)]
SourceGlob = Annotated[str, AfterValidator(source_glob)]
Site = Annotated[str, AfterValidator(site_name)]
Languages = Annotated[
    tuple[Language, ...], BeforeValidator(_list, json_schema_input_type=str | list[str]), _MANY
]
Countries = Annotated[
    tuple[Country, ...], BeforeValidator(_list, json_schema_input_type=str | list[str]), _MANY
]
SourceGlobs = Annotated[
    tuple[SourceGlob, ...], BeforeValidator(_list, json_schema_input_type=str | list[str]), _MANY
]
Sites = Annotated[tuple[Site, ...], BeforeValidator(_list, json_schema_input_type=str | list[str]), _MANY]


class SourcesModel(Model):
    """By where an article comes from, as the feed list says."""

    ids: SourceGlobs | None = Field(None, description="only these sources; * stands for anything: bbc-*")
    exclude: SourceGlobs | None = Field(None, description="not these sources; * stands for anything")
    tags: Ids | None = Field(None, description="only feeds with one of these tags")
    exclude_tags: Ids | None = Field(None, description="no feed with one of these tags")
    countries: Countries | None = Field(None, description="only publishers of these countries, two letters")
    exclude_countries: Countries | None = Field(None, description="no publisher of these countries")
    sites: Sites | None = Field(
        None, description="only pages of these hosts and their subdomains, such as bbc.co.uk or *.gov"
    )
    exclude_sites: Sites | None = Field(None, description="no page of these hosts and their subdomains")


class WhereModel(Model):
    """Metadata filters; what is unknown passes."""

    languages: Languages | None = Field(None, description="only texts in these languages, two letters")
    exclude_languages: Languages | None = Field(None, description="no text in these languages")
    sources: SourcesModel = Field(SourcesModel.model_validate({}), description="where the article comes from")
    max_age: Duration | None = Field(
        None, description="published no longer before it was first seen, such as 48h"
    )
    min_length: Annotated[int, Field(ge=0)] = Field(0, description="characters of the text, at least")
    max_length: Annotated[int, Field(ge=0)] = Field(0, description="characters of the text, at most; 0: any")

    @field_validator("max_age")
    @classmethod
    def _positive(cls, age: timedelta | None) -> timedelta | None:
        if age is not None and age <= timedelta(0):
            raise ValueError("an age must be longer than zero: write 48h or 7d")
        return age


class ExampleModel(Model):
    """A text that must fire the rule, or must not; with evidence, or the clause that is not met."""

    fires: str | None = Field(None, description="a text that must fire the rule")
    silent: str | None = Field(None, description="a text that must not fire it")
    title: str = Field("", description="the title above the text")
    lang: str = Field("", description="the language of the text, where it is too short to tell")
    evidence: tuple[str, ...] | None = Field(
        None, description="with `fires`: the words that must be shown, in order"
    )
    because: str = Field("", description="with `silent`: the clause that is not met")


def _one_source_of_clauses(schema: dict[str, Any]) -> None:
    """`match` or `query`; neither where `extends` brings clauses along."""
    both = {"required": ["match", "query"]}
    schema["anyOf"] = [{"required": [key]} for key in ("match", "query", "extends")]
    schema["not"] = both


class RuleModel(Model):
    """A watch rule."""

    model_config = ConfigDict(extra="forbid", frozen=True, json_schema_extra=_one_source_of_clauses)

    id: RuleId = Field(description="lower-case words with hyphens; unique")
    title: Annotated[str, Field(max_length=200)] = Field("", description="what subscribers read")
    description: str = Field("", description="for colleagues")
    severity: Severity = Field("medium", description="how urgent it is")
    tags: Annotated[tuple[str, ...], BeforeValidator(_list, json_schema_input_type=str | list[str])] = Field(
        (), description="what subscriptions select by"
    )
    owner: str = Field("", description="who looks after the rule")
    status: RuleStatus = Field(
        "active", description="draft: checked only; shadow: evaluated and recorded, never sent; active"
    )
    review_by: date | None = Field(None, description="when colleagues are to look at it again")
    where: WhereModel = Field(WhereModel.model_validate({}), description="what must be known of the article")
    let: dict[str, Clause] = Field({}, description="named clauses, for `use`")
    extends: RuleId | None = Field(None, description="a rule whose clauses and keys this one takes")
    match: Clause | None = Field(None, description="the clause that must hold")
    query: Annotated[str, Field(max_length=MOST_QUERY)] | None = Field(
        None,
        description='instead of `match`: AND OR NOT ( ) "phrase" wild* NEAR/5 ONEAR/5 title: lead: '
        "sentence: paragraph: lang: source: country: site: case: entity: concept: use: atleast3:",
    )
    again: tuple[Annotated[str, Field(pattern=r"^(languages|numbers|sources\+[1-9][0-9]*)$")], ...] = Field(
        (), description="what is worth a second notice of a story"
    )
    expires: AwareDatetime | date | None = Field(None, description="after which the rule is no longer sent")
    subscribers: tuple[str, ...] = Field((), description="who takes it, besides subscriptions")
    examples: tuple[ExampleModel, ...] = Field((), description="texts that must fire it, texts that must not")


class RuleFile(Model):
    """A file of watch rules."""

    rules: tuple[RuleModel, ...] = ()
