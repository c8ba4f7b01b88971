"""Plain words for what a model says of a value that it does not take.

Values are never repeated: some are secrets. They only tell which choice or kind was meant.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, NamedTuple, get_args, get_origin

from pydantic import BaseModel, ValidationError

Words = tuple[str, str]
_MOST_LISTED = 10  # keys that a remedy names; a lexicon entry has one for each language
_ADVICE = re.compile(
    r"(.+?): ((?:write|did you mean|put|give|remove|swap|add|rename|lower|keep) .+)", re.DOTALL
)

_MAPPING = ("must be a mapping", "write its keys below it, each as key: value")
_LIST = ("must be a list", "begin each item with a dash, or write [one, two]")
_TRUTH = ("must be true or false", "write one of them, without quotes")
_WHOLE = ("must be a whole number", "write digits, without quotes")
_NUMBER = ("must be a number", "write digits, without quotes")
_KINDS: Mapping[str, Words] = {
    "model_type": _MAPPING,
    "model_attributes_type": _MAPPING,
    "dict_type": _MAPPING,
    "tuple_type": _LIST,
    "list_type": _LIST,
    "string_type": ("must be text", "write one text; if it holds a colon, in single quotes"),
    "path_type": ("must be text", "write the path of a file or folder"),
    "bool_type": _TRUTH,
    "bool_parsing": _TRUTH,
    "int_type": _WHOLE,
    "int_parsing": _WHOLE,
    "int_parsing_size": _WHOLE,
    "int_from_float": ("must be a whole number", "leave out what stands behind the point"),
    "float_type": _NUMBER,
    "float_parsing": _NUMBER,
    "finite_number": ("must be a number", "write digits; infinity is none"),
    "timezone_aware": ("has no time zone", "write it as 2027-06-30T18:00:00+02:00, or only the date"),
}
_BOUNDS: Mapping[str, tuple[str, str, str]] = {
    "greater_than_equal": ("ge", "must be {} or more", "write {} or a larger number"),
    "greater_than": ("gt", "must be more than {}", "write a number above {}"),
    "less_than_equal": ("le", "must be {} or less", "write {} or a smaller number"),
    "less_than": ("lt", "must be less than {}", "write a number below {}"),
}
_FORMS = {
    "id": "write lower-case words with hyphens, such as strikes-on-raqqa",
    "extends": "write the id of a rule, such as strikes-on-raqqa",
    "within": "write sentence, paragraph, or a number of words, such as 8 words",
    "again": "write languages, numbers, or sources+ and a number, such as sources+5",
    "part_of": "write the id of an entity, such as country/sy",
    "capital_of": "write the id of an entity, such as country/sy",
    "narrower": "write the id of a concept, such as air-strike",
    "language": "write its code, such as en or pt-BR",
    "country": "write two letters, such as gb",
    "user_agent": "write up to 500 characters of ASCII in one line",
}


class Complaint(NamedTuple):
    """What a model says: ``place`` leads to it from the model on; ``of_key`` ones name their key."""

    place: tuple[str | int, ...]
    message: str
    remedy: str
    of_key: bool


def of_model(error: ValidationError, model: type[BaseModel] | None = None) -> Iterator[Complaint]:
    """What is wrong, once for each value, however many kinds of value were tried there.

    With the ``model`` that the file was read as, an unknown key's remedy names the one that was meant.
    """
    errors = error.errors(include_url=False)
    around = {one["loc"][:size] for one in errors for size in range(len(one["loc"]))}
    variants = Counter(one["loc"][:-1] for one in errors)
    for one in errors:
        place = one["loc"]
        if one["type"] == "too_short" and place in around:
            continue  # its items are there, and are complained of
        if place[-1:] == ("str",) and variants[place[:-1]] > 1:
            continue  # what else may stand there says more
        if place and (place[-1] in ("date", "datetime") or str(place[-1]).startswith("function-")):
            place = place[:-1]  # the way that was tried, and no key
        of_key = one["type"] in ("extra_forbidden", "missing")
        yield Complaint(place, *_words(dict(one), model), of_key)


def _words(error: Mapping[str, Any], model: type[BaseModel] | None) -> Words:
    """One error in plain words."""
    kind, place, given = error["type"], error["loc"], error.get("input")
    context: Mapping[str, Any] = error.get("ctx") or {}
    key = next((key for key in reversed(place) if isinstance(key, str)), "")
    if kind == "extra_forbidden":
        return f"unknown key {key!r}", _meant_key(key, place, model)
    if kind == "missing":
        return f"{key!r} is missing", "add it"
    if kind in ("literal_error", "enum"):
        return _choice(str(context.get("expected", "")), given)
    if kind in _BOUNDS:
        name, message, remedy = _BOUNDS[kind]
        return message.format(context[name]), remedy.format(context[name])
    if kind in ("too_short", "string_too_short"):
        return "is empty", "write something, or remove the key"
    if kind in ("too_long", "string_too_long"):
        things = "characters" if kind == "string_too_long" else "items"
        return f"has more than {context['max_length']} {things}", "shorten it"
    if kind == "string_pattern_mismatch":
        return "is not written as it should be", _FORMS.get(key, "see the documentation for its form")
    if kind.startswith(("date_", "datetime_")):
        return "is no date", "write it as 2027-06-30"
    if kind in _KINDS:
        return _kind(kind, given)
    message = str(error["msg"]).removeprefix("Value error, ")
    if message.startswith("Input should be "):
        message = f"must be {message.removeprefix('Input should be ')}"
    if kind == "secret":
        return message, "put it into quotes" if isinstance(given, int | float) else "write one of these"
    if message.startswith("write "):
        return "is not written as it should be", message
    if advice := _ADVICE.fullmatch(message):
        return advice[1], advice[2]
    return message, "correct it"


def _kind(kind: str, given: Any) -> Words:
    """What must be, and, where it is not text, what is instead."""
    message, remedy = _KINDS[kind]
    if given is None:
        return f"{message}, but nothing is written", "write it behind the colon, or remove the key"
    text = kind in ("string_type", "path_type")
    if isinstance(given, bool):
        shown = str(given).lower()
        return f"{message}, but is {shown}", "put it into quotes" if text else remedy
    if isinstance(given, int | float) and "number" not in message:
        return f"{message}, but is a number", "put it into quotes" if text else remedy
    if isinstance(given, list | tuple) and message != _LIST[0]:
        return f"{message}, but is a list", "write one text, without brackets and dashes" if text else remedy
    if isinstance(given, dict) and message != _MAPPING[0]:
        return f"{message}, but is a mapping", remedy
    return message, remedy


def _choice(expected: str, given: Any) -> Words:
    choices = [choice.strip("'") for choice in re.split(r", | or ", expected)]
    message = f"must be {'one of ' if len(choices) > 1 else ''}{', '.join(choices)}"
    close = get_close_matches(str(given).lower(), choices, n=1) if isinstance(given, str) else []
    return message, f"did you mean {close[0]!r}?" if close else "write one of them"


def _meant_key(key: str, place: Sequence[str | int], model: type[BaseModel] | None) -> str:
    """The remedy for a key that no one knows."""
    models = _models_at(model, place) if model is not None else ()
    known = {name: annotation for one in models for name, annotation in _keys(one)}
    for name, annotation in known.items():
        inside = () if get_origin(annotation) is dict else _models(annotation)
        if any(key == inner for one in inside for inner, _ in _keys(one)):
            return f"move it below {name!r}, or remove it"
    if close := get_close_matches(key.lower(), known, n=1):
        return f"did you mean {close[0]!r}?"
    if 0 < len(known) <= _MOST_LISTED:
        return f"remove it or correct its name; known here: {', '.join(known)}"
    return "remove it or correct its name"


def _keys(model: type[BaseModel]) -> Iterator[tuple[str, Any]]:
    """The keys that a file may have for a model, with what stands there."""
    for name, field in model.model_fields.items():
        yield field.alias or name, field.annotation


def _models_at(model: type[BaseModel], place: Sequence[str | int]) -> tuple[type[BaseModel], ...]:
    """The models of the mapping that holds the last key of ``place``.

    Numbers of items, keys of free mappings and the names of variants lead no further down.
    """
    models: tuple[type[BaseModel], ...] = (model,)
    for key in place[:-1]:
        below = [annotation for one in models for name, annotation in _keys(one) if name == key]
        models = tuple(found for annotation in below for found in _models(annotation)) or models
    return models


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    """The models in a type: those of a tuple's items, of a mapping's values, of what may be left out."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models(part)
