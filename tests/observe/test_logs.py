"""A line of JSON for a machine, whatever logger it came from; libraries that narrate are quiet."""

from __future__ import annotations

import json
import logging

import pytest
import structlog

from wingman.config.observe import ObserveSettings
from wingman.config.section import Secret
from wingman.observe.logs import QUIET, configure


def test_both_kinds_of_loggers_write_one_line_of_json(capsys: pytest.CaptureFixture[str]) -> None:
    configure(ObserveSettings(log_format="json", log_level="info"))
    structlog.get_logger("ours").info("said", meeting="m-1")
    key = Secret("5f2c-a-key-of-no-known-form").reveal()
    logging.getLogger("theirs").warning("careful with %s", key)
    structlog.get_logger("ours").error("failed", exc_info=ValueError(key), asked=[key])
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [(line["event"], line["level"]) for line in lines] == [
        ("said", "info"),
        ("careful with ***", "warning"),
        ("failed", "error"),
    ]
    assert lines[2]["exception"].endswith("ValueError: ***")
    assert lines[2]["asked"] == ["***"]
    assert lines[0]["meeting"] == "m-1"
    assert all("timestamp" in line for line in lines)


def test_below_the_level_nothing_is_written(capsys: pytest.CaptureFixture[str]) -> None:
    configure(ObserveSettings(log_format="json", log_level="error"))
    structlog.get_logger().warning("not this")
    logging.getLogger("theirs").warning("nor this")
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("name", QUIET)
def test_narrating_libraries_are_heard_from_warnings_on(name: str) -> None:
    configure(ObserveSettings(log_level="debug"))
    assert logging.getLogger(name).getEffectiveLevel() == logging.WARNING


def test_a_person_gets_no_json(capsys: pytest.CaptureFixture[str]) -> None:
    configure(ObserveSettings(log_format="console"))
    structlog.get_logger().info("hello")
    written = capsys.readouterr().err
    assert "hello" in written
    assert not written.startswith("{")
