"""What is wrong with a case: the key, what was found there, what is allowed, and the nearest known key."""

from __future__ import annotations

import difflib
import types
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from lithiate_meshes.quantities import Quantity, shown
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from lithiate.case.toml_text import dotted

KeyPath = tuple[str | int, ...]

_KINDS = {
    "dict_type": "a table",
    "model_type": "a table",
    "model_attributes_type": "a table",
    "tuple_type": "a list",
    "string_type": "a string",
    "int_type": "a whole number",
    "bool_type": "true or false",
}


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong.

    Attributes:
        path: the key it is about; empty for the file as a whole.
        text: what was found and what is allowed.
    """

    path: KeyPath
    text: str

    def __str__(self) -> str:
        return f"{dotted(self.path)}: {self.text}" if self.path else self.text


def nearest(word: str, known: Iterable[str]) -> str:
    """``; did you mean ...?`` with the known word nearest to a misspelled one, or nothing."""
    found = _near(word, known)
    return f"; did you mean {found[0]}?" if found else ""


def _near(word: str, known: Iterable[str]) -> list[str]:
    """The nearest known word, or none."""
    return difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)


def unknown_key(word: str, known: Sequence[str]) -> str:
    """What to say of a key that is not known."""
    return f"unknown key; allowed: {', '.join(known)}{nearest(word, known)}"


def findings_from(error: ValidationError, model: type[BaseModel], prefix: KeyPath = ()) -> list[Finding]:
    """The findings of pydantic in the words of a case file.

    Args:
        error: what validating ``model`` raised.
        model: the model that was validated.
        prefix: key path of the validated table in the case file.
    """
    found: list[Finding] = []
    misspelled: set[KeyPath] = set()
    for details in error.errors(include_url=False):
        place = _locate(model, details["loc"])
        context = details.get("ctx", {})
        path = (*prefix, *place.path, *context.get("path", ()))
        if details["type"] == "too_short" and details["input"]:
            continue  # pydantic does not count the entries that it refused
        if details["type"] == "extra_forbidden" and place.holder is not None:
            misspelled.update((*path[:-1], near) for near in _near(str(path[-1]), place.holder.model_fields))
        finding = _describe(details, place, path)
        if finding not in found:
            found.append(finding)
    # A misspelled key is told once, not again as the missing key that it was meant to be.
    return [
        finding
        for finding in found
        if not (finding.text.startswith("missing") and finding.path in misspelled)
    ]


@dataclass(frozen=True)
class _Place:
    """Where an error location leads: path in the file, model of the table, type of the value there."""

    path: KeyPath
    holder: type[BaseModel] | None
    annotation: Any
    metadata: tuple[Any, ...]
    description: str


def _locate(model: type[BaseModel], location: tuple[str | int, ...]) -> _Place:
    """Follow a location through the types; the tags of unions in it are no keys of a file."""
    path: list[str | int] = []
    holder: type[BaseModel] | None = None
    annotation: Any = model
    metadata: tuple[Any, ...] = ()
    description = ""
    for element in location:
        annotation, _ = strip_annotation(annotation)
        member = _tagged_member(annotation, element)
        if member is not None:
            annotation = member
            continue
        path.append(element)
        holder, metadata, description = None, (), ""
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            holder = annotation
            field = annotation.model_fields.get(str(element))
            annotation = field.annotation if field else None
            if field:
                metadata, description = tuple(field.metadata), field.description or ""
        elif get_origin(annotation) in (dict, tuple):
            arguments = get_args(annotation)
            annotation = arguments[1] if get_origin(annotation) is dict else arguments[0]
        else:
            annotation = None
    annotation, inner = strip_annotation(annotation)
    return _Place(tuple(path), holder, annotation, metadata + inner, description)


def strip_annotation(annotation: Any) -> tuple[Any, tuple[Any, ...]]:
    """A type without ``Annotated`` and without ``None``, and its metadata.

    Args:
        annotation: the type of a field.
    """
    metadata: tuple[Any, ...] = ()
    while True:
        if get_origin(annotation) is Annotated:
            annotation, metadata = annotation.__origin__, metadata + annotation.__metadata__
            continue
        if get_origin(annotation) in (Union, types.UnionType):
            members = [member for member in get_args(annotation) if member is not type(None)]
            if len(members) == 1:
                annotation = members[0]
                continue
        return annotation, metadata


def _tagged_member(annotation: Any, tag: str | int) -> Any:
    """The member of a union of models one of whose fields is the literal ``tag``, or the union within it."""
    for member in _members(annotation):
        if _members(member):
            if _tagged_member(member, tag) is not None:
                return member
        elif isinstance(member, type) and issubclass(member, BaseModel):
            for field in member.model_fields.values():
                if get_origin(field.annotation) is Literal and tag in get_args(field.annotation):
                    return member
    return None


def _members(annotation: Any) -> list[Any]:
    """The members of a union, each without ``Annotated``; none of anything else."""
    if get_origin(annotation) not in (Union, types.UnionType):
        return []
    return [strip_annotation(member)[0] for member in get_args(annotation)]


def _models(annotation: Any) -> list[Any]:
    """The models in a union and in the unions within it."""
    return [model for member in _members(annotation) for model in _models(member) or [member]]


def _describe(details: ErrorDetails, place: _Place, path: KeyPath) -> Finding:
    kind, context, given = details["type"], details.get("ctx", {}), details["input"]
    if kind == "refused":
        return Finding(path, str(context["message"]))
    if kind == "extra_forbidden":
        known = tuple(place.holder.model_fields) if place.holder else ()
        return Finding(path, unknown_key(str(path[-1]), known))
    if kind == "missing":
        return Finding(path, f"missing{_expected(place)}")
    if kind == "union_tag_not_found":
        return Finding(
            (*path, _discriminator(context)), f"missing; allowed: {_tags(place.annotation, context)}"
        )
    if kind == "union_tag_invalid":
        tags = _tags(place.annotation, context)
        tag = str(context["tag"])
        return Finding(
            (*path, _discriminator(context)), f'found "{tag}"; allowed: {tags}{nearest(tag, _words(tags))}'
        )
    if kind == "literal_error":
        choices = get_args(place.annotation)
        allowed = ", ".join(shown(choice) for choice in choices)
        hint = nearest(given, map(str, choices)) if isinstance(given, str) else ""
        return Finding(path, f"found {shown(given)}; allowed: {allowed}{hint}")
    if kind == "value_error":
        return Finding(path, str(context["error"]))
    if kind in ("too_short", "string_too_short"):
        return Finding(path, "is empty; allowed: at least one entry" if kind == "too_short" else "is empty")
    if kind == "greater_than_equal":
        return Finding(path, f"found {shown(given)}; allowed: at least {context['ge']}")
    if kind in _KINDS:
        return Finding(path, f"found {shown(given)}; allowed: {_KINDS[kind]}")
    return Finding(path, f"found {shown(given)}; {details['msg']}")


def _expected(place: _Place) -> str:
    """What may stand at a missing key, as far as its type says."""
    for item in place.metadata:
        if isinstance(item, Quantity):
            return f"; allowed: {item.allowed()}"
    if get_origin(place.annotation) is Literal:
        return f"; allowed: {', '.join(shown(choice) for choice in get_args(place.annotation))}"
    if isinstance(place.annotation, type) and issubclass(place.annotation, BaseModel):
        return f"; allowed: a table with the keys {', '.join(place.annotation.model_fields)}"
    if get_origin(place.annotation) is tuple:
        return "; allowed: a list of tables"
    return f"; allowed: {place.description}" if place.description else ""


def _discriminator(context: dict[str, Any]) -> str:
    return str(context["discriminator"]).strip("'")


def _tags(annotation: Any, context: dict[str, Any]) -> str:
    """The allowed tags of a union, as written in a case file."""
    name = _discriminator(context)
    fields = [model.model_fields[name] for model in _models(annotation) if name in model.model_fields]
    return ", ".join(dict.fromkeys(shown(tag) for field in fields for tag in get_args(field.annotation)))


def _words(tags: str) -> list[str]:
    return [tag.strip('" ') for tag in tags.split(",")]
