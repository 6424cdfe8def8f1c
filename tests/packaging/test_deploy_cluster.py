"""What `deploy/` says of several machines is read by the schemas of those it is for, and fits together."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import kubernetes_validate  # type: ignore[import-untyped]  # it ships no types
import promql_parser
import pytest
import yaml
from compose_spec import PyCompose

from tests.support.each import each
from wingman.cluster.jetstream import OLDEST
from wingman.cluster.watch import CUT_OFF_S
from wingman.config.settings import KEY_VARIABLES, Settings, fields_of, load
from wingman.meeting.handover import LET_GO_S, MOVE_S
from wingman.server.neighbours import Neighbours, hostname

DEPLOY = Path(__file__).parents[2] / "deploy"
COMPOSE = (DEPLOY / "cluster" / "compose.yaml").read_text(encoding="utf-8")
MANIFESTS: list[dict[str, Any]] = list(
    yaml.safe_load_all((DEPLOY / "cluster" / "kubernetes.yaml").read_text(encoding="utf-8"))
)
VALUES = yaml.safe_load((DEPLOY / "cluster" / "nats-values.yaml").read_text(encoding="utf-8"))
SERVER = (DEPLOY / "cluster" / "nats.conf").read_text(encoding="utf-8")
VERSIONS = ("1.29", "1.33", kubernetes_validate.latest_version().rpartition(".")[0])
GRACE_S = 90
ADDRESS = "10.1.2.3"


def manifest(kind: str, name: str = "wingman") -> dict[str, Any]:
    (found,) = [one for one in MANIFESTS if (one["kind"], one["metadata"]["name"]) == (kind, name)]
    return found


@each("version", VERSIONS)
@each("number", range(len(MANIFESTS)))
def test_kubernetes_knows_every_field(number: int, version: str) -> None:
    kubernetes_validate.validate(MANIFESTS[number], version, strict=True)


def test_a_field_nobody_knows_would_be_seen() -> None:
    wrong = {**manifest("PodDisruptionBudget"), "spec": {"maxUnavailabel": 1}}
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(wrong, VERSIONS[-1], strict=True)


def test_a_node_may_take_as_long_to_stop_as_its_meetings_to_move() -> None:
    pod = manifest("Deployment")["spec"]["template"]["spec"]
    assert pod["terminationGracePeriodSeconds"] == GRACE_S
    assert GRACE_S > MOVE_S + LET_GO_S + CUT_OFF_S
    assert manifest("Deployment")["spec"]["strategy"]["rollingUpdate"] == {"maxSurge": 1, "maxUnavailable": 0}
    (container,) = pod["containers"]
    assert container["readinessProbe"]["httpGet"]["path"] == "/readyz"
    assert container["livenessProbe"]["httpGet"]["path"] == "/healthz"
    assert pod["hostNetwork"], "media goes straight to the node"


def environment() -> dict[str, str]:
    """What the pod sets, with an address as Kubernetes would fill it in."""
    (container,) = manifest("Deployment")["spec"]["template"]["spec"]["containers"]
    given = {one["name"]: one.get("value", "x" * 20) for one in container["env"]}
    given["ADDRESS"] = ADDRESS
    return {name: value.replace("$(ADDRESS)", ADDRESS) for name, value in given.items()}


def test_probes_and_people_name_a_host_that_is_known() -> None:
    """A probe comes by the pod's address and names it; a person by the public one."""
    server = load(environ=environment()).server
    known = Neighbours.of("0.0.0.0", (*server.allowed_hosts, hostname(urlsplit(server.public_url).netloc)), ())
    assert known.knows_host(f"{ADDRESS}:8710")
    assert known.knows_host("wingman.example.com")
    assert not known.knows_host("elsewhere.example.com")


def test_the_image_has_what_several_machines_need_and_is_nobody_by_its_number() -> None:
    dockerfile = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
    extras = re.search(r"WHEEL\}\[([a-z0-9,]+)\]", dockerfile)
    assert extras is not None
    assert {"cluster", "s3"} <= set(extras[1].split(","))
    user = re.search(r"(?m)^USER (\d+)$", dockerfile)
    assert user is not None, "Kubernetes refuses a name where runAsNonRoot is set"
    pod = manifest("Deployment")["spec"]["template"]["spec"]
    assert pod["securityContext"] == {
        "runAsNonRoot": True, "runAsUser": int(user[1]), "runAsGroup": int(user[1]), "fsGroup": int(user[1]),
    }  # fmt: skip


def test_the_data_folder_is_the_nodes_own_on_a_volume_that_is_roots() -> None:
    (container,) = manifest("Deployment")["spec"]["template"]["spec"]["containers"]
    mounts = [Path(one["mountPath"]) for one in container["volumeMounts"]]
    folder = Path(load(environ=environment()).deliver.data_dir)
    assert folder.parent in mounts
    assert folder not in mounts


def test_nodes_on_their_machines_network_reach_the_servers() -> None:
    """A plugin that does not see them as pods sees their machines' addresses."""
    assert manifest("Deployment")["spec"]["template"]["spec"]["hostNetwork"]
    rules = manifest("NetworkPolicy", "nats-from-nodes-only")["spec"]["ingress"]
    (clients,) = [rule for rule in rules if rule["ports"] == [{"port": 4222, "protocol": "TCP"}]]
    assert any("ipBlock" in one for one in clients["from"])
    open_to = manifest("NetworkPolicy")["spec"]["ingress"]
    assert {"port": 1024, "endPort": 65535, "protocol": "UDP"} in [
        port for rule in open_to for port in rule["ports"]
    ]
    assert not [rule for rule in open_to if "from" in rule], "media comes from anywhere"


def test_everything_selects_the_same_pods() -> None:
    labels = manifest("Deployment")["spec"]["template"]["metadata"]["labels"]
    for one in (
        manifest("Service")["spec"]["selector"],
        manifest("Deployment")["spec"]["selector"]["matchLabels"],
    ):
        assert one == labels
    for kind in ("PodDisruptionBudget",):
        assert manifest(kind)["spec"]["selector"]["matchLabels"] == labels
    nats = manifest("NetworkPolicy", "nats-from-nodes-only")["spec"]["ingress"]
    assert {"podSelector": {"matchLabels": labels}} in nats[0]["from"]
    scaled = manifest("HorizontalPodAutoscaler")["spec"]
    assert scaled["scaleTargetRef"]["name"] == manifest("Deployment")["metadata"]["name"]
    assert scaled["metrics"][0]["pods"]["metric"]["name"] == "wingman_load"


def test_every_variable_is_a_setting() -> None:
    known = {"WINGMAN_" + name.upper().replace(".", "__") for name, _ in fields_of(Settings())}
    known |= {"ADDRESS", *KEY_VARIABLES}
    (container,) = manifest("Deployment")["spec"]["template"]["spec"]["containers"]
    given = {one["name"] for one in container["env"]}
    given |= set(yaml.safe_load(COMPOSE)["services"]["node"]["environment"])
    assert given <= known


def test_compose_knows_every_field() -> None:
    whole = PyCompose.from_yaml(COMPOSE)
    whole.validate_volumes()
    whole.validate_networks()
    with pytest.raises(ValueError, match="read_onlyy"):
        PyCompose.from_yaml(COMPOSE.replace("read_only: true", "read_onlyy: true"))
    services = yaml.safe_load(COMPOSE)["services"]
    assert services["node"]["stop_grace_period"] == f"{GRACE_S}s"
    assert services["node"]["network_mode"] == "host"


def test_the_servers_are_new_enough_and_write_before_they_answer() -> None:
    for tag in (yaml.safe_load(COMPOSE)["services"]["nats"]["image"], VALUES["container"]["image"]["tag"]):
        version = re.search(r"(\d+)\.(\d+)", tag)
        assert version is not None
        assert (int(version[1]), int(version[2])) >= OLDEST
    assert VALUES["config"]["jetstream"]["merge"]["sync_interval"] == "always"
    assert "sync_interval: always" in SERVER
    assert VALUES["config"]["cluster"]["replicas"] == 3
    assert VALUES["podDisruptionBudget"]["merge"]["spec"] == {"maxUnavailable": 1}


def test_every_alarm_is_a_query_prometheus_can_read() -> None:
    groups = yaml.safe_load((DEPLOY / "alerts.yml").read_text(encoding="utf-8"))["groups"]
    names = [rule["alert"] for group in groups for rule in group["rules"]]
    assert len(names) == len(set(names))
    for rule in (rule for group in groups for rule in group["rules"]):
        promql_parser.parse(rule["expr"])
        assert set(rule) <= {"alert", "expr", "for", "labels", "annotations", "keep_firing_for"}
    with pytest.raises(ValueError, match="invalid"):
        promql_parser.parse("max by (stream wingman_load)")
