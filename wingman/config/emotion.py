"""Settings of the emotion meters."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from wingman.config.retry import RetrySettings
from wingman.config.section import Count, NotNegative, Positive, PositiveOrNever, Secret, Section
from wingman.core.emotion_policy import Policy
from wingman.core.face_policy import FacePolicy


class HumeSettings(Section, frozen=True):
    """Hume's realtime API."""

    api_key: Secret = Secret()
    """Key of the Hume account (also read from HUME_API_KEY)."""
    access_token: Secret = Secret()
    """Bearer token to use in place of the key; when both are set the key wins."""
    url: str = "wss://api.cloud.hume.ai"
    """WebSocket root of the realtime API, or a local emulator."""
    measurement_timer_ms: Annotated[int, Meta(ge=3000, le=10_000)] = 3000
    """How often a running utterance is measured, 3000 to 10000."""
    frame_ms: Annotated[int, Meta(ge=10, le=1000)] = 100
    """Length of one audio frame, 10 to 1000."""
    connect_timeout_s: Positive = 5.0
    """How long a connection may take until its session is created."""
    answer_timeout_s: Positive = 5.0
    """A peer that does not answer a ping for this long is taken for dead."""
    stall_timeout_s: Positive = 4.5
    """Speech must be answered within this time after the timer; else the session is replaced."""
    settle_ms: Count = 1000
    """How long after it was read audio counts as silent when the server announced no voice in it."""
    burst_ms: Annotated[int, Meta(ge=0, le=2000)] = 200
    """Audio a new session may be sent at once besides its first frame; refused once, it is not tried again."""
    max_lag_ms: Count = 1500
    """Backlog that is still sent; what is older is skipped, because the API refuses to catch up."""
    idle_close_s: PositiveOrNever = 5.0
    """Without audio for this long the session is closed, and opened again when audio resumes; `.inf`: never."""
    rotate_after_s: PositiveOrNever = 1500.0
    """Age at which a session is replaced by a new one, at the next pause in speech; `.inf`: never. No limit is
    documented."""
    rotate_grace_s: NotNegative = 60.0
    """How long a due replacement may wait for a pause in speech."""
    connections: Annotated[int, Meta(ge=0, le=1000)] = 0
    """Sessions the account's plan allows at once, over all processes and nodes; 0 for no limit."""
    floor: NotNegative = 0.2
    """Probability below which an expression is not taken for the dominant one."""
    moderate: NotNegative = 0.4
    """Probability from which an expression counts as moderate."""
    strong: NotNegative = 0.65
    """Probability from which an expression counts as strong."""
    retry: RetrySettings = RetrySettings()
    """How a connection that broke is opened again."""


class HumeV0Settings(Section, frozen=True):
    """A gateway with the wire of Hume's v0 API."""

    api_key: Secret = Secret()
    """Key for the gateway (also read from HUME_API_KEY); with `auth: token` also the client id for tokens."""
    secret_key: Secret = Secret()
    """Client secret of the token endpoint; needed for `auth: token` and to hand tokens to browsers."""
    auth: Literal["header", "query", "token"] = "header"
    """How a socket is authorised: key in a header, key in the query, or an OAuth access token."""
    url: str = ""
    """WebSocket root of a v0-compatible gateway; the vendor's own was switched off in June 2026."""
    http_url: str = ""
    """HTTP root of its token endpoint and batch jobs; empty takes the host of `url`."""
    clip_ms: Annotated[int, Meta(ge=500, le=5000)] = 3000
    """Longest clip that is sent, 500 to 5000; a pause in speech cuts earlier."""
    pause_ms: Count = 400
    """Quiet that ends a clip."""
    gate_dbfs: float = -55.0
    """Audio below this level is silence and is not sent."""
    burst: bool = True
    """Also ask for vocal bursts (laughs, sighs …)."""
    language: str = ""
    """Language of the voices, such as `en`, for gateways that take one; dropped when it is refused."""
    stream_window_ms: Annotated[int, Meta(ge=0, le=10_000)] = 0
    """Earlier audio the gateway puts in front of a clip, 500 to 10000; 0 measures every clip by itself."""
    granularity: Literal["word", "sentence", "utterance", "passage"] = "passage"
    """Into what pieces the language model cuts a settled text."""
    face_every_s: Annotated[float, Meta(ge=0.5, le=30)] = 2.0
    """At most one picture in so many seconds is measured, 0.5 to 30."""
    connect_timeout_s: Positive = 5.0
    """How long a connection or a token may take."""
    answer_timeout_s: Positive = 7.0
    """A gateway that does not answer a clip for this long is taken for dead; the clip is sent again."""
    connections: Annotated[int, Meta(ge=0, le=1000)] = 0
    """Connections the account's plan allows at once, over all processes and nodes; 0 for no limit."""
    keepalive_s: Positive = 45.0
    """A silent clip is sent after this long without one, ahead of the gateway's inactivity limit of 60 s."""
    idle_close_s: PositiveOrNever = 20.0
    """Without any audio at all (a pause) the connection is closed after this long and opened again later;
    `.inf`: never."""
    rotate_after_s: PositiveOrNever = 1680.0
    """Age at which a connection is replaced, ahead of the 30 minutes a session may last; `.inf`: never."""
    token_margin_s: NotNegative = 120.0
    """How long before its expiry a token (and the connection it opened) is replaced."""
    floor: NotNegative = 0.2
    """Score below which an emotion is not perceived at all."""
    moderate: NotNegative = 0.4
    """Score from which an emotion is moderately perceived."""
    strong: NotNegative = 0.6
    """Score from which an emotion is strongly perceived."""
    retry: RetrySettings = RetrySettings()
    """How a connection that broke is opened again."""


class EmotionSettings(Section, frozen=True):
    """Who measures how things are said, and whose voice."""

    provider: Literal["auto", "hume", "hume-v0", "prosody", "off"] = "auto"
    """`auto`: a v0 gateway with address and key, else Hume with a key, else local prosody."""
    text: bool = False
    """Also measure what the words themselves express, beside any voice; needs a v0 gateway."""
    faces: FacePolicy = "off"
    """Where pictures of faces may come from, once somebody has acknowledged it: `off`, `tab` or `camera`."""
    prompt_wait_ms: Annotated[int, Meta(ge=0, le=5000)] = 600
    """How long the model's prompt waits for the tone of what it is about; the instant card never does."""
    policy: Policy = "off"
    """Whose voice may be measured. `off` until the user switches it on and acknowledges."""
    hume: HumeSettings = HumeSettings()
    hume_v0: HumeV0Settings = HumeV0Settings()
