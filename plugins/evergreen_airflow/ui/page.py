"""A stored report as a page.

Reports are shown as documents of no origin (a sandbox), so that a script in one cannot act as its reader.
"""

from html import escape
from pathlib import PurePosixPath

from fastapi import Response

HEADERS = {
    "Content-Security-Policy": "sandbox allow-scripts allow-popups",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "private, max-age=60",
}
STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}code{background:#eef2ee}"
)


def page(key: str, data: bytes) -> Response:
    """``data`` as a page: HTML and JSON as they are, Markdown rendered, everything else as plain text."""
    kind = PurePosixPath(key).suffix
    if kind == ".html":
        return Response(data, media_type="text/html", headers=HEADERS)
    if kind == ".json":
        return Response(data, media_type="application/json", headers=HEADERS)
    if kind == ".md":
        return Response(_rendered(key, data.decode(errors="replace")), media_type="text/html", headers=HEADERS)
    return Response(data, media_type="text/plain", headers=HEADERS)


def _rendered(key: str, text: str) -> str:
    from markdown_it import MarkdownIt

    body = MarkdownIt("commonmark", {"html": False}).enable("table").render(text)
    return f"<!doctype html><meta charset=utf-8><title>{escape(key)}</title><style>{STYLE}</style>{body}"
