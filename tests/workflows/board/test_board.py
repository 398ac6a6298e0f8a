"""The unit's board: every figure is the number of rows behind its link, for the supervisor and for the head."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from riskzon.clock import now, real_now
from riskzon.granting import block
from riskzon.models import Case, Role, Unit, User
from tests.duty import extra, off
from tests.factories import BEA, CASTOR, ELSA, GUSTAV, at, child, make_report, person
from tests.workflows.board.conftest import later, reach, words
from workflows import board as figures
from workflows.models import Heartbeat
from workflows.verbs.people import hand_over
from workflows.verbs.times import correct_times

Visit = Callable[[str], Client]
Week = dict[str, Case]

_TILE = re.compile(
    r'<p class="tile-label">.*?<a href="([^"]+)">([^<]+)</a>.*?<p class="tile-value">([^<]+)</p>', re.DOTALL
)
_CELL = re.compile(r'<td class="number"><a href="([^"]+)">(\d+)<span')


def board(client: Client, query: str = "") -> str:
    answer = client.get(f"/board/{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def tiles(client: Client, query: str = "") -> dict[str, tuple[str, str]]:
    """Label to (figure, address)."""
    return {label: (figure, address) for address, label, figure in _TILE.findall(board(client, query))}


def rows_at(client: Client, address: str) -> list[str]:
    """The case number of each row that a page behind a figure lists."""
    answer = client.get(address.replace("&amp;", "&"))
    assert answer.status_code == 200
    body = answer.content.decode().split("<tbody")[-1].split("</tbody>")[0]
    return [re.search(r"\d{4}-\d{6}-\d+", row)[0] for row in body.split("<tr ")[1:]] if "<tr " in body else []


@pytest.mark.parametrize("who", ["sara.lindh", "maria.oberg"])
def test_each_tile_leads_to_exactly_the_rows_it_counts(visit: Visit, week: Week, who: str) -> None:
    client = visit(who)
    shown = tiles(client)
    counted = {label: len(rows_at(client, address)) for label, (figure, address) in shown.items()}
    assert {label: int(figure) for label, (figure, _) in shown.items() if figure.isdigit()} == {
        label: count for label, count in counted.items() if label != "Gripna nådda inom 24 timmar, 30 dagar"
    }
    assert [int(figure) > 0 for figure, _ in list(shown.values())[:4]] == [True, False, True, True]


def test_what_goes_out_within_four_hours_is_counted(visit: Visit) -> None:
    case = make_report("per.holm").cases[0]
    later(hours=20.5)
    figure, address = tiles(visit("sara.lindh"))["Går ut inom 4 timmar"]
    numbers = rows_at(visit("sara.lindh"), address)
    assert (figure, set(numbers)) == ("2", {case.number})


def test_the_share_counts_arrests_and_the_rest_stands_beside_it(visit: Visit, week: Week) -> None:
    page = words(board(visit("sara.lindh")))
    # In time: one. Late: "late", "recorded_late" and "born", which is not reached. Missed: "missed".
    assert "Gripna nådda inom 24 timmar, 30 dagar 20 % 1 av 5." in page
    assert "Bredvid: 1 undantagen, 1 sent registrerad, 0 rättade tider." in page


@pytest.mark.parametrize("who", ["sara.lindh", "maria.oberg"])
def test_each_figure_of_the_24_hours_leads_to_exactly_the_rows_it_counts(visit: Visit, week: Week, who: str) -> None:
    client = visit(who)
    cells = _CELL.findall(board(client))
    assert len(cells) >= 6
    for address, figure in cells:
        assert len(rows_at(client, address)) == int(figure), address


def test_the_outcomes_name_the_right_cases(visit: Visit, week: Week) -> None:
    client = visit("sara.lindh")
    listed = {
        part: set(rows_at(client, f"/board/in-time/arrest/{part}/")) for part in ("met", "late", "missed", "exempt")
    }
    assert listed == {
        "met": {week["in_time"].number},
        "late": {week["late"].number, week["recorded_late"].number},
        "missed": {week["missed"].number, week["born"].number},
        "exempt": {week["held"].number},
    }
    assert rows_at(client, "/board/in-time/arrest/recorded-late/") == [week["recorded_late"].number]
    assert rows_at(client, "/board/in-time/arrest/born/") == [week["born"].number]
    assert rows_at(client, "/board/in-time/concern/decided/") == [week["concern"].number]


def test_each_week_of_the_chart_leads_to_its_rows(visit: Visit, week: Week) -> None:
    client = visit("sara.lindh")
    chart = board(client).split('id="weeks"')[1].split("</figure>")[0]
    found = re.findall(
        r'href="([^"]+)">[^<]+</a></th><td class="number">(\d+)</td><td class="number">(\d+)</td>', chart
    )
    assert len(found) == 12
    for address, in_time, late in found:
        assert len(rows_at(client, address)) == int(in_time) + int(late)


def test_breaches_stand_with_attempts_and_with_whoever_had_the_case(visit: Visit, week: Week) -> None:
    page = board(visit("sara.lindh"))
    row = next(part for part in page.split('<tr role="row"') if week["missed"].number in part and "Kontakt med" in part)
    said = words(f'<main id="main">{row}</main>')
    assert "1 senast fre 13 nov : Inget svar" in said
    assert {"Karin Ek", "Omar Nyman"} == {
        name.strip() for name in re.search(r"Inget svar (.*?) Mottagning", said)[1].split(",")
    }
    assert "Inte granskad Förslag: Gick inte att nå Granska" in said


def test_the_age_of_the_last_sweep_and_the_account_stand_on_top(visit: Visit) -> None:
    board(visit("sara.lindh"))
    make_report("per.holm")
    page = words(board(visit("sara.lindh")))
    assert re.search(r"Fristerna gicks igenom för \d sekunde?r? sedan", page)
    assert "1 anmälningar, 1 redovisade" in page


def test_a_sweep_that_stopped_is_an_alarm(visit: Visit) -> None:
    Heartbeat.objects.update(at=real_now() - timedelta(seconds=91))
    page = board(visit("sara.lindh"))
    assert "Fristerna bevakas inte just nu" in page
    assert 'class="vital--bad"' in page


def test_an_empty_roster_is_an_alarm(visit: Visit) -> None:
    assert "Ingen är i tjänst på Socialjouren" not in board(visit("sara.lindh"))
    User.objects.filter(username="jour.vakt").update(is_active=False)
    assert "Ingen är i tjänst på Socialjouren" in board(visit("sara.lindh"))


def test_nobody_on_duty_is_an_alarm_only_while_a_unit_is_closed(visit: Visit) -> None:
    off("2026-11-13")
    extra("jour.reserv", "2026-11-13", "17.00", "20.00")
    assert "Ingen är i tjänst på Socialjouren" not in board(visit("sara.lindh"))
    later(hours=6)
    assert "Ingen är i tjänst på Socialjouren" in board(visit("sara.lindh"))


def test_gaps_of_the_next_14_days_stand_on_the_board_and_lead_to_the_roster(visit: Visit) -> None:
    assert "Ingen i jour" not in board(visit("sara.lindh"))
    for day in ("2026-11-21", "2026-11-22", "2026-11-28"):
        off(day)
    extra("jour.reserv", "2026-11-21", "00.00", "17.00")
    extra("jour.reserv", "2026-11-22", "08.00", "00.00")
    for who in ("sara.lindh", "maria.oberg"):
        page = board(visit(who))
        found = re.findall(r'<a href="/roster/">(.*?)</a>', page.split('class="vital"')[1].split("</ul>")[0])
        assert found == ["Ingen i jour: lör 21 nov 17.00–sön 22 nov 08.00"]


def test_who_is_on_duty_within_a_day_without_a_number_stands_on_the_board(visit: Visit, settings: Any) -> None:
    at("2026-11-20T12:00:00+01:00")
    User.objects.filter(role=Role.DUTY).update(phone="+46701740606")
    said = "Eva Strand saknar nummer för SMS, i jour fre 20 nov 00.00–24.00"
    assert "saknar nummer" not in board(visit("sara.lindh"))

    User.objects.filter(role=Role.DUTY).update(phone="")
    assert board(visit("sara.lindh")).count(said) == board(visit("maria.oberg")).count(said) == 1
    assert "Sixten" not in board(visit("sara.lindh"))
    settings.SMS_URL = ""
    assert "saknar nummer" not in board(visit("sara.lindh"))


def test_many_gaps_are_counted(visit: Visit) -> None:
    for day in (16, 18, 20, 22, 24):
        off(f"2026-11-{day}")
    said = words(board(visit("sara.lindh")))
    assert "Ingen i jour: mån 16 nov 00.00–08.00" in said
    assert said.count("Ingen i jour") == 3
    assert "och 6 luckor till" in said


def test_a_supervisor_sees_own_units_only(visit: Visit, week: Week) -> None:
    client = visit("jonas.falk")
    assert {figure for figure, _ in tiles(client).values()} == {"0", "–"}
    assert re.findall(r"2026-\d{6}", words(board(client))) == []
    hand_over(person("karin.ek"), week["missed"].pk, unit="utredning-norr", note="Syskon där.")
    assert week["missed"].number in rows_at(client, "/board/unassigned/")
    assert week["missed"].number not in rows_at(visit("sara.lindh"), "/board/unassigned/")


def test_head_sees_every_unit_with_numbers_and_nothing_of_a_case(visit: Visit, week: Week) -> None:
    client = visit("maria.oberg")
    hand_over(person("karin.ek"), week["missed"].pk, unit="utredning-norr", note="Syskon där.")
    pages = [board(client)]
    pages += [client.get(f"/board/{name}/").content.decode() for name in ("overdue", "unassigned", "holds")]
    pages += [client.get("/breaches/?show=all").content.decode()]
    everything = "".join(pages)
    assert week["missed"].number in everything
    assert week["late"].number in everything
    for secret in ("/cases/", "Fiktivsson", "Albin", "Heder", "Farmor", "Inget svar"):
        assert secret not in everything


def test_head_narrows_to_one_unit(visit: Visit, week: Week) -> None:
    client = visit("maria.oberg")
    hand_over(person("karin.ek"), week["missed"].pk, unit="utredning-norr", note="Syskon där.")
    north = tiles(client, "?unit=utredning-norr")
    assert rows_at(client, north["Ej tilldelade"][1]) == [week["missed"].number]
    assert client.get("/board/?unit=polissamverkan").status_code == 404


def test_a_supervisor_cannot_widen_the_board(visit: Visit) -> None:
    slug = Unit.objects.get(name="Mottagning barn och unga").slug
    assert visit("jonas.falk").get(f"/board/?unit={slug}").status_code == 404


@pytest.mark.parametrize("who", ["sara.lindh", "maria.oberg"])
def test_a_blocked_child_is_in_no_figure_and_no_row(visit: Visit, week: Week, who: str) -> None:
    block(person(who), week["missed"], by=person("jonas.falk"), reason="Släkt", now=now())
    client = visit(who)
    page = board(client)
    assert week["missed"].number not in page
    for address, figure in _CELL.findall(page):
        rows = rows_at(client, address)
        assert (len(rows), week["missed"].number in rows) == (int(figure), False)
    assert "1 av 4." in words(page)
    assert week["missed"].number not in client.get("/breaches/?show=all").content.decode()


def test_the_board_takes_as_many_statements_for_many_cases_as_for_few(visit: Visit, week: Week) -> None:
    client = visit("sara.lindh")
    board(client)
    cache.clear()
    with CaptureQueriesContext(connection) as few:
        board(client)
    for _ in range(3):
        make_report("per.holm", occurred_at=now() - timedelta(hours=25))
    cache.clear()
    with CaptureQueriesContext(connection) as many:
        board(client)
    assert len(many) == len(few)


def test_an_unknown_figure_is_not_found(visit: Visit) -> None:
    client = visit("sara.lindh")
    for address in (
        "/board/secrets/",
        "/board/in-time/arrest/secrets/",
        "/board/in-time/secrets/met/",
        "/board/in-time/arrest/met/?week=soon",
    ):
        assert client.get(address).status_code == 404


@pytest.mark.parametrize("who", ["sara.lindh", "maria.oberg"])
def test_what_came_late_to_the_register_leads_to_exactly_its_cases(visit: Visit, who: str) -> None:
    def arrest(number: str, happened: float, told: float) -> Case:
        return make_report(
            "per.holm",
            children=[child(identity_number=number)],
            occurred_at=now() - timedelta(hours=happened),
            notified_at=now() - timedelta(hours=told),
        ).cases[0]

    prompt, slow = arrest(BEA, 24, 18), arrest(CASTOR, 7, 0)
    late, both = arrest(ELSA, 25, 20), arrest(GUSTAV, 30, 2)
    concern = make_report("karin.ek", kind="concern", occurred_at=now() - timedelta(days=90)).cases[0]
    old = make_report("karin.ek", kind="concern", occurred_at=None, notified_at=now() - timedelta(hours=25)).cases[0]
    client = visit(who)

    listed = board(client).split('id="late-title"')[1].split("</section>")[0]
    shown = {address: int(count) for address, count in re.findall(r'href="([^"]+)">(\d+)<span', listed)}

    assert shown == {"/board/late-registered/": 3, "/board/late-notice/": 2}
    assert set(rows_at(client, "/board/late-registered/")) == {late.number, both.number, old.number}
    assert set(rows_at(client, "/board/late-notice/")) == {slow.number, both.number}
    assert not {prompt.number, concern.number} & set(rows_at(client, "/board/late-registered/"))
    assert "28 tim 00 min efter händelsen" in words(client.get("/board/late-notice/").content.decode())
    later(days=31)
    assert rows_at(client, "/board/late-registered/") == []


def test_a_corrected_time_makes_a_notice_late_and_leads_to_its_breach(visit: Visit) -> None:
    case = make_report("per.holm", occurred_at=now() - timedelta(hours=1)).cases[0]
    later(hours=20)
    reach(case)
    right = case.report.occurred_at - timedelta(hours=12)
    correct_times(person("per.holm"), case.report.number, reason="Hemligt protokoll", occurred_at=right)

    assert rows_at(visit("sara.lindh"), "/board/late-notice/") == [case.number]
    breach = case.breaches.get()
    later(hours=1)
    correct_times(
        person("karin.ek"), case.report.number, reason="Hemligt protokoll", occurred_at=right + timedelta(hours=12)
    )
    for who, reads_why in (("sara.lindh", True), ("maria.oberg", False)):
        page = words(visit(who).get(f"/breaches/{breach.pk}/").content.decode())
        assert "Överskridandet står kvar" in page
        assert ("Hemligt protokoll" in page) == reads_why
        assert "Felaktig tid rättad" in words(visit(who).get("/breaches/").content.decode())


def test_an_account_that_took_long_is_not_gone_through_for_every_look(
    visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(figures, "ACCOUNT_CHEAP", 0)
    monkeypatch.setattr(figures, "ACCOUNT_SHARE", 10_000)
    board(visit("sara.lindh"))
    make_report("per.holm")
    assert "0 anmälningar, 0 redovisade" in words(board(visit("sara.lindh")))
    monkeypatch.setattr(figures, "ACCOUNT_CHEAP", 60)
    cache.clear()
    assert "1 anmälningar, 1 redovisade" in words(board(visit("sara.lindh")))
