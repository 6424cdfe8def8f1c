"""The servers of `deploy/cluster` as shipped, but for paths and ports: TLS, nkeys, three of them. `-m slow`."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import nkeys  # type: ignore[import-untyped]  # it ships no types
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from tests.support.certificates import certificate_pem, key_pem, self_signed
from tests.support.cluster import QUIET, TOKEN
from tests.support.nats import KEY
from tests.support.until import until
from wingman.app import open_service
from wingman.cluster.jetstream import JetStream
from wingman.cluster.nats_server import die_with_parent, free_port, program
from wingman.config.cluster import ClusterSettings
from wingman.config.section import Secret
from wingman.config.settings import build
from wingman.core.errors import InputError
from wingman.meeting.api import MeetingSpec

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]
CONFIG = (Path(__file__).parents[2] / "deploy" / "cluster" / "nats.conf").read_text(encoding="utf-8")
COUNT = 3


@dataclass
class Shipped:
    """Three running servers, and what opens them."""

    ports: list[int]
    authority: Path
    seed: str
    folders: list[Path]
    running: list[subprocess.Popen[bytes]]
    commands: list[tuple[list[str], dict[str, str]]]

    @property
    def settings(self) -> dict[str, object]:
        url = ",".join(f"tls://127.0.0.1:{port}" for port in self.ports)
        return {"url": url, "key": KEY, "ca": str(self.authority), "nkey": self.seed, "shards": 1}

    def start(self, number: int) -> None:
        command, environ = self.commands[number]
        self.running[number] = subprocess.Popen(command, env=environ, preexec_fn=die_with_parent)

    def kill(self, number: int) -> None:
        self.running[number].kill()
        self.running[number].wait()


@pytest.fixture
def shipped(tmp_path: Path) -> Iterator[Shipped]:
    tls = tmp_path / "tls"
    tls.mkdir()
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = certificate_pem(self_signed(key, "nats", address="127.0.0.1"))
    for name in ("tls.crt", "ca.crt"):
        (tls / name).write_bytes(certificate)
    (tls / "tls.key").write_bytes(key_pem(key))
    seed = nkeys.encode_seed(os.urandom(32), nkeys.PREFIX_BYTE_USER)
    public = nkeys.from_seed(bytearray(seed)).public_key.decode()
    ports, routes = ([free_port() for _ in range(COUNT)] for _ in range(2))
    made = Shipped(ports, tls / "ca.crt", seed.decode(), [], [], [])
    for number in range(COUNT):
        folder = tmp_path / f"server{number}"
        folder.mkdir()
        config = tmp_path / f"{number}.conf"
        text = CONFIG.replace("0.0.0.0:4222", f"127.0.0.1:{ports[number]}")
        text = text.replace("0.0.0.0:6222", f"127.0.0.1:{routes[number]}").replace(
            "127.0.0.1:8222", "127.0.0.1:-1"
        )
        config.write_text(text.replace("/etc/nats/tls", str(tls)).replace('"/data"', f'"{folder}"'))
        others = ", ".join(f'"tls://127.0.0.1:{port}"' for port in routes)
        environ = {"NATS_NAME": f"s{number}", "NATS_ROUTES": f"[{others}]", "WINGMAN_NKEY": public}
        made.folders.append(folder)
        made.commands.append(([program(), "-c", str(config), "--log", str(folder / "log")], environ))
        made.running.append(subprocess.Popen(*made.commands[-1][:1], env=environ, preexec_fn=die_with_parent))
    try:
        yield made
    finally:
        for number in range(COUNT):
            made.kill(number)


async def test_a_node_gets_in_with_its_key_and_outlives_a_lost_disk(shipped: Shipped, tmp_path: Path) -> None:
    tree = {
        **QUIET,
        "deliver": {"data_dir": str(tmp_path / "node")},
        "cluster": shipped.settings,
        "server": {"token": TOKEN, "port": 0},
    }
    async with open_service(build(tree)) as service:
        member = service.cluster
        assert member is not None
        log = member.log
        assert member.jetstream.servers == COUNT
        meeting = await service.manager.create(MeetingSpec(title="Renewal"))
        await service.log.flush()
        shipped.kill(0)
        shutil.rmtree(shipped.folders[0])
        shipped.folders[0].mkdir()
        for number in range(20):
            meeting.note(f"note {number}")
        shipped.start(0)
        await until(lambda: log.fault == "", within=60)
        await service.log.flush()

        async def whole() -> bool:
            info = await member.jetstream.api("STREAM.INFO.WM_LOG_00")
            others = info["cluster"]["replicas"]
            return len(others) == COUNT - 1 and all(one["current"] and not one.get("lag") for one in others)

        while not await whole():  # the new one copies what it lacks
            pass
        notes = [event for event in await service.log.read(meeting.id, 0, 100) if event.type == "note.added"]
        assert len(notes) == 20


@pytest.mark.parametrize("lacks", ["nkey", "another nkey", "ca"])
async def test_who_lacks_what_opens_them_stays_outside_with_a_sentence(shipped: Shipped, lacks: str) -> None:
    stranger = nkeys.encode_seed(os.urandom(32), nkeys.PREFIX_BYTE_USER).decode()
    seed = {"nkey": "", "another nkey": stranger}.get(lacks, shipped.seed)
    settings = ClusterSettings(
        url=str(shipped.settings["url"]),
        key=Secret(KEY),
        nkey=Secret(seed),
        ca="" if lacks == "ca" else str(shipped.authority),
    )
    with pytest.raises(InputError, match="no NATS server answers") as refused:
        await JetStream.open(settings, "stranger")
    assert (refused.value.field, refused.value.status) == ("cluster.url", 503)
    assert shipped.seed not in str(refused.value)
