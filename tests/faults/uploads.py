"""What can be put into the product as a file? Calendars only; everything else is refused, and nothing is kept of it."""

import io
import re
import struct
import zipfile
import zlib
from datetime import timedelta

import requests

from tests.faults.addresses import abused, digest, path, routes, still
from tests.faults.client import now
from tests.faults.filled import fill
from tests.faults.plan import Outcome, experiment, percentiles
from tests.faults.stand import Stands
from tests.faults.visitor import Visitor

#: What a virus scanner takes for a virus, in two halves, so that this file is none.
_EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}" + rb"$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
_SCRIPT = b"<script>alert(document.domain)</script>"
_SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script></svg>'


def _png(side: int) -> bytes:
    """A picture of side times side pixels, which is small as a file and large in memory."""
    rows = zlib.compressobj(9)
    body = b"".join(rows.compress(bytes(1 + side // 8)) for _row in range(min(side, 2000))) + rows.flush()
    head = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def _zip(megabytes: int) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("../../bomb.ics", bytes(megabytes << 20))
    return made.getvalue()


def _calendar(*lines: str) -> bytes:
    return "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:x", *lines, "END:VCALENDAR", ""]).encode()


def _shift(summary: str = "jour.reserv", **more: str) -> list[str]:
    starts = (now() + timedelta(days=30)).strftime("%Y%m%dT170000Z")
    ends = (now() + timedelta(days=31)).strftime("%Y%m%dT060000Z")
    extra = [f"{name}:{value}" for name, value in more.items()]
    event = ["UID:a@example", f"DTSTAMP:{starts}", f"DTSTART:{starts}", f"DTEND:{ends}", f"SUMMARY:{summary}", *extra]
    return ["BEGIN:VEVENT", *event, "END:VEVENT"]


def _files(megabytes: int) -> dict[str, tuple[str, bytes, str]]:
    """Name of the trick: name of the file, content, type that is claimed."""
    good = _calendar(*_shift())
    return {
        "svg": ("bild.svg", _SVG, "image/svg+xml"),
        "html": ("sida.html", b"<!doctype html>" + _SCRIPT, "text/html"),
        "html named as a calendar": ("jour.ics", b"<!doctype html>" + _SCRIPT, "text/calendar"),
        "zip": ("jour.zip", _zip(1), "application/zip"),
        "zip bomb named as a calendar": ("jour.ics", _zip(megabytes), "text/calendar"),
        "picture of many pixels": ("jour.png", _png(50_000), "image/png"),
        "virus": ("jour.ics", _EICAR, "text/calendar"),
        "empty": ("jour.ics", b"", "text/calendar"),
        "nul": ("jour.ics", bytes(4096), "text/calendar"),
        "no utf-8": ("jour.ics", b"\xff\xfe" + good, "text/calendar"),
        "too large": ("jour.ics", good + b"X" * (megabytes << 20), "text/calendar"),
        "script and calendar in one": ("jour.ics", _SCRIPT + b"\r\n" + good, "text/calendar"),
        "script in a summary": ("jour.ics", _calendar(*_shift(_SCRIPT.decode())), "text/calendar"),
        "repeated for ever": ("jour.ics", _calendar(*_shift(RRULE="FREQ=SECONDLY")), "text/calendar"),
        "repeated a million times": ("jour.ics", _calendar(*_shift(RRULE="FREQ=DAILY;COUNT=1000000")), "text/calendar"),
        "many events": ("jour.ics", _calendar(*_shift() * 20_000), "text/calendar"),
        "deep": ("jour.ics", b"BEGIN:VCALENDAR\r\n" * 20_000, "text/calendar"),
        "long line": ("jour.ics", _calendar("SUMMARY:" + "x" * (1 << 20)), "text/calendar"),
        "includes another": ("jour.ics", _calendar(*_shift(ATTACH="file:///etc/passwd")), "text/calendar"),
        "path": ("../../../../tmp/riskzon-faults.ics", good, "text/calendar"),
        "path of windows": ("..\\..\\riskzon-faults.ics", good, "text/calendar"),
        "nul in the name": ("jour.ics\0.html", good, "text/calendar"),
        "long name": ("x" * 5000 + ".ics", good, "text/calendar"),
    }


@experiment(
    "F28",
    "a file that is no calendar of shifts is refused or inert, whatever it is called: nothing stored, nothing broken",
    short=dict(megabytes=4),
    long=dict(megabytes=64),
)
def uploaded(stands: Stands, outcome: Outcome, *, megabytes: int) -> None:
    stand = abused(stands)
    sara = Visitor(stand.product.port, "sara.lindh")
    files = _files(megabytes)
    statuses: dict[str, int] = {}
    seconds: list[float] = []
    shown: list[str] = []
    with still(stand):
        before = digest(stand)
        for name, (called, content, claimed) in files.items():
            key = sara.form("/roster/import/")["csrfmiddlewaretoken"]
            answer = sara.session.post(
                f"{sara.address}/roster/import/",
                {"csrfmiddlewaretoken": key},
                files=dict.fromkeys(("file", "calendar"), (called, content, claimed)),
                allow_redirects=False,
                timeout=120,
            )
            statuses[name] = answer.status_code
            seconds.append(answer.elapsed.total_seconds())
            if _SCRIPT.decode() in answer.text or "text/html" not in answer.headers["Content-Type"]:
                shown.append(name)
        after = digest(stand)
    changed = [table for table in before if before[table] != after[table]]
    outcome.n = outcome.faults["files"] = len(files)
    outcome.figures = {"statuses": statuses, "seconds": percentiles(seconds)}
    outcome.must(f"nothing breaks: {statuses}", all(status < 500 for status in statuses.values()))
    outcome.must(f"nothing is shown as it was sent: {shown}", not shown)
    outcome.must(f"nothing is stored: {changed}", not changed)
    outcome.must("each is answered within 10 s", max(seconds) < 10)


#: A cell that a spreadsheet takes for a formula begins so (ASVS 1.2.10).
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\0")
_EXTRACT = ("cases/<uuid:case_id>/extracts/<uuid:extract_id>/", "cases/<uuid:case_id>/extracts/<uuid:extract_id>/json/")
_TABLES = ("csv", "spreadsheet", "excel", "opendocument", "tab-separated")


@experiment(
    "F27",
    "no cell of anything that is handed out as a table begins like a formula, no line of a calendar was made by what"
    " somebody typed, and the file of an extract is JSON that no program takes for a table",
    short=dict(people=("sara.lindh",), every=8),
    long=dict(people=("karin.ek", "sara.lindh", "maria.oberg", "stina.berg", "it.admin", "per.holm"), every=1),
)
def formulas(stands: Stands, outcome: Outcome, *, people: tuple[str, ...], every: int) -> None:
    stand = abused(stands)
    typed = '=cmd|" /C calc"!A0\r\n+1+1'
    place = fill(stand, "=HYPERLINK(1)&", typed, given_name='=cmd|" /C calc"!A0', family_name="@SUM(1+1)*\tx")
    kinds: dict[str, int] = {}
    bad: list[str] = []
    everywhere = sorted({*routes(stand, every), *_EXTRACT})
    for name in people:
        visitor = Visitor(stand.product.port, name)
        for pattern in everywhere:
            answer = visitor.session.get(visitor.address + path(pattern, place), allow_redirects=False, timeout=60)
            kind = answer.headers.get("Content-Type", "").partition(";")[0]
            kinds[kind] = kinds.get(kind, 0) + 1
            outcome.n += 1
            is_saved = "attachment" in answer.headers.get("Content-Disposition", "")
            if kind == "application/json" and is_saved:
                kinds["file"] = kinds.get("file", 0) + 1
                bad += [] if _is_inert(answer, typed) else [f"{pattern}: no JSON, or another name"]
            elif any(word in kind for word in _TABLES) or is_saved:
                bad += [f"{pattern}: {cell[:40]}" for cell in _cells(answer) if cell.startswith(_FORMULA)]
        feed = _feed(visitor)
        if feed is not None:
            kinds["feed"] = kinds.get("feed", 0) + 1
            bad += [line[:60] for line in feed.text.split("\r\n") if line and not line[0].isalpha() and line[0] != " "]
    outcome.figures = {"answers_by_type": kinds, "formulas": len(bad)}
    outcome.must(f"no formula: {bad[:10]}", not bad)
    outcome.must("a calendar was read", kinds.get("feed", 0) > 0)
    outcome.must("the file of an extract was read", kinds.get("file", 0) > 0)


def _is_inert(answer: requests.Response, typed: str) -> bool:
    """JSON in which what was typed is one text, under a name and a type that lead to no spreadsheet."""
    name = re.search(r'filename="([^"]+)"', answer.headers["Content-Disposition"])
    texts = [row["text"] for section in answer.json()["sections"] for row in section["rows"]]
    is_whole = any(typed.splitlines()[0] in text for text in texts)
    return bool(is_whole and name and re.fullmatch(r"[\w-]+\.json", name[1])) and (
        answer.headers["X-Content-Type-Options"] == "nosniff"
    )


def _cells(answer: requests.Response) -> list[str]:
    """The cells of a table of text; of any other table, which would need a program, nobody has been told yet."""
    assert "text/" in answer.headers["Content-Type"], answer.headers["Content-Type"]
    return [cell.strip('"') for line in answer.text.splitlines() for cell in line.replace(";", ",").split(",")]


def _feed(visitor: Visitor) -> requests.Response | None:
    """The calendar of whoever is asked, where they have one; its address is shown once, when it is made."""
    made = visitor.post("/roster/feed/", visitor.form("/roster/feed/"))
    found = re.search(r"/roster/feed/[\w-]+\.ics", made.text)
    return visitor.session.get(visitor.address + found[0], timeout=60) if found else None
