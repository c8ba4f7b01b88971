"""The shape of watch-rule files, checked at the door; their JSON Schema comes from here."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from monitor.durations import Duration
from monitor.records import RuleStatus, Severity

RuleId = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=80)]


class Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def _term(value: Any) -> Any:
    if isinstance(value, str):
        return {"term": value}
    if isinstance(value, bool | int | float):
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
    threshold: float | None = Field(None, description="with `score`: from which sum on it holds")
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


class WeightedModel(Model):
    clause: Clause
    weight: float


ClauseModel.model_rebuild()


class SourcesModel(Model):
    ids: Ids | None = None
    exclude: Ids | None = None
    tags: Ids | None = None
    exclude_tags: Ids | None = None
    countries: Ids | None = None
    exclude_countries: Ids | None = None


class WhereModel(Model):
    """Metadata filters; what is unknown passes."""

    languages: Ids | None = None
    sources: SourcesModel = SourcesModel()
    max_age: Duration | None = None
    min_length: Annotated[int, Field(ge=0)] = 0
    max_length: Annotated[int, Field(ge=0)] = 0


class ExampleModel(Model):
    """A text that must fire the rule, or must not; with evidence, or the clause that is not met."""

    fires: str | None = None
    silent: str | None = None
    title: str = ""
    lang: str = ""
    evidence: tuple[str, ...] | None = None
    because: str = ""


class RuleModel(Model):
    """A watch rule."""

    id: RuleId
    title: Annotated[str, Field(max_length=200)] = ""
    description: str = ""
    severity: Severity = "medium"
    tags: Annotated[tuple[str, ...], BeforeValidator(_list, json_schema_input_type=str | list[str])] = ()
    owner: str = ""
    status: RuleStatus = "active"
    review_by: date | None = None
    where: WhereModel = WhereModel()
    let: dict[str, Clause] = {}
    match: Clause
    again: tuple[Annotated[str, Field(pattern=r"^(languages|numbers|sources\+[1-9][0-9]*)$")], ...] = ()
    expires: AwareDatetime | date | None = None
    subscribers: tuple[str, ...] = ()
    examples: tuple[ExampleModel, ...] = ()


class RuleFile(Model):
    """A file of watch rules."""

    rules: tuple[RuleModel, ...] = ()
