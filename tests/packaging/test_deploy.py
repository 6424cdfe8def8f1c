"""What the unit and the image promise, checked by what is at hand; docker itself is asked by scripts/image."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from wingman.cluster.nats_server import free_port, program
from wingman.config.settings import load

DEPLOY = Path(__file__).parents[2] / "deploy"
UNIT = (DEPLOY / "wingman.service").read_text(encoding="utf-8")
DOCKERFILE = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
EXPOSED = re.compile(r"Overall exposure level for .*: (\d+(?:\.\d+)?)")


@pytest.fixture
def unit(tmp_path: Path) -> Path:
    """The unit without what only the machine has that it is installed on: its user and its program."""
    here = re.sub(
        r"(?m)^ExecStart=.*$", "ExecStart=/bin/true", re.sub(r"(?m)^(User|Group)=.*$", r"\1=root", UNIT)
    )
    path = tmp_path / "wingman.service"
    path.write_text(here, encoding="utf-8")
    return path


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd-analyze")
def test_systemd_understands_the_unit_and_finds_it_hardened(unit: Path) -> None:
    said = subprocess.run(
        ["systemd-analyze", "verify", str(unit)], capture_output=True, text=True, check=False, timeout=60
    )
    assert (said.returncode, [line for line in said.stderr.splitlines() if unit.name in line]) == (0, [])
    rated = subprocess.run(
        ["systemd-analyze", "security", "--offline=yes", str(unit)],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    found = EXPOSED.search(rated.stdout)
    assert found is None or float(found[1]) <= 3.0, rated.stdout[-400:]


def test_the_unit_lets_a_reading_process_confine_itself() -> None:
    """It sets limits and installs filters of its own; a call that is not allowed fails and does not kill."""
    confining = ("setrlimit", "prlimit64", "seccomp", "landlock_create_ruleset", "landlock_restrict_self")
    for call in (*confining, "setpriority"):
        assert re.search(rf"(?m)^SystemCallFilter=[^~\n]*\b{call}\b", UNIT), call
    assert "SystemCallErrorNumber=EPERM" in UNIT
    assert UNIT.index("SystemCallFilter=~") < UNIT.index("SystemCallFilter=setrlimit"), "the later line holds"


def test_the_image_runs_as_nobody_and_answers_for_its_health() -> None:
    instructions = [
        line.split(" ", 1) for line in re.sub(r"\\\n", " ", DOCKERFILE).splitlines() if line[:1].isupper()
    ]
    names = [name for name, *_ in instructions]
    assert names[0] == "FROM"
    given = {name: rest[0] for name, *rest in instructions if rest}
    assert "latest" not in given["FROM"]
    assert ":" in given["FROM"]
    assert given["USER"] not in ("root", "0")
    assert names.index("USER") > names.index("RUN")
    assert not [line for line in DOCKERFILE.splitlines() if line.startswith(("ADD ", "COPY . "))]
    assert "healthz" in given["HEALTHCHECK"]
    assert '"wingman"' in given["ENTRYPOINT"]
    assert "dist/${WHEEL}" in DOCKERFILE


def test_a_stopping_service_has_the_time_it_may_need() -> None:
    """See docs/reliability.md: what meetings have to settle, and half a minute."""
    least = load(environ={}).meeting.wind_down_s + 30
    files = ("wingman.service", "compose.yaml", "cluster/compose.yaml", "cluster/kubernetes.yaml")
    stops = re.compile(r"(?:TimeoutStopSec=|stop_grace_period: |terminationGracePeriodSeconds: )(\d+)")
    given = {name: stops.findall((DEPLOY / name).read_text(encoding="utf-8")) for name in files}
    assert {name: [int(one) for one in found if int(one) < least] for name, found in given.items()} == {
        "wingman.service": [],
        "compose.yaml": [],
        "cluster/compose.yaml": [60],  # NATS' own: twice its lame_duck_duration
        "cluster/kubernetes.yaml": [],
    }
    assert all(given.values())


@pytest.mark.skipif(shutil.which("nginx") is None, reason="needs nginx")
def test_nginx_understands_its_site(tmp_path: Path) -> None:
    site = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    plain = re.sub(r"(?m)^ *(ssl_certificate.*|listen \[.*)$", "", site).replace(
        "443 ssl http2", f"127.0.0.1:{free_port()}"
    )
    config = tmp_path / "nginx.conf"
    config.write_text(f"pid {tmp_path}/pid; events {{}} http {{ {plain} }}", encoding="utf-8")
    said = subprocess.run(
        ["nginx", "-t", "-p", str(tmp_path), "-e", "stderr", "-c", str(config)],
        capture_output=True, text=True, check=False, timeout=30,
    )  # fmt: skip
    # its folders are only where it is installed
    assert "syntax is ok" in said.stderr, said.stderr


@pytest.mark.skipif(shutil.which("caddy") is None, reason="needs caddy")
def test_caddy_understands_its_site(tmp_path: Path) -> None:
    said = subprocess.run(
        ["caddy", "adapt", "--config", str(DEPLOY / "Caddyfile"), "--adapter", "caddyfile", "--validate"],
        capture_output=True, text=True, check=False, timeout=30, env={**os.environ, "HOME": str(tmp_path)},
    )  # fmt: skip
    assert (said.returncode, "not formatted" in said.stderr) == (0, False), said.stderr


CLUSTER = DEPLOY / "cluster"


def test_the_server_understands_its_settings(tmp_path: Path) -> None:
    """Without TLS, whose files only a machine has."""
    text = re.sub(r"(?m)^ *tls \{.*\}$", "", (CLUSTER / "nats.conf").read_text(encoding="utf-8"))
    config = tmp_path / "nats.conf"
    config.write_text(text.replace("/data", str(tmp_path / "data")), encoding="utf-8")
    environ = {"NATS_NAME": "a", "NATS_ROUTES": '["nats://b:6222"]', "WINGMAN_NKEY": f"U{'A' * 55}"}
    said = subprocess.run(
        [program(), "-c", str(config), "-t"],
        capture_output=True, text=True, check=False, timeout=30, env=environ,
    )  # fmt: skip
    assert "sync_interval: always" in text
    # the key is a stand-in: all else must be understood
    assert said.returncode == 0 or "nkey" in said.stderr.lower(), said.stderr


def test_every_setting_the_cluster_files_name_is_one(tmp_path: Path) -> None:
    compose = yaml.safe_load((CLUSTER / "compose.yaml").read_text(encoding="utf-8"))["services"]
    manifests = list(yaml.safe_load_all((CLUSTER / "kubernetes.yaml").read_text(encoding="utf-8")))
    deployment = manifests[0]
    (container,) = deployment["spec"]["template"]["spec"]["containers"]
    named = {*compose["node"]["environment"], *(entry["name"] for entry in container["env"])}
    lists = {"WINGMAN_SERVER__ALLOWED_HOSTS": '["x"]'}
    load(environ=dict.fromkeys(named, "x") | lists)
    assert compose["node"]["read_only"] is True
    assert compose["node"]["cap_drop"] == ["ALL"]
    assert [one["kind"] for one in manifests] == [
        "Deployment",
        "Service",
        "PodDisruptionBudget",
        "NetworkPolicy",
        "HorizontalPodAutoscaler",
        "NetworkPolicy",
    ]
    assert deployment["spec"]["strategy"]["rollingUpdate"] == {"maxSurge": 1, "maxUnavailable": 0}
    assert container["readinessProbe"]["httpGet"]["path"] == "/readyz"


def test_compose_takes_every_right_away() -> None:
    service = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))["services"]["wingman"]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert all(port.startswith("127.0.0.1:") for port in service["ports"])
    assert {"pids_limit", "mem_limit"} <= service.keys()
