"""Calendars in: what is understood, what is named instead, and nothing twice. Calendars out: one secret address each."""

import html
import re
from collections.abc import Callable
from time import process_time

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from icalendar import Calendar

from notifications import roster
from notifications.models import DutyExtra, DutyFeed
from notifications.roster import calendar_in, planning
from riskzon import clock
from riskzon.models import AuditEntry, User
from tests.acts import DAY
from tests.duty import extra, off
from tests.factories import at, make_report, person
from tests.notifications.roster.test_pages import words

Visit = Callable[[str], Client]


def event(*lines: str, uid: str = "a@roster", who: str = "ATTENDEE:mailto:jour.reserv@kommunen.example") -> str:
    return "\n".join(
        ["BEGIN:VEVENT", f"UID:{uid}", "SUMMARY:Kvällspass", *([who] if who else []), *lines, "END:VEVENT"]
    )


def ics(*events: str) -> bytes:
    text = "\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//x//y//EN", *events, "END:VCALENDAR", ""])
    return text.replace("\n", "\r\n").encode()


def evening(day: str = "20261120", *more: str, **fields: str) -> str:
    return event(f"DTSTART:{day}T170000", f"DTEND:{day}T220000", *more, **fields)


def upload(client: Client, content: bytes, name: str = "jour.ics") -> tuple[int, str]:
    answer = client.post("/roster/import/", {"file": SimpleUploadedFile(name, content)})
    return answer.status_code, answer.content.decode()


def read_in(client: Client, content: bytes) -> str:
    """Check a file and write what was shown; returns what the check said."""
    status, page = upload(client, content)
    assert status == 200, page
    if token := re.search(r'name="checked" value="([^"]+)"', page):
        answer = client.post("/roster/import/confirm/", {"checked": html.unescape(token[1])})
        assert answer.status_code == 302, answer.content.decode()
    return words(page)


def understood(content: bytes) -> list[tuple[str, str]]:
    """The shifts of a file as local times, whoever has them."""
    people = {"jour.reserv@kommunen.example": person("jour.reserv").pk, "jour.reserv": person("jour.reserv").pk}
    found = calendar_in.understand(content, people, clock.now())
    assert found.doubts == []

    def told(minutes: int) -> str:
        return f"{minutes // 60:02}.{minutes % 60:02}"

    return [(str(one.day), f"{told(one.starts)}-{told(one.ends)}") for one in found.entries]


def doubt(content: bytes) -> str:
    people = {"jour.reserv@kommunen.example": person("jour.reserv").pk}
    found = calendar_in.understand(content, people, clock.now())
    assert found.entries == []
    assert [one.what for one in found.doubts] == ["Kvällspass"]
    return found.doubts[0].why


@pytest.fixture
def sara(visit: Visit) -> Client:
    return visit("sara.lindh")


# --- In


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (("DTSTART:20261120T170000", "DTEND:20261120T220000"), [("2026-11-20", "17.00-22.00")]),
        (("DTSTART:20261120T160000Z", "DTEND:20261121T070000Z"), [("2026-11-20", "17.00-08.00")]),
        (("DTSTART;TZID=Europe/Stockholm:20261120T170000", "DURATION:PT15H"), [("2026-11-20", "17.00-08.00")]),
        (
            ("DTSTART;TZID=Europe/London:20261120T160000", "DTEND;TZID=Europe/London:20261120T210000"),
            [("2026-11-20", "17.00-22.00")],
        ),
        (
            ("DTSTART;TZID=W. Europe Standard Time:20261120T170000", "DURATION:PT5H"),
            [("2026-11-20", "17.00-22.00")],
        ),
        (("DTSTART:20261120T000000", "DTEND:20261121T000000"), [("2026-11-20", "00.00-00.00")]),
    ],
)
def test_times_in_a_zone_in_utc_and_floating_are_swedish_clock_times(lines: tuple, expected: list) -> None:
    assert understood(ics(event(*lines))) == expected


def test_a_repeated_shift_keeps_its_clock_time_across_the_change_of_the_clock() -> None:
    at("2027-03-20T12:00:00+01:00")
    weekly = event(
        "DTSTART;TZID=Europe/Stockholm:20270321T170000",
        "DTEND;TZID=Europe/Stockholm:20270322T080000",
        "RRULE:FREQ=WEEKLY;COUNT=3",
        "EXDATE;TZID=Europe/Stockholm:20270404T170000",
    )
    assert understood(ics(weekly)) == [("2027-03-21", "17.00-08.00"), ("2027-03-28", "17.00-08.00")]
    in_utc = event("DTSTART:20270321T160000Z", "DURATION:PT1H", "RRULE:FREQ=WEEKLY;UNTIL=20270328T235959Z")
    assert understood(ics(in_utc)) == [("2027-03-21", "17.00-18.00"), ("2027-03-28", "18.00-19.00")]


def test_a_repetition_without_end_is_followed_for_a_year_and_no_longer() -> None:
    daily = understood(ics(evening("20261114", "RRULE:FREQ=DAILY")))
    assert (len(daily), daily[0][0], daily[-1][0]) == (364, "2026-11-14", "2027-11-12")


def test_an_occurrence_that_was_moved_stands_where_it_was_moved_to() -> None:
    series = evening("20261120", "RRULE:FREQ=WEEKLY;COUNT=2")
    moved = event("RECURRENCE-ID:20261127T170000", "DTSTART:20261128T100000", "DTEND:20261128T120000")
    assert understood(ics(series, moved)) == [("2026-11-20", "17.00-22.00"), ("2026-11-28", "10.00-12.00")]


def test_monthly_rules_and_added_dates_are_understood() -> None:
    monthly = evening("20261201", "RRULE:FREQ=MONTHLY;BYDAY=1TU;COUNT=2", "RDATE:20261224T170000")
    assert [day for day, _clock in understood(ics(monthly))] == ["2026-12-01", "2026-12-24", "2027-01-05"]


@pytest.mark.parametrize(
    "who",
    [
        "ATTENDEE:MAILTO:Jour.Reserv@Kommunen.Example",
        "ATTENDEE;CN=jour.reserv:mailto:privat@example.com",
        "ORGANIZER:mailto:jour.reserv@kommunen.example",
        "ATTENDEE:mailto:okand@example.com\nATTENDEE:mailto:jour.reserv@kommunen.example",
        "DESCRIPTION:x\nSUMMARY:Jour (jour.reserv)",
    ],
)
def test_a_person_is_found_by_mail_or_by_user_name(sara: Client, who: str) -> None:
    content = ics(evening(who=who))
    if "SUMMARY:Jour" in who:
        content = content.replace("SUMMARY:Kvällspass\r\n".encode(), b"")
    read_in(sara, content)
    assert DutyExtra.objects.get().person == person("jour.reserv")


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        (("DTSTART;VALUE=DATE:20261120", "DTEND;VALUE=DATE:20261121"), "hela dagar"),
        (("DTSTART:20261120T170000",), "saknar sluttid"),
        (("DTEND:20261120T170000",), "saknar starttid"),
        (("DTSTART:20261120T170000", "DTEND:20261120T160000"), "slutar innan det börjar"),
        (("DTSTART:20261120T170000", "DTEND:20261121T170100"), "längre än 24 timmar"),
        (("DTSTART;TZID=Mars/Olympus:20261120T170000", "DURATION:PT5H"), "Tidszonen är okänd"),
        (("DTSTART:nonsense", "DURATION:PT5H"), "går inte att tolka"),
        (("DTSTART:00010101T000000", "DURATION:PT5H", "RRULE:FREQ=DAILY"), "Kontrollera årtalet"),
        *(
            (("DTSTART:20261120T170000", "DURATION:PT5H", f"RRULE:{rule}"), "Upprepningen går inte att tolka")
            for rule in (
                "FREQ=SECONDLY",
                "FREQ=MINUTELY;COUNT=5",
                "FREQ=HOURLY",
                "FREQ=NEVER",
                "FREQ=DAILY;INTERVAL=0",
                "FREQ=DAILY;COUNT=0",
                "FREQ=DAILY;BYHOUR=1,2,3",
                "FREQ=DAILY;BYSECOND=1",
                "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
                "FREQ=DAILY;INTERVAL=7;BYDAY=MO",
                "FREQ=MONTHLY;BYDAY=9MO",
                "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
            )
        ),
    ],
)
def test_what_is_not_understood_is_named_and_never_guessed(lines: tuple, why: str) -> None:
    assert why in doubt(ics(event(*lines)))


def test_nobody_at_socialjouren_and_no_uid_are_not_understood() -> None:
    for who in ("ATTENDEE:mailto:karin.ek@kommunen.example", ""):
        assert doubt(ics(evening(who=who))) == "Personen finns inte som jour på Socialjouren."
    assert doubt(ics(evening().replace("UID:a@roster\n", ""))) == "Händelsen saknar UID."


def test_a_file_is_shown_before_anything_is_written(sara: Client) -> None:
    content = ics(
        evening("20261120"),
        evening("20261121", uid="b", who="ATTENDEE:mailto:nobody@example.com"),
        evening("20261001", uid="c"),
        evening("20261120", uid="d", who="ATTENDEE:mailto:jour.vakt@kommunen.example"),
    )
    _status, page = upload(sara, content)
    said = words(page)
    assert "1 pass läggs till fre 20 nov 17.00–22.00 Sixten Fiktivdal" in said
    assert "1 pass har redan varit och hoppas över." in said
    assert "Läggs inte till: krockar med ett annat pass fre 20 nov 17.00–22.00 Eva Strand" in said
    assert "Förstods inte Kvällspass Personen finns inte som jour på Socialjouren." in said
    assert DutyExtra.objects.count() == 0
    read_in(sara, content)
    row = DutyExtra.objects.get()
    assert (row.person, row.added_by) == (person("jour.reserv"), person("sara.lindh"))
    assert AuditEntry.objects.filter(actor=person("sara.lindh"), what="roster.import").count() == 1


def test_the_same_file_twice_adds_nothing(sara: Client) -> None:
    weekly = ics(evening("20261120", "RRULE:FREQ=WEEKLY;COUNT=3"))
    assert "3 pass läggs till" in read_in(sara, weekly)
    assert "0 pass läggs till 3 pass finns redan." in read_in(sara, weekly)
    assert DutyExtra.objects.count() == 3


def test_the_same_press_twice_adds_nothing(sara: Client) -> None:
    _status, page = upload(sara, ics(evening()))
    token = html.unescape(re.search(r'name="checked" value="([^"]+)"', page)[1])
    for _ in range(2):
        assert sara.post("/roster/import/confirm/", {"checked": token}).status_code == 302
    assert DutyExtra.objects.count() == 1


def test_what_has_changed_or_is_cancelled_in_the_calendar_changes_here_and_the_old_is_kept(sara: Client) -> None:
    read_in(sara, ics(evening()))
    said = read_in(sara, ics(event("DTSTART:20261120T180000", "DTEND:20261120T230000", "CATEGORIES:Jourledare")))
    assert "Inlästa pass som ändras eller tas bort fre 20 nov 17.00–22.00" in said
    old, new = DutyExtra.objects.order_by("starts")
    assert (old.ended_by, new.ended_at, new.starts, new.is_lead) == (person("sara.lindh"), None, 18 * 60, True)
    said = read_in(sara, ics(event("DTSTART:20261120T180000", "DTEND:20261120T230000", "STATUS:CANCELLED")))
    assert "0 pass läggs till" in said
    assert DutyExtra.objects.filter(ended_at=None).count() == 0


def test_what_no_longer_fits_when_it_is_confirmed_is_not_written(sara: Client) -> None:
    _status, page = upload(sara, ics(evening()))
    token = html.unescape(re.search(r'name="checked" value="([^"]+)"', page)[1])
    extra("jour.reserv", "2026-11-20", "21.00", "23.00")
    answer = sara.post("/roster/import/confirm/", {"checked": token})
    assert answer.status_code == 409
    assert "Inget är sparat." in answer.content.decode()
    assert DutyExtra.objects.count() == 1


@pytest.mark.parametrize("token", ["", "nonsense", "a:b:c"])
def test_only_what_was_shown_is_written(sara: Client, token: str) -> None:
    answer = sara.post("/roster/import/confirm/", {"checked": token})
    assert (answer.status_code, "Kontrollen är för gammal. Välj filen igen." in answer.content.decode()) == (422, True)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "Filen är tom."),
        (b"hej", "Filen gick inte att läsa som en kalender."),
        (b"\xff\xfe\x00\x00" * 20, "Filen gick inte att läsa som en kalender."),
        (b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1", "Det finns inga händelser i filen."),
        (ics(), "Det finns inga händelser i filen."),
        (b"x" * 600_000, "Filen är större än 500 kB."),
        (ics(*(evening(uid=str(number)) for number in range(501))), "Filen har fler än 500 händelser."),
        (
            ics(*(evening("20261114", "RRULE:FREQ=DAILY", uid=str(number)) for number in range(6))),
            "Filen har fler än 2000 pass.",
        ),
    ],
    ids=["empty", "no calendar", "bytes", "cut off", "no event", "too large", "too many events", "too many shifts"],
)
def test_a_bad_file_gets_a_plain_answer(sara: Client, content: bytes, said: str) -> None:
    status, page = upload(sara, content)
    assert (status, said in page) == (422, True)


def test_no_file_is_asked_for_one(sara: Client) -> None:
    answer = sara.post("/roster/import/", {})
    assert (answer.status_code, "Välj en kalenderfil." in answer.content.decode()) == (422, True)


def test_a_file_made_to_keep_us_busy_is_answered_soon() -> None:
    zone = "\n".join(
        (
            "BEGIN:VTIMEZONE",
            "TZID:X",
            "BEGIN:STANDARD",
            "DTSTART:16010101T000000",
            "RRULE:FREQ=SECONDLY",
            "TZOFFSETFROM:+0100",
            "TZOFFSETTO:+0100",
            "END:STANDARD",
            "END:VTIMEZONE",
        )
    )
    rules = (
        "FREQ=MONTHLY;INTERVAL=12;BYMONTHDAY=31",
        "FREQ=DAILY;INTERVAL=999999",
        "FREQ=WEEKLY;INTERVAL=9999999;BYDAY=MO",
    )
    events = [evening("20000201", f"RRULE:{rules[number % 3]}", uid=str(number)) for number in range(300)]
    started = process_time()
    calendar_in.understand(ics(zone, *events), {}, clock.now())
    assert process_time() - started < 20


# --- Out


def feed_of(visit: Visit, username: str = "jour.vakt") -> str:
    """The path of a fresh calendar address."""
    page = visit(username).post("/roster/feed/").content.decode()
    return re.search(r'id="secret">http://testserver(/roster/feed/[^<]+\.ics)<', page)[1]


def test_the_calendar_holds_the_shifts_with_names_of_staff_and_nothing_else(visit: Visit) -> None:
    make_report("karin.ek")
    off("2026-11-21")
    extra("jour.reserv", "2026-11-21", "17.00", "08.00", is_lead=True)
    answer = Client().get(feed_of(visit))
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/calendar; charset=utf-8")
    assert answer["Cache-Control"] == "no-store"
    assert answer["Content-Disposition"] == 'attachment; filename="jour.ics"'
    text = answer.content.decode()
    for secret in ("Fiktivsson", "Albin", "2026-0000", "20100702", "Riskzon", "jour.vakt"):
        assert secret not in text
    events = Calendar.from_ical(answer.content).walk("VEVENT")
    now = clock.now()
    expected = roster.shifts(now - 14 * DAY, now + 120 * DAY)
    assert [(one["DTSTART"].dt, one["DTEND"].dt) for one in events] == [(s.starts_at, s.ends_at) for s in expected]
    assert {str(one["SUMMARY"]) for one in events} == {"Jour: Eva Strand", "Jour, leder: Sixten Fiktivdal"}
    assert len({str(one["UID"]) for one in events}) == len(events)


def test_only_the_digest_of_the_secret_is_kept_and_it_is_shown_once(visit: Visit) -> None:
    token = feed_of(visit).rsplit("/", 1)[1].removesuffix(".ics")
    assert DutyFeed.objects.get().digest == DutyFeed.digest_of(token)
    assert token not in visit("jour.vakt").get("/roster/feed/").content.decode()


def test_a_renewed_or_revoked_address_stops_working(visit: Visit) -> None:
    first = feed_of(visit)
    second = feed_of(visit)
    assert [Client().get(path).status_code for path in (first, second)] == [404, 200]
    visit("jour.vakt").post("/roster/feed/revoke/")
    assert Client().get(second).status_code == 404
    assert DutyFeed.objects.filter(revoked_at=None).count() == 0


@pytest.mark.parametrize("change", [{"is_active": False}, {"role": "liaison"}])
def test_the_address_of_somebody_who_may_not_see_the_roster_any_more_is_not_there(visit: Visit, change: dict) -> None:
    path = feed_of(visit, "karin.ek")
    assert Client().get(path).status_code == 200
    User.objects.filter(username="karin.ek").update(**change)
    assert Client().get(path).status_code == 404


def test_the_calendar_follows_the_roster(visit: Visit) -> None:
    path = feed_of(visit)
    row = planning.add_extra(
        person("sara.lindh"),
        person=person("jour.reserv").pk,
        day=clock.now().date(),
        starts=1380,
        ends=0,
        is_lead=False,
    )
    assert "Sixten Fiktivdal" in Client().get(path).content.decode()
    planning.call_off(person("sara.lindh"), row.pk, row.day)
    assert "Sixten Fiktivdal" not in Client().get(path).content.decode()
