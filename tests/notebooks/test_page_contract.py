"""What a reader may count on in every page of the course; the rules stand in the names of the tests."""

from __future__ import annotations

import base64
import re
from html.parser import HTMLParser
from pathlib import Path

import nbformat
import pytest
from notebook_outputs import sanitized
from run_notebooks import CELL_METADATA, NOTEBOOK_METADATA

LONGEST_CODE_CELL = 12  # lines
PROSE_FOR_CODE = (1.5, 6)  # characters of prose for one of code; two to five is aimed at
# The door and the map of the course: it explains much and runs little.
MORE_PROSE_ALLOWED = ("00_start_here",)

Page = nbformat.NotebookNode


@pytest.fixture
def page(path: Path) -> Page:
    return nbformat.read(path, as_version=4)


def code(page: Page) -> list[nbformat.NotebookNode]:
    return [cell for cell in page.cells if cell.cell_type == "code"]


def markdown(page: Page) -> list[nbformat.NotebookNode]:
    return [cell for cell in page.cells if cell.cell_type == "markdown"]


def prose(page: Page) -> str:
    return "\n\n".join(cell.source for cell in markdown(page))


def outputs(page: Page) -> list[tuple[str, nbformat.NotebookNode]]:
    return [(cell.id, output) for cell in code(page) for output in cell.outputs]


def texts(output: nbformat.NotebookNode) -> list[str]:
    """What an output says, with its pictures unpacked: an SVG is text."""
    found = [output.get("text", ""), output.get("evalue", ""), *output.get("data", {}).values()]
    found = [text for text in found if isinstance(text, str)]
    pictures = re.findall(r"data:image/svg\+xml;base64,([A-Za-z0-9+/=]+)", " ".join(found))
    return found + [base64.b64decode(picture).decode() for picture in pictures]


class Tags(HTMLParser):
    """Collects the attributes of every ``img`` and ``a``."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("img", "a"):
            self.found.append((tag, dict(attrs)))


def links(page: Page) -> list[str]:
    """The targets of all links and pictures in the page's Markdown, code spans left out."""
    text = re.sub(r"```.*?```|`[^`\n]*`", "", prose(page), flags=re.DOTALL)
    html = [str(attrs.get("href") or attrs.get("src") or "") for _, attrs in Tags(text).found]
    return re.findall(r"\]\(<?([^)\s>]+)", text) + html


def test_there_are_pages(pages: list[Path]) -> None:
    assert pages, "no notebook in notebooks/"


def test_pages_are_numbered_from_00_without_a_gap(pages: list[Path]) -> None:
    assert [path.name[:3] for path in pages] == [f"{number:02}_" for number in range(len(pages))]


# What was stored


def test_every_code_cell_was_run_from_top_to_bottom_on_a_fresh_kernel(page: Page) -> None:
    counts = [cell.execution_count for cell in code(page)]
    assert counts == list(range(1, len(counts) + 1)), (
        "run `make notebooks`, which runs the page and stores its outputs"
    )


def test_the_page_shows_outputs(page: Page) -> None:
    assert outputs(page), "all outputs were stripped: run `make notebooks`"


def test_only_a_cell_that_says_so_shows_an_error(page: Page) -> None:
    shown = {
        cell.id
        for cell in code(page)
        for output in cell.outputs
        if output.output_type == "error" and "raises-exception" not in cell.metadata.get("tags", [])
    }
    assert not shown


def test_a_cell_that_says_it_raises_does(page: Page) -> None:
    quiet = [
        cell.id
        for cell in code(page)
        if "raises-exception" in cell.metadata.get("tags", [])
        and not any(output.output_type == "error" for output in cell.outputs)
    ]
    assert not quiet


def test_nothing_was_written_to_stderr(page: Page) -> None:
    assert not {cell for cell, output in outputs(page) if output.get("name") == "stderr"}


def test_no_output_holds_a_secret(page: Page) -> None:
    # A client secret here and at Auth0 is 64 characters of base64url. A SHA-256 digest in hexadecimal is none.
    found = {
        cell
        for cell, output in outputs(page)
        for text in texts(output)
        for run in re.findall(r"(?<![\w+/-])[\w-]{64}(?![\w+/=-])", str(sanitized(text)))
        if not re.fullmatch(r"[0-9a-f]+", run)
    }
    assert not found, "these cells print what looks like a client secret"


def test_the_metadata_is_what_authors_wrote(page: Page) -> None:
    assert page.metadata == NOTEBOOK_METADATA, "run `make notebooks`"
    for cell in page.cells:
        assert set(cell.metadata) <= set(CELL_METADATA), f"{cell.id}: {dict(cell.metadata)}"
        assert "attachments" not in cell, f"{cell.id}: a pasted picture"


# How it is written


def test_cell_ids_say_what_the_cell_is_for(page: Page) -> None:
    ids = [cell.id for cell in page.cells]
    assert [name for name in ids if not re.fullmatch(r"[a-z0-9][a-z0-9-]{2,}", name)] == []
    generated = [name for name in ids if re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){0,3}(-[0-9a-f]+)?", name)]
    assert generated == [], "an editor made these ids up"
    assert len(ids) == len(set(ids))


def test_no_cell_is_empty(page: Page) -> None:
    assert not [cell.id for cell in page.cells if not cell.source.strip()]


def test_code_cells_are_short(page: Page) -> None:
    lengths = {cell.id: len(cell.source.splitlines()) for cell in code(page)}
    assert not {name: lines for name, lines in lengths.items() if lines > LONGEST_CODE_CELL}


def test_prose_and_code_are_in_proportion(path: Path, page: Page) -> None:
    written = len(re.sub(r"\]\([^)]*\)", "]", prose(page)))  # an address is not prose
    ratio = written / sum(len(cell.source) for cell in code(page))
    least, most = PROSE_FOR_CODE
    assert ratio >= least, f"{ratio:.1f} characters of prose for one of code: explain more"
    assert ratio <= most or path.stem in MORE_PROSE_ALLOWED, (
        f"{ratio:.1f} characters of prose for one of code"
    )


def test_the_page_opens_with_what_it_is_for(page: Page) -> None:
    first = page.cells[0]
    assert first.cell_type == "markdown"
    opening = first.source.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    assert re.match(r"# \d\d · \S", opening), "a title such as `# 02 · Requesting the token`"
    parts = [opening.find(part) for part in ("What you'll do", "What you'll learn", "What you'll need")]
    assert -1 not in parts
    assert parts == sorted(parts)
    assert re.search(r"\b\d+ minutes\b", opening)


def test_only_the_title_is_a_heading_of_the_first_level(page: Page) -> None:
    text = re.sub(r"```.*?```", "", prose(page), flags=re.DOTALL)
    assert len(re.findall(r"^# ", text, flags=re.MULTILINE)) == 1


def test_the_page_closes_with_key_points_and_what_is_next(page: Page) -> None:
    closing = prose(page).replace("\N{RIGHT SINGLE QUOTATION MARK}", "'").rpartition("## Key points")
    assert closing[1], "no `## Key points`"
    points, heading, following = closing[2].partition("## What's next")
    assert heading, "no `## What's next` after the key points"
    assert 3 <= len(re.findall(r"^[-*] ", points, flags=re.MULTILINE)) <= 5, "three to five key points"
    assert following.strip()
    assert page.cells[-1].cell_type == "markdown"


def test_the_page_links_to_the_lessons_before_and_after(path: Path, page: Page, pages: list[Path]) -> None:
    here = pages.index(path)
    neighbours = {other.name for other in pages[max(here - 1, 0) : here + 2]} - {path.name}
    assert neighbours <= set(links(page))


def test_every_local_link_leads_somewhere(path: Path, page: Page) -> None:
    headings = re.findall(r"^#+ (.*)$", prose(page), flags=re.MULTILINE)
    anchors = {heading.strip().replace(" ", "-") for heading in headings}
    for link in links(page):
        target, _, anchor = link.partition("#")
        if re.match(r"[a-z]+:", link):
            assert link.startswith(("https://", "data:image/")), f"{link}: an https address"
        elif target:
            assert (path.parent / target).exists(), link
        else:
            assert anchor in anchors, f"{link}: JupyterLab knows {sorted(anchors)}"


def test_the_page_names_the_clause_of_a_standard(page: Page) -> None:
    clauses = [
        link for link in links(page) if re.match(r"https://(www\.rfc-editor|datatracker\.ietf)\.org/", link)
    ]
    assert clauses, "every rule names its clause, as a link"


def test_every_picture_says_in_words_what_it_shows(page: Page) -> None:
    shown = {cell.id: cell.source for cell in markdown(page)}
    for cell, output in outputs(page):
        data = output.get("data", {})
        # Neither GitHub nor a JupyterLab that does not trust the page yet shows a picture as an output of its own.
        assert not [mime for mime in data if mime.startswith("image/")], (
            f"{cell}: show an <img> with an alt text"
        )
        shown[cell] = shown.get(cell, "") + data.get("text/html", "")
    for cell, html in shown.items():
        for tag, attributes in Tags(html).found:
            assert tag != "img" or len((attributes.get("alt") or "").split()) >= 3, (
                f"{cell}: a picture with no alt text"
            )
    assert "![](" not in prose(page), "a picture with no alt text"
