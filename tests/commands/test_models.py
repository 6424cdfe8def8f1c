"""Local models from the command line."""

from __future__ import annotations

from tests.support.cli import refused, wingman


def test_models_are_listed_and_never_fetched_by_themselves() -> None:
    done = wingman("models", "list")
    assert done.returncode == 0
    assert "not here" in done.stdout
    nowhere = {"https_proxy": "http://127.0.0.1:9", "http_proxy": "http://127.0.0.1:9"}
    refused(wingman("models", "fetch", environ=nowhere), "could not be fetched")
