"""The settings in force, where each of them comes from, and the one way to change them while Wingman runs."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from wingman.config.briefs import with_brief
from wingman.config.settings import Settings, load, settings_of_file, variables_of
from wingman.config.user_settings import UserSettings
from wingman.core.errors import InputError
from wingman.core.json import JsonMapping


class SettingsStore:
    """Settings from three places: the page's (beside the log), a file's and the environment's; later wins."""

    def __init__(self, file: Path | None, environ: Mapping[str, str] | None, folder: Path) -> None:
        self.file = file
        self._environ = os.environ if environ is None else environ
        self._user = UserSettings(folder)

    def settings(self) -> Settings:
        """All of them together. Raises `InputError`."""
        return self._build({})

    def fixed(self) -> dict[str, str]:
        """Dotted name → who set it (`the settings file x.yaml`, `the variable DEEPGRAM_API_KEY`), where the
        page has
        no say."""
        taken = {}
        if self.file is not None:
            taken = dict.fromkeys(settings_of_file(self.file), f"the settings file {self.file}")
        for name, variable in variables_of(self._environ).items():
            taken[name] = f"the variable {variable}"
        return taken

    def stored(self) -> set[str]:
        """Names of the keys that are stored sealed."""
        return set(self._user.keys())

    def change(self, values: JsonMapping) -> Settings:
        """Store `values` (dotted names; None goes back to the default). Raises `InputError` and stores
        nothing."""
        self._refuse_fixed(values)
        settings = self._build(values)
        self._user.put_values(values)
        return settings

    def put_key(self, name: str, key: str) -> Settings:
        """Store a credential sealed; an empty one is removed. Raises `InputError`."""
        self._refuse_fixed({name: key})
        self._user.put_key(name, key)
        return self.settings()

    def briefs(self) -> dict[str, str]:
        """Account → what is to be known before a call with it, the newest first. Raises `InputError`."""
        return self._user.briefs()

    def keep_brief(self, account: str, text: str) -> dict[str, str]:
        """Keep it for the next call; an empty text forgets it. All that is kept then. Raises `InputError`."""
        kept = with_brief(self._user.briefs(), account, text)
        self._user.put_briefs(kept)
        return kept

    def with_key(self, name: str, key: str) -> Settings:
        """The settings as they would be with this credential, which is not stored."""
        return self._build({name: key})

    def _build(self, values: JsonMapping) -> Settings:
        tree = self._user.tree()
        for name, value in values.items():
            *sections, field = name.split(".")
            inner = tree
            for section in sections:
                inner = inner.setdefault(section, {})
            if value is None:
                inner.pop(field, None)
            else:
                inner[field] = value
        return load(self.file, self._environ, beneath=tree)

    def _refuse_fixed(self, values: JsonMapping) -> None:
        fixed = self.fixed()
        for name in values:
            if name in fixed:
                raise InputError(f"`{name}` is set by {fixed[name]}; change it there", field=name, status=409)
