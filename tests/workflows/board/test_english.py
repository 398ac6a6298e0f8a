"""No page of the overview mixes the two languages."""

import re

import pytest

from tests.workflows.board.conftest import words
from workflows.models import Breach

_SWEDISH = re.compile(r"\b\w*[åäöÅÄÖ]\w*\b|\b(?:och|inte|eller|till|för|frist|anmälan|kontakt)\b", re.IGNORECASE)
#: People, units and places are called what they are called.
NAMES = ("Mottagning barn och unga", "Maria Öberg", "Utredning Norr", "Utredning Syd")


@pytest.mark.parametrize("who", ["sara.lindh", "maria.oberg", "stina.berg"])
def test_every_page_is_english_throughout(visit, week, who) -> None:
    client = visit(who)
    client.cookies["django_language"] = "en"
    breach = Breach.objects.filter(case=week["missed"]).first()
    overview = [
        "/board/",
        "/board/overdue/",
        "/board/soon/",
        "/board/unassigned/",
        "/board/holds/",
        "/board/in-time/arrest/decided/",
        "/board/in-time/arrest/born/?week=2026-11-16",
        "/breaches/",
        "/breaches/?show=reviewed",
        f"/breaches/{breach.pk}/",
        "/accounting/",
        "/waiting/",
    ]
    for path in {"stina.berg": ["/statistics/"], "maria.oberg": [*overview, "/statistics/"]}.get(who, overview):
        answer = client.get(path)
        assert answer.status_code == 200
        said = words(answer.content.decode())
        for name in NAMES:
            said = said.replace(name, "")
        assert set(_SWEDISH.findall(said)) == set(), path
