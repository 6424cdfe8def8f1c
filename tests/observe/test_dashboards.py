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
from prometheus_client.metrics import MetricWrapperBase

from wingman.observe import metrics

DEPLOY = Path(__file__).parents[2] / "deploy"


def known() -> set[str]:
    """Names as Prometheus stores them."""
    assert metrics.EVENTS
    names = {family.name for family in REGISTRY.collect()}
    return names | {f"{name}{suffix}" for name in names for suffix in ("_total", "_bucket", "_sum", "_count")}


def asked(expression: str) -> set[str]:
    return set(re.findall(r"\bwingman_\w+", expression))


def expressions() -> list[str]:
    board = json.loads((DEPLOY / "grafana-dashboard.json").read_text(encoding="utf-8"))
    rules = yaml.safe_load((DEPLOY / "alerts.yml").read_text(encoding="utf-8"))["groups"]
    panels = [target["expr"] for panel in board["panels"] for target in panel["targets"]]
    return [*panels, *(rule["expr"] for group in rules for rule in group["rules"])]


def test_every_panel_asks_for_what_is_counted() -> None:
    board = json.loads((DEPLOY / "grafana-dashboard.json").read_text(encoding="utf-8"))
    panels = [target["expr"] for panel in board["panels"] for target in panel["targets"]]
    assert len(panels) >= 8
    assert all(map(asked, panels))
    assert set().union(*map(asked, panels)) <= known()


def test_every_alarm_asks_for_what_is_counted_and_says_what_is_wrong() -> None:
    rules = yaml.safe_load((DEPLOY / "alerts.yml").read_text(encoding="utf-8"))["groups"]
    rules = [rule for group in rules for rule in group["rules"]]
    assert set().union(*(asked(rule["expr"]) for rule in rules)) <= known()
    assert all(rule["annotations"]["summary"] and rule["labels"]["severity"] for rule in rules)


def test_every_expression_is_one() -> None:
    for expression in expressions():
        promql_parser.parse(expression)


def labels() -> dict[str, set[str]]:
    """The labels of each metric, by its name as Prometheus stores it."""
    found: dict[str, set[str]] = {}
    for metric in vars(metrics).values():
        if isinstance(metric, MetricWrapperBase):
            (family,) = metric.describe()
            for suffix in ("", "_total", "_bucket", "_sum", "_count"):
                found[f"{family.name}{suffix}"] = {*metric._labelnames, "le"}
    return found


def test_every_label_that_is_asked_for_is_one_of_its_metric() -> None:
    of = labels()
    asked_for = 0
    for expression in expressions():
        for name, matchers in re.findall(r"\b(wingman_\w+)\{([^}]*)\}", expression):
            chosen = set(re.findall(r"(\w+)\s*[!=]~?", matchers))
            assert chosen <= of[name], expression
            asked_for += len(chosen)
        every = set().union(*(of[name] for name in asked(expression)))
        for grouped in re.findall(r"\bby \(([^)]*)\)", expression):
            assert set(re.findall(r"\w+", grouped)) <= every | {"instance", "job"}, expression
    assert asked_for >= 4


@pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool comes with Debian's package prometheus")
def test_prometheus_understands_the_alarms() -> None:
    command = ["promtool", "check", "rules", str(DEPLOY / "alerts.yml")]
    said = subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)
    assert said.returncode == 0, said.stderr
