"""One typed settings tree, from `configs/default.yaml`'s fields, a user's YAML file and the environment.

Order, later wins: the defaults in the section classes, the YAML file, `WINGMAN_<SECTION>__<FIELD>`
variables, and the well-known key variables (`DEEPGRAM_API_KEY` …). Unknown keys are refused by name.
"""

from __future__ import annotations

import math
import os
import re
import types
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from enum import Enum
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args, get_origin
from urllib.parse import urlsplit, urlunsplit

import msgspec
import yaml

from wingman.config import plain_yaml
from wingman.config.cluster import ClusterSettings
from wingman.config.correlate import CorrelateSettings
from wingman.config.emotion import EmotionSettings
from wingman.config.events import DeliverSettings
from wingman.config.meeting import MeetingSettings
from wingman.config.observe import ObserveSettings
from wingman.config.report import ReportSettings
from wingman.config.section import NotNegativeOrNever, PositiveOrNever, Secret, Section, in_words
from wingman.config.server import ServerSettings
from wingman.config.stt import TranscribeSettings
from wingman.config.suggest import SuggestSettings
from wingman.config.text_file import read_text
from wingman.config.transports import IngestSettings
from wingman.core.errors import InputError
from wingman.core.json import JsonMapping, JsonObject

PREFIX = "WINGMAN_"

KEY_VARIABLES: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "DEEPGRAM_API_KEY": (("transcribe", "deepgram", "api_key"),),
    "HUME_API_KEY": (("emotion", "hume", "api_key"), ("emotion", "hume_v0", "api_key")),
    "HUME_SECRET_KEY": (("emotion", "hume_v0", "secret_key"),),
    "GEMINI_API_KEY": (("suggest", "gemini", "api_key"),),
    "GOOGLE_API_KEY": (("suggest", "gemini", "api_key"),),
}
"""Variables the vendors' own tools read → the settings they fill (each unless the file sets it)."""

ALMOST = 0.85
"""How alike two names are (`difflib`) of which one may be the other, misspelt."""
SEE = "see configs/default.yaml for the names"

SEALING = ("deliver.encryption_key", "cluster.key")
"""Secrets that seal what is stored."""


class Settings(Section, frozen=True):
    """The whole tree. Every field is documented in `configs/default.yaml`."""

    server: ServerSettings = ServerSettings()
    meeting: MeetingSettings = MeetingSettings()
    ingest: IngestSettings = IngestSettings()
    transcribe: TranscribeSettings = TranscribeSettings()
    emotion: EmotionSettings = EmotionSettings()
    correlate: CorrelateSettings = CorrelateSettings()
    suggest: SuggestSettings = SuggestSettings()
    deliver: DeliverSettings = DeliverSettings()
    report: ReportSettings = ReportSettings()
    observe: ObserveSettings = ObserveSettings()
    cluster: ClusterSettings = ClusterSettings()


def load(
    path: Path | None = None,
    environ: Mapping[str, str] | None = None,
    beneath: JsonMapping | None = None,
) -> Settings:
    """Read the settings. Raises `InputError` with one sentence that names the field and the mend.

    `beneath` is a tree of values that file and environment win over: what was set in the browser.
    """
    environ = os.environ if environ is None else environ
    tree = _read_yaml(path) if path else {}
    for variable, places in KEY_VARIABLES.items():
        for where in places:
            if environ.get(variable) and not _get(tree, where):
                _put(tree, where, environ[variable].strip())
    for variable, value in environ.items():
        if variable.startswith(PREFIX) and "__" in variable:
            where, kind = _field_path(variable)
            _put(tree, where, _said(variable, value.strip(), kind))
    if beneath:
        tree = _over(beneath, tree)
    try:
        return build(tree, origin=str(path) if path else "the environment")
    except InputError as wrong:
        taken, field = variables_of(environ), wrong.field.partition("[")[0]
        if field not in taken:
            raise
        return build(tree, origin=f"the variable {taken[field]}")


def settings_of_file(path: Path) -> Iterator[str]:
    """Dotted names of the settings a file sets. Raises `InputError` as `load` does."""
    yield from _leaves(_read_yaml(path))


def variables_of(environ: Mapping[str, str]) -> dict[str, str]:
    """Dotted name of every setting the environment sets → the variable that does it."""
    taken: dict[str, str] = {}
    for variable, fields_filled in KEY_VARIABLES.items():
        if environ.get(variable):
            taken |= {".".join(where): variable for where in fields_filled}
    for variable in environ:
        if variable.startswith(PREFIX) and "__" in variable:
            taken[".".join(_field_path(variable)[0])] = variable
    return taken


def variable_of(name: str) -> str:
    """The variable that sets the setting of this dotted name."""
    return f"{PREFIX}{name.replace('.', '__').upper()}"


def unread(environ: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Variables that have a setting's name with single underscores, which is not read → what it is called."""
    alike = {variable_of(name).replace("__", "_"): variable_of(name) for name, _ in fields()}
    yield from ((variable, alike[variable]) for variable in environ if variable in alike)


def _leaves(tree: JsonMapping, prefix: str = "") -> Iterator[str]:
    for name, value in tree.items():
        dotted = f"{prefix}{name}"
        if isinstance(value, Mapping):
            yield from _leaves(value, f"{dotted}.")
        else:
            yield dotted


def _over(beneath: JsonMapping, tree: JsonMapping) -> JsonObject:
    """`tree` laid over `beneath`, section by section."""
    merged = dict(beneath)
    for name, value in tree.items():
        under = merged.get(name)
        both = isinstance(value, Mapping) and isinstance(under, Mapping)
        merged[name] = _over(under, value) if both else value  # type: ignore[arg-type]  # checked in `both`
    return merged


def build(tree: JsonMapping, origin: str = "the settings") -> Settings:
    """A plain tree of values as `Settings`. Raises `InputError`."""
    try:
        settings = msgspec.convert(tree, Settings, dec_hook=_decode)
    except msgspec.ValidationError as broken:
        raise _explain(broken, origin) from None
    for name, value in fields_of(settings):
        if isinstance(value, float) and not math.isfinite(value) and not (value > 0 and _may_be_never(name)):
            raise InputError(f"setting `{name}` in {origin} is wrong: {value} is no amount", field=name)
    for name, secret in _credentials(settings):
        if not (secret.isascii() and secret.isprintable()):
            raise InputError(
                f"`{name}` in {origin} holds a line break or a character that no key has; paste it again",
                field=name,
            )
    return settings


def _credentials(section: Section, prefix: str = "") -> Iterator[tuple[str, str]]:
    """Dotted name and text of what is sent to a service. What seals never is, and may be any text."""
    for field in msgspec.structs.fields(section):
        name, value = f"{prefix}{field.name}", getattr(section, field.name)
        if isinstance(value, Section):
            yield from _credentials(value, f"{name}.")
        elif isinstance(value, Secret) and name not in SEALING:
            yield name, value.reveal()


def _may_be_never(name: str) -> bool:
    """Whether infinity means something for the setting of this dotted name."""
    return _kind_of(name.split(".")) in (PositiveOrNever, NotNegativeOrNever)


def plain(value: Any) -> Any:
    """Settings as plain values with every secret masked; safe to print or serve."""
    return msgspec.to_builtins(value, enc_hook=_mask)


def without_credentials(tree: Any, name: str = "", *, hook: bool = False) -> Any:
    """Plain settings whose addresses show neither user, password nor query, and a webhook's no path either."""
    if isinstance(tree, dict):
        return {
            key: without_credentials(value, str(key), hook=hook or name == "webhooks")
            for key, value in tree.items()
        }
    if isinstance(tree, (list, tuple)) and name == "ice_servers":
        return [re.sub(r":[^@]*@", ":", str(server)) for server in tree]
    if not isinstance(tree, str) or not name.endswith("url") or "://" not in tree:
        return tree
    parts = urlsplit(tree)
    path = "/…" if hook and parts.path.strip("/") else parts.path
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], path, "", ""))


def fields_of(section: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Dotted name and value of every leaf setting in force."""
    for name, value in msgspec.to_builtins(section, enc_hook=_mask).items():
        yield from _values(f"{prefix}{name}", value)


def _values(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _values(f"{name}.{key}", inner)
    else:
        yield name, value


S = TypeVar("S", bound=Section)


def changed(section: S, field: str, value: Any) -> S:
    """`section` with one field replaced by a caller's value, checked like the settings file's."""
    kinds = _kinds(type(section))
    try:
        checked = msgspec.convert(value, kinds[field], dec_hook=_decode)
    except msgspec.ValidationError as broken:
        raise InputError(f"`{field}` is wrong: {in_words(str(broken))}", field=field) from None
    return msgspec.structs.replace(section, **{field: checked})


def fields(section: type[Section] = Settings, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Dotted name and default of every leaf setting, in order (for documentation and its test)."""
    for field in msgspec.structs.fields(section):
        name = f"{prefix}{field.name}"
        if isinstance(field.type, type) and issubclass(field.type, Section):
            yield from fields(field.type, f"{name}.")
        else:
            yield name, field.default if field.default is not msgspec.NODEFAULT else field.default_factory()


def _read_yaml(path: Path) -> JsonObject:
    text = read_text(path, "the settings file", "config")
    try:
        tree = plain_yaml.read(text)
    except (yaml.YAMLError, ValueError) as broken:
        mark = getattr(broken, "problem_mark", None)
        where = f" at line {mark.line + 1}" if mark else ""
        raise InputError(f"{path} is not valid YAML{where}: {_why(broken)}", field="config") from None
    if tree is None:
        return {}
    if not isinstance(tree, dict):
        raise InputError(
            f"{path} must hold sections like `server:`, not a {type(tree).__name__}", field="config"
        )
    return _without_empty(tree, Settings)


def _why(broken: Exception) -> str:
    """What is wrong with the YAML, without its own words: they may be those of a secret."""
    if isinstance(broken, plain_yaml.RefusedError):
        return str(broken.problem)
    if "'\\t'" in str(getattr(broken, "problem", "")):
        return "a tab stands there; indent with blanks"
    return "check its indentation, and put a text that holds other signs than letters and digits in quotes"


def _without_empty(tree: JsonMapping, section: Any) -> JsonObject:
    """A section, a list or a mapping all of whose lines are comments says nothing."""
    kinds, kept = _kinds(section), dict[str, Any]()
    for name, value in tree.items():
        kind = kinds.get(name)
        if value is None and (_is_section(kind) or get_origin(kind) in (tuple, dict)):
            continue
        kept[name] = _without_empty(value, kind) if _is_section(kind) and isinstance(value, dict) else value
    return kept


def _said(variable: str, value: str, kind: Any) -> Any:
    """What a variable says to a setting of this kind: text as it stands, everything else as YAML.

    The value may be a secret, so it is in no error.
    """
    quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "\"'"
    if not value or (_is_text(kind) and not quoted):
        return value
    try:
        return plain_yaml.read(value)
    except (yaml.YAMLError, ValueError):
        raise InputError(
            f"the variable {variable} cannot be read; write a plain value, or a list like [one, two]",
            field=variable,
        ) from None


def _is_text(kind: Any) -> bool:
    named = isinstance(kind, type) and issubclass(kind, Enum)
    return kind in (str, Secret) or get_origin(kind) is Literal or named


def _field_path(variable: str) -> tuple[tuple[str, ...], Any]:
    """Where the setting lies that a variable names, and of which kind it is."""
    path = tuple(part.lower() for part in variable.removeprefix(PREFIX).split("__"))
    kind = _kind_of(path)
    if kind is None:
        near = _near(".".join(path))
        meant = f"perhaps {variable_of(near)} is meant" if near else SEE
        raise InputError(f"the variable {variable} names no setting; {meant}", field=variable)
    return path, kind


def _kind_of(path: Sequence[str]) -> Any:
    """Of which kind the setting is that lies there; None where there is none."""
    kind: Any = Settings
    for part in path:
        kind = _kinds(kind).get(part)
    return kind


def _kinds(section: Any) -> Mapping[str, Any]:
    """The fields of a section and their kinds; none for what is no section."""
    return {f.name: f.type for f in msgspec.structs.fields(section)} if _is_section(section) else {}


def _is_section(kind: Any) -> bool:
    return isinstance(kind, type) and not isinstance(kind, types.GenericAlias) and issubclass(kind, Section)


def _get(tree: JsonMapping, path: tuple[str, ...]) -> Any:
    value: Any = tree
    for part in path:
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def _put(tree: JsonObject, path: tuple[str, ...], value: Any) -> None:
    for part in path[:-1]:
        inner = tree.setdefault(part, {})
        if not isinstance(inner, dict):
            return  # the file has a scalar where a section belongs; `build` will name it
        tree = inner
    tree[path[-1]] = value


def _decode(kind: type, value: Any) -> Any:
    if kind is Secret:
        if not isinstance(value, str):
            raise ValueError("Expected `str`")
        return Secret(value)
    raise NotImplementedError(kind)


def _mask(value: Any) -> Any:
    if isinstance(value, Secret):
        return "***" if value else ""
    raise NotImplementedError(type(value))


def _explain(broken: msgspec.ValidationError, origin: str) -> InputError:
    text = str(broken)
    reason, _, where = text.partition(" - at `$")
    path = where.rstrip("`").lstrip(".")
    if reason.startswith("Object contains unknown field"):
        name = reason.split("`")[1]
        dotted = f"{path}.{name}" if path else name
        near = _near(dotted)
        mend = f"perhaps `{near}` is meant" if near else f"remove it or {SEE}"
        if near == dotted:
            mend = f"write `{name.replace('.', ': {')}: …{'}' * name.count('.')}`"
        return InputError(f"unknown setting `{dotted}` in {origin}; {mend}", field=dotted)
    if reason.startswith("Invalid enum value") and (words := _words(path)):
        reason = f"{reason[0].lower()}{reason[1:]}; use one of {', '.join(words)}"
    if "` - at `key`" in reason:
        return InputError(f"a name in {origin} is a number; put it in quotes, or {SEE}", field=path)
    return InputError(f"setting `{path or '?'}` in {origin} is wrong: {in_words(reason)}", field=path)


def _near(name: str) -> str:
    """The setting that may be meant by a name that is none: the nearest, or the only one there that ends so.

    Without a section it may be of any, but it is none that seals: another secret would be put there.
    """
    known, name = [*_names()], name.lower()
    if near := get_close_matches(name, known, 1, ALMOST):
        return near[0]
    section, dot, _ = name.partition(".")
    end = f".{name.rpartition('.')[2]}"
    same = [one for one in known if one.startswith(section + dot if dot else "") and one.endswith(end)]
    return same[0] if len(same) == 1 and same[0] not in SEALING else ""


def _names(section: type[Section] = Settings, prefix: str = "") -> Iterator[str]:
    """Dotted names of all sections and settings."""
    for name, kind in _kinds(section).items():
        yield f"{prefix}{name}"
        if _is_section(kind):
            yield from _names(kind, f"{prefix}{name}.")


def _words(path: str) -> tuple[str, ...]:
    """What may stand at `path`, where that is a matter of words."""
    kind = _kind_of(path.split("."))
    return get_args(kind) if get_origin(kind) is Literal else ()
