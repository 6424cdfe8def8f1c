"""One table of hostile strings through every encoder."""

from __future__ import annotations

import csv
import io
import re
from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from tests.support.each import each
from tests.support.hostile import HOSTILE
from wingman.core import encoders

FOREIGN = {"link_open", "image", "html_inline", "html_block", "code_inline", "fence", "em_open", "hr"}
FOREIGN |= {"blockquote_open", "ordered_list_open"}

every = each("text", HOSTILE)
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


@every
def test_a_terminal_is_told_nothing(text: str) -> None:
    assert not CONTROL.search(encoders.terminal(text))


@every
def test_html_holds_no_element(text: str) -> None:
    seen: list[str] = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: object) -> None:
            seen.append(tag)

    Reader().feed(f'<p title="{encoders.html(text)}">{encoders.html(text)}</p>')
    assert seen == ["p"]


@every
def test_markdown_holds_neither_link_nor_image_nor_html(text: str) -> None:
    from markdown_it import MarkdownIt

    for template in ("# {}", "- {}", "{}", "**a**: {}"):
        tokens = MarkdownIt("commonmark", {"html": True}).parse(template.format(encoders.markdown(text)))
        kinds = {child.type for token in tokens for child in (token.children or [token])} | {
            t.type for t in tokens
        }
        assert not kinds & FOREIGN, (text, kinds)
        assert sum(token.type == "heading_open" for token in tokens) == template.startswith("#")


@every
def test_no_cell_is_a_formula(text: str) -> None:
    out = io.StringIO()
    csv.writer(out).writerow([encoders.csv_cell(text)])
    cell = next(csv.reader(io.StringIO(out.getvalue(), newline="")))[0]
    assert not cell.strip(" \n\u00a0\u3000").startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠"))


@every
def test_subtitles_hold_one_plain_line(text: str) -> None:
    for made in (encoders.subtitle(text), encoders.webvtt(text)):
        assert "-->" not in made
        assert "<" not in made
        assert not CONTROL.search(made)
    assert "{" not in encoders.subtitle(text)


@every
def test_a_prompt_line_stays_inside_its_fence(text: str) -> None:
    assert not re.search(r"[<>\n\r＜＞]", encoders.prompt_line(text))


@given(st.text(alphabet=st.characters(categories=("L", "N", "Zs")), max_size=80))
def test_ordinary_words_stay_as_they_are(text: str) -> None:
    flat = " ".join(text.split())
    for encode in (encoders.terminal, encoders.html, encoders.subtitle, encoders.webvtt, encoders.prompt_line):
        assert encode(flat) == flat
    assert encoders.markdown(flat) == flat
