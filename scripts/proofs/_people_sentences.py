"""Sentences of README and docs, tried as a newcomer would: each must stand there as quoted, and hold."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import httpx
from pypdf import PdfWriter

from scripts.proofs.figures import Figure, progress
from scripts.proofs.suites import run_tests
from tests.browser.support.sound import write
from tests.browser.support.whole_service import WholeService

ROOT = Path(__file__).parents[2]
FORMATS = {"md": "# ", "txt": "", "json": "{", "srt": "1\n", "vtt": "WEBVTT", "csv": "start", "html": "<!"}
IMPORT_LIMIT_S = 300


class Newcomer:
    """A service with one imported call, the command line on its data folder, and a folder of its own."""

    def __init__(self, whole: WholeService, folder: Path) -> None:
        self.whole = whole
        self.folder = folder
        self.http = whole.client()
        sound = self.http.get("/api/sample").content
        made = self.http.post("/api/recordings?channels=tab,mic&title=Renewal with Acme", content=sound).json()
        self.meeting: str = made["meeting"]
        end = time.monotonic() + IMPORT_LIMIT_S
        while self._state() not in ("done", "failed") and time.monotonic() < end:
            time.sleep(0.5)

    def _state(self) -> str:
        state: str = self.http.get(f"/api/recordings/{self.meeting}").json()["state"]
        return state

    def run(self, *words: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        """`wingman WORDS` on the service's data folder."""
        own = {"WINGMAN_DELIVER__DATA_DIR": str(self.whole.folder), **(env or {})}
        return subprocess.run(
            [sys.executable, "-m", "wingman", *words],
            cwd=self.folder,
            env={**os.environ, **own},
            capture_output=True,
            text=True,
            timeout=180,
            check=False,
        )

    def prints(self, *words: str) -> str:
        """What a command prints, when it ends with 0; else nothing."""
        done = self.run(*words)
        return done.stdout if done.returncode == 0 else ""

    def file(self, name: str, content: str | bytes) -> str:
        path = self.folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return str(path)

    def asked(self, method: str, path: str, **more: object) -> httpx.Response:
        return self.http.request(method, path, **more)  # type: ignore[arg-type]  # as httpx takes it


def _exports(one: Newcomer) -> bool:
    found = {f: one.prints("export", one.meeting, "--format", f) for f in FORMATS}
    bundle = one.run("export", one.meeting, "--format", "bundle", "--output", str(one.folder / "call.bundle"))
    return bundle.returncode == 0 and all(text.startswith(FORMATS[f]) and text for f, text in found.items())


def _replays(one: Newcomer) -> bool:
    bundle = str(one.folder / "call.bundle")
    one.run("export", one.meeting, "--format", "bundle", "--output", bundle)
    return all(
        one.run("replay", bundle, "--with", w).returncode == 0
        for w in ("correlate.grace_s=3", "playbook=support")
    )


def _rehearses(one: Newcomer) -> bool:
    turns = [{"who": "C", "text": "How much is the enterprise plan per month?"}, {"who": "U", "text": "Well."}]
    file = one.file("talk.jsonl", "\n".join(map(json.dumps, turns)))
    return '"' in one.prints("rehearse", file, "--json") and "price" in one.prints(
        "rehearse", file, "--playbook", "sales"
    )


def _refuses_unknown_keys(one: Newcomer) -> bool:
    done = one.run("doctor", "--config", one.file("wrong.yaml", "server:\n  prot: 8710\n"))
    return done.returncode == 2 and "prot" in done.stderr


def _link_works_once(one: Newcomer) -> bool:
    code = one.prints("grants", "login").partition("#login=")[2].split()[0]
    body = {"code": code}
    answers = [
        httpx.post(f"{one.whole.url}/api/session", json=body, trust_env=False).status_code for _ in range(2)
    ]
    return answers == [201, 401]


def _no_gap(one: Newcomer) -> bool:
    events = one.asked("GET", f"/api/meetings/{one.meeting}/events?limit=10000").json()["events"]
    return [each["seq"] for each in events] == list(range(1, len(events) + 1))


def _interviews_refuse(one: Newcomer) -> bool:
    spec = {"playbook": "interview", "emotion_policy": "counterpart", "consent": "counterpart@1"}
    made = one.asked("POST", "/api/meetings", json=spec)
    if made.status_code != 201:
        return 400 <= made.status_code < 500
    one.asked("POST", f"/api/meetings/{made.json()['id']}/end")
    return bool(made.json()["emotion_policy"] == "off")


def _search(one: Newcomer) -> bool:
    def hits(words: str) -> int:
        return len(one.asked("GET", "/api/meetings", params={"q": words}).json()["hits"])

    return hits("updated propo") > 0 and hits("propos") > 0 and hits("proposal giraffe") == 0


def _key_never_shown(one: Newcomer) -> bool:
    one.asked("PUT", "/api/providers/gemini/key", json={"key": "AIza-never-to-be-seen"})
    shown = "".join(one.asked("GET", path).text for path in ("/api/providers", "/api/settings", "/api/config"))
    stored = any(b"never-to-be-seen" in p.read_bytes() for p in one.whole.folder.rglob("*") if p.is_file())
    one.asked("DELETE", "/api/providers/gemini/key")
    return "never-to-be-seen" not in shown and not stored


def _picture_pdf(one: Newcomer) -> bool:
    page, blank = PdfWriter(), io.BytesIO()
    page.add_blank_page(200, 200)
    page.write(blank)
    put = one.asked("PUT", "/api/notes/pictures.pdf", content=blank.getvalue())
    return "no text" in put.text or "text" in json.dumps(put.json().get("error", {}))


def _versions(one: Newcomer) -> bool:
    shipped = one.asked("GET", "/api/playbooks/sales").json()
    for number in range(23):
        body = {"playbook": {**shipped["playbook"], "name": "mine", "title": f"Mine {number}"}}
        one.asked("PUT", "/api/playbooks/mine", json=body)
    return len(one.asked("GET", "/api/playbooks/mine").json()["versions"]) == 20


def _transcribe_ends(one: Newcomer) -> bool:
    import numpy as np

    write(one.folder / "silence.wav", np.zeros(32_000), 16_000)
    silent = one.run("transcribe", "silence.wav").returncode
    missing = one.run("transcribe", "nowhere.wav").returncode
    playlist = one.run("transcribe", one.file("list.m3u8", "#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n"))
    return (silent, missing) == (1, 2) and playlist.returncode != 0 and "root:" not in playlist.stdout


def _statuses(one: Newcomer) -> bool:
    stranger = httpx.get(f"{one.whole.url}/api/meetings", trust_env=False).status_code
    wrong = one.asked("POST", "/api/meetings", json={"titel": "x"})
    gone = one.asked("GET", "/api/meetings/m-never").status_code
    over = one.asked("POST", f"/api/meetings/{one.meeting}/actions", json={"action": "recap"}).status_code
    named = set(wrong.json()["error"]) == {"code", "field", "detail"}
    return (stranger, wrong.status_code, gone) == (401, 400, 404) and over in (404, 409) and named


def _backup(one: Newcomer) -> bool:
    copy = one.folder / "restored"
    copy.mkdir()
    made = one.run("backup", str(copy / "wingman.db"))
    listed = one.run("meetings", env={"WINGMAN_DELIVER__DATA_DIR": str(copy)})
    return made.returncode == 0 and "Renewal with Acme" in listed.stdout


def _documents(one: Newcomer) -> bool:
    del one.http.headers["Authorization"]
    paths = ("/api/openapi.json", "/api/asyncapi.json", "/api/schemas/events.json")
    found = [one.asked("GET", path).status_code for path in paths]
    one.http.headers["Authorization"] = one.whole.client().headers["Authorization"]
    return found == [200, 200, 200]


def _deletes(one: Newcomer) -> bool:
    done = one.run(
        "delete", one.meeting, "--yes", env={"WINGMAN_URL": one.whole.url, "WINGMAN_TOKEN": _token(one)}
    )
    left = one.asked("GET", f"/api/meetings/{one.meeting}").status_code
    return done.returncode == 0 and left == 404 and one.meeting not in one.prints("meetings")


def _token(one: Newcomer) -> str:
    return one.http.headers["Authorization"].removeprefix("Bearer ")


@dataclass(frozen=True, slots=True)
class Sentence:
    """What a page says, and how it is tried."""

    page: str
    quote: str
    holds: Callable[[Newcomer], bool]


SENTENCES = (
    Sentence(
        "README.md",
        "what is stored; `--search WORDS` looks through all of it",
        lambda one: one.meeting in one.prints("meetings", "--search", "updated proposal"),
    ),
    Sentence("README.md", "Markdown, JSON, SRT, WebVTT, CSV or a bundle", _exports),
    Sentence("README.md", "`playbook=support` or `transcriber=deepgram` shows what would differ", _replays),
    Sentence("README.md", "play a written conversation", _rehearses),
    Sentence("README.md", "Unknown keys are refused by name", _refuses_unknown_keys),
    Sentence("README.md", "the printed link works once", _link_works_once),
    Sentence("README.md", "`seq` has no gap", _no_gap),
    Sentence("README.md", "playbooks for interviews, hiring and internal teams refuse it", _interviews_refuse),
    Sentence(
        "README.md",
        "`/healthz`, `/readyz`, `/metrics`",
        lambda one: all(one.asked("GET", p).status_code == 200 for p in ("/healthz", "/readyz", "/metrics")),
    ),
    Sentence(
        "README.md",
        "who did what, and whether the log of it was changed",
        lambda one: "login" in one.prints("audit") or "grant" in one.prints("audit"),
    ),
    Sentence(
        "README.md",
        "what each utterance waited for, stage by stage",
        lambda one: len(one.prints("trace", one.meeting)) > 100,
    ),
    Sentence(
        "README.md",
        "the report page as one file",
        lambda one: one.prints("export", one.meeting, "--format", "html").startswith("<!"),
    ),
    Sentence(
        "README.md",
        "what is configured, what is missing, how to mend it",
        lambda one: "transcriber" in one.run("doctor").stdout,
    ),
    Sentence(
        "README.md",
        "starts Wingman when you log in; completes commands in your shell",
        lambda one: (
            "ExecStart=" in one.prints("autostart", "systemd")
            and all("rehearse" in one.prints("completion", shell) for shell in ("bash", "zsh", "fish"))
        ),
    ),
    Sentence("docs/home.md", "all words must occur in one place, the last may be a beginning", _search),
    Sentence("docs/home.md", "What is stored is never shown again", _key_never_shown),
    Sentence("docs/home.md", "A PDF that is only pictures holds no text, and says so", _picture_pdf),
    Sentence("docs/home.md", "with its last 20 versions", _versions),
    Sentence(
        "docs/home.md",
        "`wingman doctor --probe` does the part within the computer in a terminal",
        lambda one: "spoken probe, card:" in one.run("doctor", "--probe").stdout,
    ),
    Sentence(
        "docs/audio-in.md",
        "1 when a job failed or nothing was heard, 2 for a mistake in the call",
        _transcribe_ends,
    ),
    Sentence(
        "docs/audio-in.md",
        "A parameter nobody knows is refused by its name",
        lambda one: one.asked("POST", "/api/recordings?chanels=tab").json()["error"]["field"] == "chanels",
    ),
    Sentence("docs/api.md", "400 bad input, 401 no or wrong token", _statuses),
    Sentence("docs/api.md", "served by every running service, without a token", _documents),
    Sentence("docs/reliability.md", "copies the log while a service writes to it", _backup),
    Sentence(
        "docs/security.md",
        "it needs the data folder, not the service",
        lambda one: "#login=" in one.prints("grants", "login"),
    ),
    Sentence(
        "docs/install.md",
        "What they print goes to a file with `--output`",
        lambda one: (
            one.run("meetings", "--output", "listed.txt").returncode == 0
            and "Renewal" in (one.folder / "listed.txt").read_text("utf-8")
        ),
    ),
    Sentence("README.md", "remove every trace of a meeting", _deletes),
)
"""The last one takes the call away."""


def sentence_figures(whole: WholeService, folder: Path) -> list[Figure]:
    """Those that are tried here, and those whose names a test looks up."""
    folder.mkdir()
    one = Newcomer(whole, folder)
    failed = 0
    for sentence in SENTENCES:
        page = " ".join((ROOT / sentence.page).read_text("utf-8").split())
        stands = " ".join(sentence.quote.split()) in page
        holds = stands and _tried(sentence, one)
        if not holds:
            progress(f"{sentence.page}: {sentence.quote!r} {'does not hold' if stands else 'is not there'}")
        failed += not holds
    names = run_tests("tests/docs", limit_s=300)
    return [
        Figure("sentences_that_do_not_hold", failed, 0, "==", note=f"of {len(SENTENCES)} that were tried"),
        Figure(
            "names_that_are_not_there", names.failed, 0, "==", note=f"{names.tests} checks of README and docs"
        ),
    ]


def _tried(sentence: Sentence, one: Newcomer) -> bool:
    try:
        return sentence.holds(one)
    except (KeyError, IndexError, ValueError, OSError, httpx.HTTPError, subprocess.SubprocessError) as failed:
        progress(f"{sentence.quote!r}: {type(failed).__name__}: {failed}")
        return False
