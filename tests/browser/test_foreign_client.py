"""A WHIP client for browsers that others wrote, in a page of its own, brings the microphone in."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser.support.service import TOKEN, BrowserService
from tests.browser.support.sound import MIC_HZ, dominant
from tests.foreign.support import MODULES, has_node
from wingman.core.time import Channel

pytestmark = pytest.mark.captures

FILES = {
    "events": "events/events.js",
    "sdp-transform": "sdp-transform/lib/index.js",
    "./parser": "sdp-transform/lib/parser.js",
    "./writer": "sdp-transform/lib/writer.js",
    "./grammar": "sdp-transform/lib/grammar.js",
    "client": "@eyevinn/whip-web-client/dist/whip-client.js",
}
PAGE = """<!doctype html><title>client</title><script>
const sources = SOURCES, loaded = {};
function require(name) {
  if (!loaded[name]) {
    const module = loaded[name] = { exports: {} };
    new Function("module", "exports", "require", sources[name])(module, module.exports, require);
  }
  return loaded[name].exports;
}
async function begin(options) {
  const client = new (require("client").WHIPClient)({ endpoint: `${location.origin}/whip`, opts: options });
  window.client = client;
  await client.ingest(await navigator.mediaDevices.getUserMedia({ audio: true }));
}
</script>"""


@pytest.mark.parametrize("trickle", [True, False])
def test_the_browsers_client_is_heard(
    service: BrowserService, new_page: Callable[[str], Page], trickle: bool
) -> None:
    if not has_node("@eyevinn/whip-web-client"):
        pytest.skip("@eyevinn/whip-web-client is not installed; scripts/test installs it")
    sources = {name: (MODULES / path).read_text() for name, path in FILES.items()}
    html = PAGE.replace("SOURCES", json.dumps(sources).replace("</", "<\\/"))
    meetings = service.meetings.all
    before = len(meetings)  # the service is shared, and earlier meetings stand there
    page = new_page("about:blank")
    page.route("**/foreign", lambda route: route.fulfill(body=html, content_type="text/html"))
    page.goto(f"{service.url}/foreign")
    page.evaluate("options => begin(options)", {"authkey": TOKEN, "noTrickleIce": not trickle})
    service.wait(lambda: len(meetings) > before and Channel.TAB in meetings[-1].inputs, "the microphone")
    meeting = service.newest
    service.wait(lambda: meeting.inputs[Channel.TAB].position > 32_000, "two seconds")
    assert abs(dominant(meeting.heard(Channel.TAB, 1.0)) - MIC_HZ) < 5
    page.evaluate("() => window.client.destroy()")
