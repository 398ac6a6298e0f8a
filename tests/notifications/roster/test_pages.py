"""What do the roster's pages show, to whom, and what do they say when something is wrong?"""

import re
from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client

from notifications.models import DutyAbsence, DutyExtra, DutyOffer, DutyPattern
from notifications.roster import planning, swaps
from riskzon.models import User
from tests.duty import extra, leads_always, off, pattern_of, shift_of
from tests.factories import at, person

Visit = Callable[[str], Client]

EVERYBODY = {
    "karin.ek", "sara.lindh", "jour.vakt", "per.holm", "butik.city", "maria.oberg", "stina.berg", "lars.wik", "it.admin"
}  # fmt: skip
PLANNERS = {"sara.lindh", "maria.oberg"}
READERS = PLANNERS | {"karin.ek", "jour.vakt", "it.admin"}
SATURDAY = "2026-11-14"


def words(page: str) -> str:
    inside = page.split('<main id="main"')[1].split("</main>")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", inside.split(">", 1)[1]).split())


def shown(client: Client, path: str = "/roster/") -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return words(answer.content.decode())


def shift_path(username: str, day: str) -> str:
    row_id, on = shift_of(username, day)
    return f"/roster/shifts/{row_id}/{on}/"


def posts(client: Client, path: str, **fields: object) -> tuple[int, str]:
    """The answer to a form, after where it leads."""
    answer = client.post(path, fields, follow=True)
    return answer.status_code, words(answer.content.decode())


@pytest.mark.parametrize(
    ("path", "may"),
    [
        ("/roster/", READERS),
        ("/roster/feed/", READERS),
        ("/roster/patterns/", PLANNERS),
        ("/roster/patterns/new/", PLANNERS),
        ("/roster/extra/new/", PLANNERS),
        ("/roster/import/", PLANNERS),
    ],
)
def test_a_page_exists_for_its_roles_and_for_nobody_else(visit: Visit, path: str, may: set[str]) -> None:
    answers = {who: visit(who).get(path).status_code for who in EVERYBODY}
    assert {who for who, status in answers.items() if status == 200} == may
    assert set(answers.values()) == {200, 404}
    assert Client().get(path)["Location"].startswith("/login/")


def test_a_shift_exists_for_readers_and_who_may_do_what_with_it_is_what_is_offered_to_do(visit: Visit) -> None:
    path = shift_path("jour.vakt", SATURDAY)
    pages = {who: visit(who).get(path) for who in EVERYBODY}
    assert {who for who, page in pages.items() if page.status_code == 200} == READERS
    said = {who: words(pages[who].content.decode()) for who in READERS}
    assert {who for who in READERS if "Erbjud passet" in said[who]} == {"jour.vakt"}
    assert {who for who in READERS if "Flytta passet" in said[who]} == PLANNERS
    assert {who for who in READERS if "Ställ in passet" in said[who]} == PLANNERS
    for who in EVERYBODY:
        assert visit(who).post(f"{path}move/", {"person": "karin.ek"}).status_code == (422 if who in PLANNERS else 404)
        offered = visit(who).post(f"{path}offer/", {"person": ""}).status_code
        assert offered == (302 if who == "jour.vakt" else 404)
        DutyOffer.objects.filter(ended_at=None).update(ended_at=at("2026-11-13T14:00:00+01:00"))
    for who in EVERYBODY - PLANNERS:
        assert visit(who).post(f"{path}call-off/").status_code == 404
    assert DutyAbsence.objects.count() == 0


def test_the_roster_shows_14_days_today_first_with_who_leads_and_what_is_missing(visit: Visit) -> None:
    off("2026-11-21")
    extra("jour.reserv", "2026-11-21", "12.00", "18.00", is_lead=True)
    said = shown(visit("karin.ek"))
    assert "I jour nu: Eva Strand" in said
    days = re.findall(r"(?:mån|tis|ons|tor|fre|lör|sön) \d+ nov 2026", said)
    assert days[0] == "fre 13 nov 2026"
    assert days[-1] == "tor 26 nov 2026"
    assert len(days) == 14
    assert "fre 13 nov 2026 i dag" in said
    saturday = said.split("lör 21 nov 2026")[1].split("sön 22 nov 2026")[0]
    assert saturday == (
        " 00.00–12.00 Ingen i jour 12.00–18.00 Sixten Fiktivdal leder Passet Sixten Fiktivdal 12.00–18.00"
        " 18.00–24.00 Ingen i jour "
    )
    assert "Luckor de närmaste 14 dagarna" in said
    assert "Ingen i jour: lör 21 nov 00.00–12.00" in said


def test_a_roster_that_is_whole_speaks_of_no_gap(visit: Visit) -> None:
    said = shown(visit("maria.oberg"))
    assert "Luckor" not in said
    assert "Ingen i jour" not in said


def test_other_days_are_one_press_away_and_nonsense_is_today(visit: Visit) -> None:
    client = visit("sara.lindh")
    assert "sön 13 dec 2026" in shown(client, "/roster/?from=2026-12-01")
    for nonsense in ("x", "9999-12-31", "1900-01-01", "2026-13-01"):
        assert "fre 13 nov 2026 i dag" in shown(client, f"/roster/?from={nonsense}")


def test_duty_people_find_what_is_offered_and_take_it(visit: Visit) -> None:
    eva, sixten = visit("jour.vakt"), visit("jour.reserv")
    path = shift_path("jour.vakt", SATURDAY)
    status, said = posts(eva, f"{path}offer/", person="jour.reserv")
    assert (status, "Passet är erbjudet. Det är ditt tills någon tar det." in said) == (200, True)
    assert "Eva Strand frågar Sixten Fiktivdal" in shown(sixten)
    assert "Pass som söker någon" not in shown(visit("karin.ek"))
    assert "Ta passet" in shown(sixten, path)
    assert "Ta passet" not in shown(eva, path)
    offer = DutyOffer.objects.get()
    status, said = posts(sixten, f"/roster/offers/{offer.pk}/take/")
    assert "Passet är ditt." in said
    assert "Från Eva Strand till Sixten Fiktivdal, av Sixten Fiktivdal" in said
    lost = sixten.post(f"/roster/offers/{offer.pk}/take/")
    assert lost.status_code == 409
    assert "Sixten Fiktivdal har redan tagit passet." in lost.content.decode()


def test_whoever_has_a_shift_then_reads_why_it_was_not_taken(visit: Visit) -> None:
    extra("jour.reserv", SATURDAY, "10.00", "11.00")
    offer = swaps.offer(person("jour.vakt"), *shift_of("jour.vakt", SATURDAY))
    _status, said = posts(visit("jour.reserv"), f"/roster/offers/{offer.pk}/take/")
    assert "Sixten Fiktivdal har redan ett pass då: lör 14 nov 2026 från 10.00." in said
    assert DutyOffer.objects.get().taken_at is None


def test_an_offer_is_taken_back_from_the_page(visit: Visit) -> None:
    offer = swaps.offer(person("jour.vakt"), *shift_of("jour.vakt", SATURDAY))
    assert "Ta tillbaka erbjudandet" in shown(visit("jour.vakt"), shift_path("jour.vakt", SATURDAY))
    _status, said = posts(visit("jour.vakt"), f"/roster/offers/{offer.pk}/withdraw/")
    assert "Passet erbjuds inte längre." in said


def test_a_supervisor_moves_and_calls_off_from_the_page(visit: Visit) -> None:
    sara, path = visit("sara.lindh"), shift_path("jour.vakt", SATURDAY)
    status, said = posts(sara, f"{path}move/", person="jour.reserv")
    assert "Passet är flyttat, och båda har fått veta det." in said
    assert "Sixten Fiktivdal" in said.split("I jour")[1]
    status, said = posts(sara, f"{path}move/", person="karin.ek")
    assert (status, "Personen är inte jour på Socialjouren." in said) == (422, True)
    status, said = posts(sara, f"{path}move/")
    assert (status, "Välj vem som ska ha passet." in said) == (422, True)
    status, said = posts(sara, f"{path}call-off/")
    assert "Passet är inställt." in said
    assert "Ingen i jour: lör 14 nov 00.00–24.00" in said
    said = shown(sara, "/roster/patterns/")
    assert "Låt passet gälla igen" in said
    assert "Inställt: Eva Strand lör 14 nov 2026 Sara Lindh" in said
    assert "Flyttat från Eva Strand till Sixten Fiktivdal: lör 14 nov 2026 Sara Lindh" in said
    status, said = posts(sara, f"/roster/absences/{DutyAbsence.objects.get().pk}/end/")
    assert "Passet gäller igen." in said


PATTERN = {
    "person": "jour.reserv",
    "weekdays": ["4", "5"],
    "starts": "17.00",
    "ends": "8.00",
    "is_lead": "on",
    "valid_from": "2026-11-20",
    "valid_to": "",
}


def test_a_weekly_shift_is_laid_and_ended_from_the_page(visit: Visit) -> None:
    sara = visit("sara.lindh")
    _status, said = posts(sara, "/roster/patterns/new/", **PATTERN)
    assert "Veckopasset är tillagt." in said
    assert "Sixten Fiktivdal leder Fredag 17.00–08.00 nästa dag från 2026-11-20" in said
    row = DutyPattern.objects.get(person=person("jour.reserv"), weekday=4)
    assert (row.starts, row.ends, row.is_lead, row.added_by) == (1020, 480, True, person("sara.lindh"))
    _status, said = posts(sara, f"/roster/patterns/{row.pk}/end/", last_day="2026-12-31")
    assert "Veckopasset är avslutat." in said
    assert "2026-11-20 till 2026-12-31 Avslutat" in said
    assert sara.post(f"/roster/patterns/{row.pk}/end/", {"last_day": "2026-12-31"}).status_code == 409


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"person": ""}, "Välj vem som har passet."),
        ({"person": "karin.ek"}, "Personen är inte jour på Socialjouren."),
        ({"weekdays": []}, "Välj minst en veckodag."),
        ({"weekdays": ["7"]}, "Välj ett giltigt alternativ"),
        ({"starts": ""}, "Ange när passet börjar."),
        ({"ends": ""}, "Ange när passet slutar."),
        ({"starts": "24.00"}, "Ange ett klockslag mellan 00.00 och 23.59"),
        ({"ends": "kväll"}, "Ange ett klockslag mellan 00.00 och 23.59"),
        ({"valid_from": ""}, "Ange den första dagen."),
        ({"valid_from": "2026-02-30"}, "Ange ett datum som finns"),
        ({"valid_from": "2026-11-12"}, "Dagen har redan varit."),
        ({"valid_from": "9999-12-31"}, "Kontrollera årtalet."),
        ({"valid_to": "2026-11-19"}, "Sista dagen ligger före den första."),
        ({"person": "jour.vakt"}, "Eva Strand har redan ett pass då"),
    ],
)
def test_a_weekly_shift_that_is_wrong_comes_back_as_filled_in_with_words_at_the_field(
    visit: Visit, fields: dict, said: str
) -> None:
    answer = visit("sara.lindh").post("/roster/patterns/new/", {**PATTERN, **fields})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert said in page
    assert 'class="ds-error-summary"' in page
    if "starts" not in fields:
        assert 'value="17.00"' in page
    assert DutyPattern.objects.count() == 7


EXTRA = {"person": "jour.reserv", "day": "2026-11-20", "starts": "17.00", "ends": "22.00"}


def test_an_extra_shift_is_laid_from_the_page(visit: Visit) -> None:
    _status, said = posts(visit("maria.oberg"), "/roster/extra/new/", **EXTRA)
    assert "Extrapasset är tillagt." in said
    assert "fre 20 nov 17.00–22.00 Sixten Fiktivdal" in said
    assert DutyExtra.objects.get().added_by == person("maria.oberg")


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"day": ""}, "Ange dagen."),
        ({"day": "2026-11-12"}, "Dagen har redan varit."),
        ({"day": "2026-11-13", "starts": "08.00", "ends": "14.00"}, "Passet är redan slut."),
        ({"person": "jour.vakt"}, "Eva Strand har redan ett pass då"),
        ({"person": "per.holm"}, "Personen är inte jour på Socialjouren."),
    ],
)
def test_an_extra_shift_that_is_wrong_comes_back_with_words(visit: Visit, fields: dict, said: str) -> None:
    answer = visit("sara.lindh").post("/roster/extra/new/", {**EXTRA, **fields})
    assert (answer.status_code, said in answer.content.decode()) == (422, True)
    assert DutyExtra.objects.count() == 0


@pytest.mark.parametrize(
    "path",
    [
        "/roster/shifts/{other}/2026-11-14/",
        "/roster/shifts/{row}/2026-11-15/",
        "/roster/shifts/{row}/nonsense/",
        "/roster/shifts/{row}/2026-02-30/",
        "/roster/patterns/{other}/end/",
    ],
)
def test_a_shift_that_is_not_there_is_not_found(visit: Visit, path: str) -> None:
    filled = path.format(row=pattern_of("jour.vakt", 5).pk, other="0e7f6a52-6c0e-4d5a-9d5e-3b1f4a2c9d10")
    assert visit("sara.lindh").get(filled).status_code == 404


def test_a_shift_of_somebody_who_has_left_says_that_it_does_not_count(visit: Visit) -> None:
    User.objects.filter(username="jour.vakt").update(is_active=False)
    sara = visit("sara.lindh")
    assert "inte på Socialjouren längre, räknas inte" in shown(sara, shift_path("jour.vakt", SATURDAY))
    assert "inte på Socialjouren, räknas inte" in shown(sara, "/roster/patterns/")


def test_the_last_changes_say_who_did_what(visit: Visit) -> None:
    planning.end_pattern(person("maria.oberg"), pattern_of("jour.vakt", 0).pk, last_day=date(2026, 12, 7))
    offer = swaps.offer(person("jour.vakt"), *shift_of("jour.vakt", SATURDAY))
    swaps.take(person("jour.reserv"), offer.pk)
    said = shown(visit("sara.lindh"), "/roster/patterns/").split("Senaste ändringarna")[1]
    for change in (
        "Veckopass för Eva Strand, mån: sista dag mån 7 dec 2026 Maria Öberg",
        "Erbjudet av Eva Strand till alla: lör 14 nov 2026 Eva Strand",
        "Övertaget från Eva Strand av Sixten Fiktivdal: lör 14 nov 2026 Sixten Fiktivdal",
    ):
        assert change in said


def test_the_hour_that_comes_twice_is_named(visit: Visit) -> None:
    at("2027-10-30T12:00:00+02:00")
    leads_always("jour.reserv")
    off("2027-10-31")
    off("2027-10-31", "jour.reserv")
    extra("jour.reserv", "2027-10-31", "01.00", "02.30")
    said = shown(visit("sara.lindh"))
    assert "01.00–02.30 (vintertid) Sixten Fiktivdal" in said
    assert "02.30 (vintertid)–24.00 Ingen i jour" in said


@pytest.mark.parametrize("username", ["jour.vakt", "sara.lindh"])
def test_the_pages_are_english_for_those_who_read_english(visit: Visit, username: str) -> None:
    off("2026-11-21")
    client = visit(username)
    client.post("/language", {"language": "en", "next": "/"})
    said = shown(client) + shown(client, shift_path("jour.vakt", SATURDAY)) + shown(client, "/roster/feed/")
    assert "Nobody on duty: Sat 21 Nov 00:00–24:00" in said
    assert not re.search(r"[Pp]asset|jour\b|Lucka|dagar\b", said.replace("Socialjouren", ""))
