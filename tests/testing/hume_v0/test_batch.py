"""Batch jobs of the local v0 gateway: submitted as forms, polled until they are done, refused in words."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from typing import Any

import httpx
import pytest

from wingman.emotion.hume_v0.wire import wav
from wingman.testing.http_server import Request
from wingman.testing.hume_v0.batch import PATH, Jobs
from wingman.testing.indexed_audio import IndexedSpeech

SPEECH = wav(IndexedSpeech().pcm(0, 32_000))


def jobs() -> Jobs:
    return Jobs(lambda audio, start: "Interest")


def ask(served: Jobs, method: str, path: str = PATH, **parts: Any) -> tuple[int, Any]:
    sent = httpx.Request(method, f"http://hume{path}", **parts)
    headers = {name.lower(): value for name, value in sent.headers.items()}
    return served.serve(Request(method, sent.url.path, dict(sent.url.params), headers, sent.read(), 1))


def submit(served: Jobs, *files: tuple[str, bytes], models: Any = None) -> str:
    options = (None, json.dumps({"models": models or {"prosody": {}}}))
    status, answer = ask(served, "POST", files=[("json", options), *(("file", each) for each in files)])
    assert status == 200
    return str(answer["job_id"])


def polled(served: Jobs, job: str, times: int = 4) -> list[str]:
    return [ask(served, "GET", f"{PATH}/{job}")[1]["state"]["status"] for _ in range(times)]


def test_a_job_is_done_after_a_few_polls_and_has_its_predictions() -> None:
    served = jobs()
    job = submit(served, ("a.wav", SPEECH), ("b.txt", b"no sound"), models={"prosody": {}, "burst": {}})
    assert ask(served, "GET", f"{PATH}/{job}/predictions")[0] == 400
    assert polled(served, job) == ["QUEUED", "IN_PROGRESS", "IN_PROGRESS", "COMPLETED"]
    status, (heard, silent) = ask(served, "GET", f"{PATH}/{job}/predictions")
    assert status == 200
    assert heard["source"]["filename"] == "a.wav"
    assert heard["source"]["md5sum"] == hashlib.md5(SPEECH, usedforsecurity=False).hexdigest()
    models = heard["results"]["predictions"][0]["models"]
    [group] = models["prosody"]["grouped_predictions"]
    best = [max(each["emotions"], key=lambda one: one["score"])["name"] for each in group["predictions"]]
    assert best
    assert set(best) == {"Interest"}
    assert all(0 <= each["time"]["begin"] < each["time"]["end"] <= 2.0 for each in group["predictions"])
    assert silent["results"]["predictions"][0]["models"]["prosody"]["grouped_predictions"] == []


def test_the_predictions_can_be_fetched_as_an_archive() -> None:
    served = jobs()
    job = submit(served, ("a.wav", SPEECH))
    polled(served, job)
    found = served.find(f"{PATH}/{job}/artifacts")
    assert found is served.jobs[job]
    with zipfile.ZipFile(io.BytesIO(served.artifacts(found))) as archive:
        assert (
            json.loads(archive.read("predictions.json")) == ask(served, "GET", f"{PATH}/{job}/predictions")[1]
        )
    assert served.find(f"{PATH}/{job}") is None
    assert served.find(f"{PATH}/none/artifacts") is None


def test_a_file_that_cannot_be_read_fails_its_job() -> None:
    served = jobs()
    job = submit(served, ("broken", b""))
    assert polled(served, job)[-1] == "FAILED"
    assert ask(served, "GET", f"{PATH}/{job}")[1]["state"]["message"] == "the file cannot be read"
    assert ask(served, "GET", f"{PATH}/{job}/predictions")[0] == 400


def test_addresses_and_texts_are_files_too() -> None:
    served = jobs()
    status, answer = ask(served, "POST", json={"urls": ["http://a/b.wav"], "text": ["hi"]})
    assert status == 200
    details = ask(served, "GET", f"{PATH}/{answer['job_id']}")[1]
    assert [each["filename"] for each in details["request"]["files"]] == ["http://a/b.wav", "text"]
    assert details["request"]["models"] == {"prosody": {}}, "without a wish the voice is measured"


@pytest.mark.parametrize("body", [b"", b"{}", b"{", b'{"urls": []}', b"\xff"])
def test_a_job_without_anything_to_measure_is_refused(body: bytes) -> None:
    served = jobs()
    status, answer = ask(served, "POST", content=body)
    assert status == 400
    assert answer["message"]
    form = {"content-type": "multipart/form-data; boundary=x"}
    assert ask(served, "POST", content=body, headers=form)[0] == 400
    assert served.jobs == {}


def test_other_paths_and_methods_are_told_apart() -> None:
    served = jobs()
    made = [submit(served, ("a.wav", b"")) for _ in range(3)]
    assert [job["job_id"] for job in ask(served, "GET", params={"limit": "2"})[1]] == made[1:]
    assert ask(served, "DELETE")[0] == 405
    assert ask(served, "GET", f"{PATH}/none")[0] == 404
    assert ask(served, "GET", f"{PATH}/{made[0]}/else")[0] == 404
    assert ask(served, "GET", "/v0/else")[0] == 404


@pytest.mark.parametrize(
    "body", ["[]", "7", '"x"', '{"urls": 3}', '{"urls": [1]}', '{"text": "a", "models": []}']
)
def test_what_is_no_job_is_refused_in_words(body: str) -> None:
    status, answer = ask(jobs(), "POST", content=body, headers={"content-type": "application/json"})
    assert status == 400
    assert "cannot be read" in answer["message"]


def test_lists_that_are_null_are_none() -> None:
    body = '{"urls": null, "text": ["well"], "models": null}'
    assert ask(jobs(), "POST", content=body, headers={"content-type": "application/json"})[0] == 200


@pytest.mark.parametrize("limit", ["x", "0", "-1", "101", ""])
def test_a_list_has_a_sensible_length(limit: str) -> None:
    assert ask(jobs(), "GET", params={"limit": limit})[0] == 400
