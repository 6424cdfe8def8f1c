"""A whole recording as one batch job of a v0 gateway: submit, wait, fetch, in media time.

The spans that come back join to a transcript like live ones: hand them to the correlator.

Source: Hume API reference, Expression Measurement, "Batch" (`/v0/batch/jobs`: start, details, predictions).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx
import msgspec

from wingman.config.emotion import HumeV0Settings
from wingman.core.emotion import EmotionSpan, Scale, VocalBurst
from wingman.core.errors import FaultKind, InputError, ProviderFault
from wingman.core.json import NOT_JSON, JsonMapping
from wingman.core.time import Channel, Span, samples
from wingman.egress.http import SECONDS, counting
from wingman.emotion.hume_v0 import wire
from wingman.emotion.hume_v0.connection import PROVIDER
from wingman.emotion.hume_v0.tokens import http_root

PATH: Final = "/v0/batch/jobs"
MAX_FAILURES: Final = 5
"""Polls in a row that may fail before waiting is given up."""
LONGEST_ANSWER: Final = 256 * 1024 * 1024
"""Bytes of predictions: some 4 kB an utterance, for a day of sound."""


@dataclass(frozen=True, slots=True)
class PollSchedule:
    """How to wait for a job, in seconds."""

    first_s: float = 1.0
    factor: float = 1.5
    longest_s: float = 10.0
    limit_s: float = 3600.0


async def analyze(
    recording: Path,
    settings: HumeV0Settings,
    *,
    channel: Channel = Channel.TAB,
    length_s: float = 0.0,
    progress: Callable[[str], None] = lambda _: None,
    patience: PollSchedule = PollSchedule(),
) -> tuple[EmotionSpan | VocalBurst, ...]:
    """Measure a recording (any format the gateway reads); the measurements in order, 0 is the file's beginning.

    `length_s` is how much sound it holds, for the books (`egress`). `progress` is told how far the job is:
    `SUBMITTING`, `QUEUED`, `IN_PROGRESS`, `FETCHING`, `COMPLETED`.

    Raises `InputError` when the file cannot be read or no key is set, `ProviderFault` when the job fails.
    """
    if not settings.api_key:
        raise InputError("no key is set; set emotion.hume_v0.api_key", field="emotion.hume_v0.api_key")
    try:
        media = await asyncio.to_thread(recording.read_bytes)
    except OSError as failed:
        raise InputError(f"cannot read {recording}: {failed.strerror}", field="file") from None
    async with httpx.AsyncClient(
        base_url=http_root(settings),
        headers={"X-Hume-Api-Key": settings.api_key.reveal()},
        timeout=httpx.Timeout(60.0, connect=settings.connect_timeout_s),
        transport=counting(most=LONGEST_ANSWER),
    ) as http:
        job = _Job(http, progress, patience, length_s)
        predictions = await job.run(
            recording.name, media, {"prosody": {"granularity": "utterance"}, "burst": {}}
        )
    return heard(predictions, channel)


class _Job:
    """One job's way through the gateway."""

    def __init__(
        self,
        http: httpx.AsyncClient,
        progress: Callable[[str], None],
        patience: PollSchedule,
        length_s: float,
    ) -> None:
        self._length_s = length_s
        self._http = http
        self._progress = progress
        self._patience = patience
        self._begun = _now()

    async def run(self, name: str, media: bytes, models: JsonMapping) -> Any:
        self._progress("SUBMITTING")
        options = msgspec.json.encode({"models": models})
        parts = {"json": (None, options, "application/json"), "file": (name, media)}
        holds = {SECONDS: self._length_s}
        submitted = _field(await self._request("POST", PATH, files=parts, extensions=holds), "job_id")
        await self._wait(f"{PATH}/{submitted}")
        self._progress("FETCHING")
        predictions = await self._request("GET", f"{PATH}/{submitted}/predictions")
        self._progress("COMPLETED")
        return predictions

    async def _wait(self, path: str) -> None:
        """Until the job is complete; a poll that fails is repeated, a job that fails is final."""
        delay, failures = self._patience.first_s, 0
        while _now() - self._begun < self._patience.limit_s:
            try:
                details = await self._request("GET", path)
                failures = 0
            except ProviderFault as fault:
                failures += 1
                if fault.final or failures >= MAX_FAILURES:
                    raise
            else:
                state = _field(details, "state")
                status = _field(state, "status")
                if status == "COMPLETED":
                    return
                if status == "FAILED":
                    reason = state.get("message", "it does not say why")
                    sentence = f"the Hume gateway could not analyse the recording: {reason}"
                    raise ProviderFault(sentence, kind=FaultKind.BAD_REQUEST, code="FAILED")
                self._progress(str(status))
            await asyncio.sleep(delay)
            delay = min(delay * self._patience.factor, self._patience.longest_s)
        sentence = f"the Hume gateway did not finish the job within {self._patience.limit_s:g} s"
        raise ProviderFault(sentence, kind=FaultKind.TIMEOUT, code="job")

    async def _request(self, method: str, path: str, **options: Any) -> Any:
        try:
            answer = await self._http.request(method, path, **options)
        except httpx.TimeoutException:
            sentence = "the Hume gateway did not answer in time"
            raise ProviderFault(sentence, kind=FaultKind.TIMEOUT, code=path) from None
        except httpx.HTTPError as failed:
            sentence = "the Hume gateway cannot be reached; check emotion.hume_v0.http_url"
            raise ProviderFault(sentence, kind=FaultKind.NETWORK, code=type(failed).__name__) from None
        if answer.status_code not in (200, 201):
            headers = {name.lower(): value for name, value in answer.headers.items()}
            raise wire.refused(answer.status_code, headers, answer.content)
        try:
            return msgspec.json.decode(answer.content)
        except NOT_JSON:
            raise _nonsense() from None


def heard(predictions: Any, channel: Channel) -> tuple[EmotionSpan | VocalBurst, ...]:
    """A job's predictions as spans and bursts, in order of time. Raises `ProviderFault` for another shape."""
    found: list[EmotionSpan | VocalBurst] = []
    try:
        for source in predictions:
            for file in source["results"]["predictions"]:
                for model, answer in file["models"].items():
                    items = [item for group in answer["grouped_predictions"] for item in group["predictions"]]
                    found += [
                        event
                        for item in items
                        if model in ("prosody", "burst") and (event := _event(item, model, channel))
                    ]
    except (KeyError, TypeError, AttributeError, ValueError, OverflowError):
        raise _nonsense() from None
    return tuple(sorted(found, key=lambda event: (event.span, isinstance(event, VocalBurst))))


def _event(item: JsonMapping, model: str, channel: Channel) -> EmotionSpan | VocalBurst | None:
    begin, end = samples(float(item["time"]["begin"])), samples(float(item["time"]["end"]))
    where = Span(max(0, begin), max(0, begin, end))
    if model == "prosody":
        return EmotionSpan(channel, where, wire.ranked(item["emotions"]), PROVIDER, Scale.INTENSITY)
    kind = wire.burst_kind(wire.ranked(item["emotions"]), wire.ranked(item.get("descriptions") or ()))
    return VocalBurst(channel, where, kind.label, kind.value, PROVIDER) if kind else None


def _field(answer: Any, name: str) -> Any:
    if not isinstance(answer, dict) or name not in answer:
        raise _nonsense()
    return answer[name]


def _nonsense() -> ProviderFault:
    sentence = "what answers at emotion.hume_v0.http_url is no Hume v0 gateway; check the address"
    return ProviderFault(sentence, kind=FaultKind.PROTOCOL, code="batch")


def _now() -> float:
    return asyncio.get_running_loop().time()
