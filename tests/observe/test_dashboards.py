"""The dashboard and the alarms in `deploy/` ask for metrics that exist."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import promql_parser
import pytest
import yaml
from prometheus_client import REGISTRY

from wingman.observe import metrics

DEPLOY = Path(__file__).parents[2] / "deploy"


def known() -> set[str]:
    """Names as Prometheus stores them."""
    assert metrics.EVENTS
    names = {family.name for family in REGISTRY.collect()}
    return names | {f"{name}{suffix}" for name in names for suffix in ("_total", "_bucket", "_sum", "_count")}


def asked(expression: str) -> set[str]:
    return set(re.findall(r"\bwingman_\w+", expression))


def test_every_panel_asks_for_what_is_counted() -> None:
    board = json.loads((DEPLOY / "grafana-dashboard.json").read_text(encoding="utf-8"))
    expressions = [target["expr"] for panel in board["panels"] for target in panel["targets"]]
    assert len(expressions) >= 8
    assert all(asked(expression) for expression in expressions)
    assert set().union(*map(asked, expressions)) <= known()


def test_every_alarm_asks_for_what_is_counted_and_says_what_is_wrong() -> None:
    rules = yaml.safe_load((DEPLOY / "alerts.yml").read_text(encoding="utf-8"))["groups"]
    rules = [rule for group in rules for rule in group["rules"]]
    assert set().union(*(asked(rule["expr"]) for rule in rules)) <= known()
    assert all(rule["annotations"]["summary"] and rule["labels"]["severity"] for rule in rules)


def test_every_expression_is_one() -> None:
    board = json.loads((DEPLOY / "grafana-dashboard.json").read_text(encoding="utf-8"))
    rules = yaml.safe_load((DEPLOY / "alerts.yml").read_text(encoding="utf-8"))["groups"][0]["rules"]
    panels = [target["expr"] for panel in board["panels"] for target in panel["targets"]]
    for expression in [*panels, *(rule["expr"] for rule in rules)]:
        promql_parser.parse(expression)


@pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool comes with Debian's package prometheus")
def test_prometheus_understands_the_alarms() -> None:
    command = ["promtool", "check", "rules", str(DEPLOY / "alerts.yml")]
    said = subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)
    assert said.returncode == 0, said.stderr
