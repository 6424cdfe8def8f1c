"""A wrong turn, told to a person: one sentence and the way back. Programs get the same as JSON (`errors`)."""

from __future__ import annotations

from html import escape

from starlette.responses import Response

HEADLINES = {
    401: "This browser is not known here",
    403: "This is not open to you",
    404: "Nothing is here",
    503: "Not now",
}
PAGE_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'",
}
PROGRAMS = ("/api/", "/whip", "/metrics", "/healthz", "/readyz", "/static/")


def wants_page(accept: str, path: str) -> bool:
    """Does a person's browser ask, for something a person looks at?"""
    return "text/html" in accept and not path.startswith(PROGRAMS)


def error_page(status: int, sentence: str, *, back: bool = True) -> Response:
    """The page; without `back` there is no way to the list of meetings (whoever is not let in)."""
    headline = HEADLINES.get(status, "That did not work")
    sentence = sentence[:1].upper() + sentence[1:]
    link = '<p><a class="button" href="/">All meetings</a></p>' if back else ""
    page = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f'<meta name="color-scheme" content="dark light"><title>{headline} · Wingman</title>'
        '<link rel="icon" href="/static/extension/icons/wingman.svg" type="image/svg+xml">'
        '<link rel="stylesheet" href="/static/extension/css/base.css">'
        '<link rel="stylesheet" href="/static/pages/pages.css"></head>'
        '<body class="plain-page"><div class="wm page"><main class="page-main">'
        '<p class="brand-alone"><img src="/static/extension/icons/wingman.svg" alt="" width="26" height="26"> '
        f"Wingman</p><h1>{headline}</h1><p>{escape(sentence)}</p>{link}</main></div></body></html>"
    )
    return Response(page, status, media_type="text/html; charset=utf-8", headers=PAGE_HEADERS)
