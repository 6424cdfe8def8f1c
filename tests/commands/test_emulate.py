"""Emulators and their fault scripts, from the command line."""

from __future__ import annotations

from pathlib import Path

from tests.support.cli import refused, wingman


def test_a_fault_script_that_cannot_be_used(tmp_path: Path) -> None:
    path = tmp_path / "faults.yaml"
    path.write_text("faults: [{kind: explode}]", encoding="utf-8")
    refused(wingman("demo", "--exit", "--providers", "emulated", "--faults", str(path)), "explode")
    refused(wingman("demo", "--exit", "--faults", str(path)), "--providers emulated")
    path.write_text("faults: [{provider: gemini, kind: reorder}]", encoding="utf-8")
    refused(
        wingman("demo", "--exit", "--port", "0", "--providers", "emulated", "--faults", str(path)), "reorder"
    )
    refused(wingman("emulate", "gemini", "--script", str(path)), "reorder")
    refused(wingman("emulate", "gemini", "--scenario", str(path)), "no scenario")
    refused(wingman("emulate", "hume-v0", "--grpc"), "--grpc")


def test_habits_that_no_gateway_can_have() -> None:
    refused(wingman("emulate", "hume-v0", "--habit", "mood=good"), "connections")
    refused(wingman("emulate", "hume-v0", "--habit", "connections=many"), "connections")
    refused(wingman("emulate", "hume-v0", "--habit", "errors=sung"), "sung")
    refused(wingman("emulate", "hume", "--habit", "connections=1"), "only hume-v0")
