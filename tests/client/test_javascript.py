"""The JavaScript client against the real service, in Node: the same methods as the Python one."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

import wingman
from tests.support import story
from tests.support.service import TOKEN, service
from wingman.client import Client

SOURCE = Path(wingman.__file__).parent / "web" / "client" / "wingman.js"
NODE = shutil.which("node")
PYTHON_ONLY = {"aclose", "play", "transcribe", "imported", "download", "history"}
"""Files and processes are not a page's business."""

pytestmark = pytest.mark.skipif(NODE is None, reason="node is not installed")


async def run(url: str, body: str, token: str = TOKEN) -> Any:
    """What `body`, statements with `wingman` and `told` in reach, put into `told`."""
    script = (
        f"import {{ Client, WingmanError }} from {json.dumps(SOURCE.as_uri())};\n"
        f"const wingman = new Client({json.dumps(url)}, {json.dumps(token)}); const told = [];\n"
        f"{body}\nconsole.log(JSON.stringify(told));"
    )
    process = await asyncio.create_subprocess_exec(
        str(NODE),
        "--input-type=module",
        "--eval",
        script,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    assert process.returncode == 0, err.decode()
    return json.loads(out)


def test_it_has_the_methods_of_the_python_client() -> None:
    source = SOURCE.read_text(encoding="utf-8")
    here = set(re.findall(r"^  (?:async )?\*?(\w+)\(", source, re.MULTILINE)) - {"constructor"}
    there = {name for name in vars(Client) if not name.startswith("_")} - PYTHON_ONLY
    assert here == there


async def test_a_meeting_from_its_start_to_its_end() -> None:
    async with service() as it:
        told = await run(
            it.url,
            """
            const { id } = await wingman.create({ title: "Renewal" });
            told.push((await wingman.status(id)).title);
            told.push(typeof (await wingman.act(id, "recap")));
            told.push((await wingman.meetings()).map((each) => each.id).includes(id));
            const following = (async () => {
              for await (const event of wingman.events(id)) told.push(event.type);
            })();
            await wingman.end(id);
            await following;
            await wingman.delete(id);
            """,
        )
    assert told[:3] == ["Renewal", "string", True]
    assert "meeting.started" in told[3:]
    assert told[-1] == "meeting.ended"


async def test_what_was_said_is_found_read_and_exported() -> None:
    async with service() as it:
        for envelope in story.events():
            it.log.append(story.MEETING, envelope.data, envelope.media, at=envelope.at)
        await it.log.flush()
        told = await run(
            it.url,
            f"""
            const id = {json.dumps(story.MEETING)};
            told.push((await wingman.search("enterprise plan")).length > 0);
            told.push((await wingman.log(id, 0, 3)).map((event) => event.seq));
            told.push((await wingman.export(id, "txt")).includes("enterprise plan"));
            told.push((await wingman.summary(id)).items.length > 0);
            const seqs = [];
            for await (const event of wingman.events(id, 2)) seqs.push(event.seq);
            told.push(seqs[0]);
            """,
        )
    assert told == [True, [1, 2, 3], True, True, 3]


async def test_a_refusal_is_the_services_own_sentence() -> None:
    async with service() as it:
        told = await run(
            it.url,
            """
            try { await wingman.status("m-never"); }
            catch (e) { told.push(e instanceof WingmanError, e.status); }
            try { await wingman.create({ titel: "x" }); } catch (e) { told.push(e.field, e.message); }
            """,
        )
        wrong = await run(
            it.url, "try { await wingman.meetings(); } catch (e) { told.push(e.status); }", token="wrong"
        )
    assert told[:3] == [True, 404, "titel"]
    assert "unknown field `titel`" in told[3]
    assert wrong == [401]
