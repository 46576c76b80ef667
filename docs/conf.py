"""Configuration of Sphinx: `sphinx-build -W docs docs/_build/html`, with everything installed."""

import re
import sys
import tomllib
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from notification_list import MARK, listing

_project = tomllib.loads(
    (Path(__file__).parent.parent / "deps" / "pjproject" / "pyproject.toml").read_text()
)["project"]

project = "sipsimple"
author = "the sipsimple developers"
release = version = _project["version"]

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["_build"]
source_suffix = {".md": "markdown"}

html_theme = "furo"
html_title = f"sipsimple {release}"

myst_enable_extensions = ["deflist", "fieldlist"]
myst_heading_anchors = 3

default_role = "code"

autodoc_member_order = "bysource"
autodoc_class_signature = "mixed"
autodoc_typehints = "signature"
napoleon_google_docstring = True
napoleon_numpy_docstring = False


def _notifications(
    app: object, what: str, name: str, obj: object, options: object, lines: list[str]
) -> None:
    """Make a list of a docstring's section on notifications, which napoleon does not know.

    An item begins with a name, `SCEngineDidStart: when`, with or without backticks around it;
    other lines go on with the item before.
    """
    starts = [index for index, line in enumerate(lines) if re.match(r"Notifications\b.*:$", line)]
    if not starts:
        return
    start = starts[0]
    end = start + 1
    while end < len(lines) and (not lines[end] or lines[end].startswith(" ")):
        end += 1
    items: list[str] = []
    for line in lines[start + 1 : end]:
        text = line.strip()
        if re.match(r"`?SC[A-Z]", text) or (text and not items):
            items.append(f"* {text}")
        elif text:
            items.append(f"  {text}")
    lines[start:end] = [f".. rubric:: {lines[start]}", "", *items, ""]


def _notification_list(app: object, page: str, source: list[str]) -> None:
    """Put the list of notifications, which is made from the code, onto its page."""
    if page == "notifications":
        before, mark, after = source[0].partition(MARK)
        if not mark:
            raise ValueError(f"there is no place for the list of notifications: {MARK}")
        source[0] = before + listing() + after


def setup(app: Any) -> None:
    """Called by Sphinx; before napoleon has its turn."""
    app.connect("source-read", _notification_list)
    app.connect("autodoc-process-docstring", _notifications, priority=100)
