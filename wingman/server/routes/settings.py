"""The settings people change in the browser."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from wingman.config.editable import GROUPS, NAMES, Choosable, Editable, Shown
from wingman.core.errors import InputError
from wingman.core.json import JsonMapping, JsonObject
from wingman.core.threads import in_thread
from wingman.server.http import Json, body
from wingman.server.routing import ApiRoute

LISTED = 100
"""Most entries of a list that may be stored."""


class SettingsAdmin(Protocol):
    """What the service offers behind these routes."""

    def value(self, name: str) -> Any:
        """The value in force of a dotted name."""
        ...

    def offered(self, name: str) -> bool:
        """Is this setting read by what is in use?"""
        ...

    def fixed(self) -> Mapping[str, str]:
        """Dotted name → who set it where the page has no say."""
        ...

    def choices(self, name: str) -> Sequence[Choosable]:
        """The choices of a setting that are known at run time only."""
        ...

    def facts(self) -> Sequence[Shown]:
        """What is told beside the privacy settings: encryption, redaction, where everything lies."""
        ...

    @property
    def file(self) -> str:
        """The settings file in use; empty where there is none."""
        ...

    async def change(self, values: JsonMapping) -> None:
        """Store and apply. Raises `InputError` and changes nothing."""
        ...


@dataclass(frozen=True, slots=True)
class SettingsChange:
    """Dotted name → value; null goes back to the default."""

    values: JsonObject = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SettingsRoutes:
    """The handlers; state lives in the admin."""

    admin: SettingsAdmin

    def routes(self) -> list[BaseRoute]:
        return [ApiRoute("/api/settings", GET=self.show, PATCH=self.change)]

    async def show(self, _: Request) -> Response:
        groups = await in_thread(partial(self._groups, self.admin.fixed()))  # choices are read from files
        for group in groups:
            if group["title"] == "Privacy":
                group["settings"] += self.admin.facts()
        return Json({"groups": groups, "file": self.admin.file})

    async def change(self, request: Request) -> Response:
        values = (await body(request, SettingsChange)).values
        if not values:
            raise InputError("the field `values` names no setting", field="values")
        for name, value in values.items():
            _check(name, value)
        await self.admin.change(values)
        return Json({"restart": [name for name in values if NAMES[name].restart]})

    def _groups(self, fixed: Mapping[str, str]) -> list[JsonObject]:
        return [
            {
                "title": title,
                "settings": [
                    self._shown(each, fixed.get(each.name, ""))
                    for each in group
                    if self.admin.offered(each.name)
                ],
            }
            for title, group in GROUPS.items()
        ]

    def _shown(self, each: Editable, fixed: str) -> Shown:
        if each.choices is not None:
            choices = tuple(Choosable(value, label) for value, label in each.choices.items())
        else:
            choices = tuple(self.admin.choices(each.name)) if each.kind == "choice" else ()
        value = self.admin.value(each.name)
        if each.kind == "choice" and value not in {choice.value for choice in choices}:
            choices = (*choices, Choosable(value, value))  # what the file says is shown, whatever it is
        return Shown(
            name=each.name,
            label=each.label,
            kind=each.kind,
            value=value,
            help=each.help,
            choices=choices,
            least=each.least,
            most=each.most,
            fixed=fixed,
            restart=each.restart,
        )


def _check(name: str, value: Any) -> None:
    """Raises `InputError` for what the page may not change, or not to this."""
    known = NAMES.get(name)
    if known is None:
        raise InputError(
            f"`{name[:80]}` cannot be changed here; what can is {', '.join(NAMES)}, the rest stands in the "
            f"file",
            field=name[:80],
        )
    if value is None:
        return
    if known.kind == "number" and (
        not isinstance(value, (int, float)) or isinstance(value, bool) or not known.least <= value <= known.most
    ):
        raise InputError(f"`{name}` must be a number from {known.least:g} to {known.most:g}", field=name)
    if known.kind == "list" and (
        not isinstance(value, list) or len(value) > LISTED or not all(isinstance(item, str) for item in value)
    ):
        raise InputError(f"`{name}` must be a list of at most {LISTED} texts", field=name)
