"""Every clause of an RFC that the course names is there in the RFC, and a link leads to the clause that it names.

``rfc_sections.json`` has the sections of each RFC that is cited, number and title. It was made from the texts of
the RFCs: the headings in the RFC Editor's text files, as Debian's package doc-rfc has them (20230121), each list
compared with the table of contents in the same file; for RFC 9449, 9700 and 9864, which are younger, from the
table of contents in a copy of their text. An RFC that is cited and not in it yet is added in the same way, from
its text, never from memory.

A clause is collected where it stands beside the name of its RFC, as in "RFC 7519 §4.1.3", "RFC 9110 sections 5.1
and 11.1" or "section 4.4 of RFC 6749", and where a link ends in ``#section-4.1.3``. A bare "§2.2" is not.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

TABLE: dict[str, dict[str, str]] = json.loads(
    Path(__file__).with_name("rfc_sections.json").read_text(encoding="utf-8")
)
PLACES = ("helpers/", "notebooks/", "docs/", "README.md")

NUMBER = r"(?:\d+(?:\.\d+)*|[A-Z](?:\.\d+)+|[A-Z](?!\w))"
# Between two words of a sentence: it may be broken by a line, a comment's sign, or the quotes of two strings.
GLUE = r"""(?:[\s"'#,]|\\n)*"""
AND = rf"{GLUE}(?:and|or|to)?{GLUE}"
ONE = r"(?:§|[Ss]ection|[Aa]ppendix)"
MANY = r"(?:§§|[Ss]ections|[Aa]ppendices)"
LIST = rf"(?:{ONE}{GLUE}{NUMBER}(?:{AND}{ONE}{GLUE}{NUMBER})*|{MANY}{GLUE}{NUMBER}(?:{AND}{NUMBER})*)"
RFC = r"\bRFC[ \u00a0]?(?P<rfc>\d{3,5})(?!\w)"
FORMS = [
    re.compile(rf"{RFC}{GLUE}(?P<sections>{LIST})"),
    re.compile(rf"(?P<sections>{LIST}){GLUE}of{GLUE}{RFC}"),
    re.compile(rf"\brfc(?P<rfc>\d{{3,5}})(?:\.html)?#(?:section|appendix)-(?P<sections>{NUMBER})"),
]
LINK = re.compile(
    r"\[(?P<text>[^\[\]]*§[^\[\]]*)\]\(\S*?\brfc(?P<rfc>\d+)\S*?#(?:section|appendix)-(?P<section>[\dA-Z.]+)\)"
)
STORED_LINK = re.compile(
    r"<a [^>]*href=\W*\S*?\brfc(?P<rfc>\d+)[^\s>]*?#(?:section|appendix)-(?P<section>[\dA-Z.]+)[^>]*>"
    r"(?P<text>[^<]*§[^<]*)</a>"
)

Clause = tuple[str, str]


def clauses(text: str) -> Iterator[tuple[int, Clause]]:
    """Each clause that the text names, as RFC and section, and where it stands."""
    for form in FORMS:
        for match in form.finditer(text):
            for section in re.findall(rf"(?<![\w.]){NUMBER}", match["sections"]):
                yield match.start(), (match["rfc"], section)


def wrong(rfc: str, section: str) -> str:
    """Why there is no such clause, in one sentence; empty when there is one."""
    if rfc not in TABLE:
        return f"RFC {rfc} is not in rfc_sections.json: read its text, and add its sections"
    if section in TABLE[rfc]:
        return ""
    above = section.rpartition(".")[0]
    near = [
        f"§{number} {title}" for number, title in TABLE[rfc].items() if number.rpartition(".")[0] == above
    ]
    return f"RFC {rfc} has no section {section}; it has {'; '.join(near[:12]) or 'none below ' + above}"


def misled(text: str) -> Iterator[tuple[int, str]]:
    """Each link whose text names another clause than its address."""
    for form in (LINK, STORED_LINK):
        for match in form.finditer(text):
            named = re.findall(rf"§({NUMBER})", match["text"])
            number = re.search(r"RFC (\d+)", match["text"])
            if match["section"] not in named or (number and number[1] != match["rfc"]):
                yield (
                    match.start(),
                    f"the link “{match['text']}” leads to RFC {match['rfc']} §{match['section']}",
                )


def parts(name: str, text: str) -> Iterator[tuple[str, str]]:
    """What a reader reads of a file, piece by piece, each with its place."""
    if not name.endswith(".ipynb"):
        yield name, text
        return
    for number, cell in enumerate(json.loads(text)["cells"]):
        yield f"{name}, cell {number}", "".join(cell["source"])
        for output in cell.get("outputs", []):
            shown = {"text/stream": output.get("text", ""), **output.get("data", {})}
            for kind, piece in shown.items():
                if kind.startswith("text/"):
                    yield f"{name}, output of cell {number}", "".join(piece)


def place(where: str, text: str, position: int) -> str:
    return where if ", " in where else f"{where}:{text.count(chr(10), 0, position) + 1}"


@pytest.fixture(scope="module")
def read(texts: dict[str, str]) -> list[tuple[str, str]]:
    found = {name: text for name, text in texts.items() if name.startswith(PLACES)}
    return [part for name, text in found.items() for part in parts(name, text)]


def test_every_clause_that_is_named_is_there(read: list[tuple[str, str]]) -> None:
    missing: dict[Clause, tuple[str, list[str]]] = {}
    seen = set()
    for where, text in read:
        for position, clause in clauses(text):
            seen.add(clause)
            if reason := wrong(*clause):
                missing.setdefault(clause, (reason, []))[1].append(place(where, text, position))
    assert len(seen) > 100, "the clauses were not collected"
    assert not missing, "\n" + "\n".join(
        f"{reason}. Named in {', '.join(dict.fromkeys(places))}."
        for reason, places in sorted(missing.values())
    )


def test_a_link_leads_to_the_clause_that_it_names(read: list[tuple[str, str]]) -> None:
    found = [
        f"{place(where, text, position)}: {fault}."
        for where, text in read
        for position, fault in misled(text)
    ]
    assert not found, "\n" + "\n".join(found)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("RFC 7519 §4.1.3", {("7519", "4.1.3")}),
        ("(RFC 7519 section 4.1.3).", {("7519", "4.1.3")}),
        ("RFC 6750 §2, §3.1", {("6750", "2"), ("6750", "3.1")}),
        ("RFC 9110 sections 5.1 and 11.1.", {("9110", "5.1"), ("9110", "11.1")}),
        ("RFC 8725 section 3.8 and RFC 9068 section 4:", {("8725", "3.8"), ("9068", "4")}),
        ('"as RFC 6749"\n    " section 3.3 says"', {("6749", "3.3")}),
        ("see section 4.4 of RFC 6749", {("6749", "4.4")}),
        ("RFC 7515 appendix A.2", {("7515", "A.2")}),
        ("[§2](https://www.rfc-editor.org/rfc/rfc7519#section-2)", {("7519", "2")}),
        ("RFC 6750 §5.3, 3600 seconds; draft-ietf-oauth-rfc7523bis §4; FIPS 186-5 §A.1.1", {("6750", "5.3")}),
    ],
)
def test_each_form_is_collected(text: str, expected: set[Clause]) -> None:
    assert {clause for _, clause in clauses(text)} == expected


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("RFC 7519 §4.1.9", "RFC 7519 has no section 4.1.9; it has §4.1.1"),
        ("RFC 6749 section 14", "RFC 6749 has no section 14"),
        ("https://www.rfc-editor.org/rfc/rfc7519#section-4.9", "RFC 7519 has no section 4.9"),
        ("RFC 2549 §3", "RFC 2549 is not in rfc_sections.json"),
    ],
)
def test_a_made_up_clause_is_found_to_be_missing(text: str, reason: str) -> None:
    ((_, clause),) = clauses(text)
    assert wrong(*clause).startswith(reason)


def test_a_link_to_another_clause_is_found() -> None:
    address = "https://www.rfc-editor.org/rfc/rfc7519#section-4.1.4"
    assert not list(misled(f"[RFC 7519 §4.1.4]({address}) and <a href='{address}'>§4.1.4</a>"))
    assert list(misled(f"[RFC 7519 §4.1.3]({address})"))
    assert list(misled(f"[RFC 7515 §4.1.4]({address})"))
    assert list(misled(f"<a href='{address}'>RFC 7519 §4.1.3</a>"))
