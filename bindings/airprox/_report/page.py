"""The page: its parts and the data put together, so that no text of the data is read as HTML."""

import json
from html import escape
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).parent / "page"
_PROGRAM = (
    "data", "units", "colours", "camera", "background", "moving", "map", "pointer", "timeline",
    "charts", "detail", "table", "main",
)  # fmt: skip
"""The page's program, in the order in which its files are read."""


def page(title: str, contents: dict[str, Any]) -> str:
    """The whole HTML file."""
    program = "\n".join((_FOLDER / f"{name}.js").read_text("utf-8") for name in _PROGRAM)
    parts = {
        "<!--title-->": escape(title),
        "/*style*/": (_FOLDER / "style.css").read_text("utf-8"),
        "/*program*/": program,
        "/*data*/": as_script(contents),
    }
    text = (_FOLDER / "page.html").read_text("utf-8")
    pieces: list[str] = []
    # One pass from left to right: what was put in is never searched for marks.
    for mark in ("<!--title-->", "/*style*/", "<!--title-->", "/*data*/", "/*program*/"):
        before, _, text = text.partition(mark)
        pieces += (before, parts[mark])
    return "".join((*pieces, text))


def as_script(contents: dict[str, Any]) -> str:
    """JSON that may stand in a script element: without <, > and &, so that nothing can end it."""
    text = json.dumps(contents, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text
