from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from tests.support import story
from tests.support.service import service
from wingman.archive.bundle import unpack
from wingman.report.page import content_security_policy, page
from wingman.report.record import Record, record
from wingman.report.statistics import figures

RECORD = record(story.MEETING, story.events())
VOID = {"meta", "br", "link"}


class Outline(HTMLParser):
    """Collects ids, links and attributes, and insists on balanced tags."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.attributes: set[str] = set()
        self.tags: set[str] = set()
        self._open: list[str] = []
        self.feed(html)
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        values = dict(attrs)
        self.attributes |= set(values)
        if values.get("id"):
            self.ids.append(str(values["id"]))
        if tag == "a":
            self.links.append(str(values["href"]))
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag


def test_the_served_page_has_one_script_of_ours() -> None:
    assert re.findall(r"<script[^>]*>", page(RECORD)) == [
        '<script type="module" src="../static/pages/report.js">'
    ]


def test_the_page_as_a_file_is_whole_and_loads_nothing() -> None:
    html = page(RECORD, links=False)
    outline = Outline(html)
    assert len(outline.ids) == len(set(outline.ids))
    assert {link[1:] for link in outline.links if link.startswith("#")} <= set(outline.ids)
    assert not {"script", "img", "iframe", "link", "object"} & outline.tags
    assert "style" not in outline.attributes  # our policy forbids it, so it would not show
    assert not [name for name in outline.attributes if name.startswith("on")]
    assert "http://" not in html.replace("http://www.w3.org", "")


def test_the_policy_names_the_style_sheet_by_its_hash() -> None:
    style = re.search(r"<style>(.*?)</style>", page(RECORD), re.DOTALL)
    assert style is not None
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert f"'sha256-{digest}'" in content_security_policy()
    assert f"style-src 'sha256-{digest}'; img-src data:" in page(RECORD, links=False).partition("<style>")[0]


def test_it_shows_what_happened() -> None:
    html = page(RECORD)
    for text in (
        "Pilot call with &lt;Ada &amp; Co&gt;",
        "How much does the enterprise plan cost?",
        "strong disappointment",
        "used",
        "expired",
        "waited",
        "The model did not answer in time.",
        "00:53 to 01:09 paused",
        "let&#x27;s go with a pilot",
        'class="arc"',
        "An estimate from voice or words, not a fact about a person.",
    ):
        assert text in html, text


def test_a_speakers_name_is_shown_and_stays_text() -> None:
    said = tuple(replace(s, name="<b>Ada") if s.speaker == "tab:1" else s for s in RECORD.said)
    html = page(replace(RECORD, said=said))
    assert "&lt;b&gt;Ada" in html
    assert "<b><b>Ada" not in html
    assert "Speaker 2" in page(RECORD)
    assert "Speaker 2" not in html


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "'\"&<>"])
def test_nothing_said_becomes_markup(text: str) -> None:
    said = tuple(replace(s, text=text, id=s.id + text, speaker=f"tab:{text}") for s in RECORD.said)
    cards = tuple(replace(c, text=text, title=text, kind=text, id=c.id + text) for c in RECORD.cards)
    html = page(replace(RECORD, title=text, playbook=text, said=said, cards=cards, providers=(text,) * 3))
    outline = Outline(html)
    assert "img" not in outline.tags
    assert html.count("<script") == 1  # ours


def test_a_meeting_without_a_word_has_a_page() -> None:
    html = page(Record("m-1"))
    Outline(html)
    assert "Too little was said" in html


def test_the_arc_is_described_in_words_and_by_shapes() -> None:
    html = page(RECORD)
    assert "Begins neutral at 00:09, is highest (positive) at 01:30, lowest (negative) at 00:40" in html
    assert len(set(re.findall(r'class="f-[a-z-]+" d="([^"]+)"', html))) >= 4
    assert figures(RECORD).arc_coverage == 1.0


async def test_the_page_and_the_exports_are_served() -> None:
    async with service() as it, it.client() as client:
        for envelope in story.events():
            it.log.append(story.MEETING, envelope.data, envelope.media, at=envelope.at)
        await it.log.flush()
        shown = await client.get(f"/meetings/{story.MEETING}")
        assert shown.status_code == 200
        assert "script-src 'self';" in shown.headers["content-security-policy"]
        assert "default-src 'none'" in shown.headers["content-security-policy"]
        one = f"/api/meetings/{story.MEETING}"
        markdown = await client.get(f"{one}/export?format=md")
        assert markdown.headers["content-disposition"] == 'attachment; filename="Pilot-call-with-Ada-Co.md"'
        assert markdown.text.startswith("# Pilot call")
        alone = await client.get(f"{one}/export?format=html")
        assert "/api/" not in alone.text
        bundle = await client.get(f"{one}/export?format=bundle")
        assert [e.data for e in unpack(bundle.content).events] == [e.data for e in story.events()]
        assert (await client.get(f"{one}/export?format=pdf")).json()["error"]["field"] == "format"
        assert (await client.get(f"{one}/summary")).json()["decisions"]
        assert (await client.get("/meetings/never")).status_code == 404
