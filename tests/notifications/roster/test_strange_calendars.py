"""Whatever a calendar says about time, it is understood, or it is named by what is wrong with it."""

from contextlib import suppress
from uuid import uuid4

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from notifications.roster.calendar_in import NotACalendar, understand
from riskzon import clock
from tests.notifications.roster.test_calendars import Visit, doubt, evening, event, ics, understood, upload

PEOPLE = {"jour.reserv@kommunen.example": uuid4()}
YEARS = st.sampled_from(["0001", "0002", "1582", "1999", "2000", "2026", "2027", "2099", "2100", "9998", "9999"])
DAYS = st.builds(
    "{}{}".format, YEARS, st.sampled_from(["0101", "0102", "0229", "0328", "1025", "1120", "1230", "1231"])
)
CLOCKS = st.sampled_from(["000000", "003000", "022959", "023000", "170000", "235959", "235960", "240000"])
MOMENTS = st.builds("{}T{}{}".format, DAYS, CLOCKS, st.sampled_from(["", "Z"]))
DURATIONS = st.sampled_from(["PT5H", "P1D", "PT25H", "-PT1H", "P9999999D", "P999999999W", "PT0S", "P1DT1S", "P"])
ZONES = st.sampled_from(
    ["", "", ";TZID=Europe/Stockholm", ";TZID=Pacific/Kiritimati", ";TZID=Etc/GMT+12", ";TZID=Mars/X", ";VALUE=DATE"]
)
ANYTHING = st.one_of(
    MOMENTS, MOMENTS, DAYS, DURATIONS, st.builds("{}/{}".format, MOMENTS, MOMENTS), st.text("0TZ/,;=-")
)
PARTS = st.one_of(
    st.builds("UNTIL={}".format, ANYTHING),
    st.builds("INTERVAL={}".format, st.sampled_from(["-1", "1", "2", "99999999999999999999", "1,2", "x", ""])),
    st.builds("COUNT={}".format, st.sampled_from(["1", "3", "99999999999999999999", "-5", "x"])),
    st.builds("BYDAY={}".format, st.sampled_from(["MO", "1MO", "-5FR", "9MO", "MO,TU", "", "x", "53SU"])),
    st.builds("BYMONTHDAY={}".format, st.sampled_from(["1", "31", "-31", "0", "99", "x"])),
    st.builds("WKST={}".format, st.sampled_from(["SU", "MO", "x", "1MO", ""])),
    st.sampled_from(["FREQ=DAILY", "BYHOUR=1", "RSCALE=GREGORIAN", "SKIP=OMIT", "X=1", ""]),
)
RULES = st.builds(
    lambda often, parts: ";".join([f"RRULE:FREQ={often}", *parts]),
    st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY", "", "DAILY,WEEKLY"]),
    st.lists(PARTS, max_size=3),
)
LINES = st.one_of(
    RULES,
    RULES,
    *(
        st.builds("{}{}:{}".format, st.just(name), ZONES, ANYTHING)
        for name in ("DTSTART", "DTEND", "DURATION", "EXDATE", "RDATE", "RDATE;VALUE=PERIOD", "RECURRENCE-ID")
    ),
)
#: Mostly a start that is well, so that the rest is looked at.
STARTS = st.one_of(
    st.just("DTSTART:20261114T170000"),
    st.just("DTSTART;TZID=Europe/Stockholm:20261114T170000"),
    st.builds("DTSTART{}:{}".format, ZONES, MOMENTS),
)


@settings(max_examples=400, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(start=STARTS, lines=st.lists(LINES, max_size=3), twice=st.booleans())
def test_no_time_breaks_the_reading(start: str, lines: list[str], twice: bool) -> None:
    has_end = any(line.startswith(("DTEND", "DURATION")) for line in lines)
    one = event(start, *lines, *([] if has_end else ["DURATION:PT5H"]))
    with suppress(NotACalendar):
        found = understand(ics(one, evening(), *([one] if twice else [])), PEOPLE, clock.now())
        assert all(each.why for each in found.doubts)


@pytest.mark.parametrize("year", ["0001", "9999"])
@pytest.mark.parametrize("mark", ["", "Z"])
@pytest.mark.parametrize(
    ("field", "lines"),
    [
        ("DTSTART", ("DTSTART:{at}", "DURATION:PT5H")),
        ("DTEND", ("DTSTART:20261120T170000", "DTEND:{at}")),
        ("EXDATE", ("DTSTART:20261120T170000", "DURATION:PT5H", "RRULE:FREQ=DAILY", "EXDATE:{at}")),
        ("RDATE", ("DTSTART:20261120T170000", "DURATION:PT5H", "RDATE:{at}")),
        ("RECURRENCE-ID", ("DTSTART:20261120T170000", "DURATION:PT5H", "RECURRENCE-ID:{at}")),
    ],
)
def test_a_year_at_either_end_of_time_is_answered_by_the_field_s_name(
    field: str, lines: tuple[str, ...], mark: str, year: str, visit: Visit
) -> None:
    day = "0101T000000" if year == "0001" else "1231T235959"
    content = ics(event(*(line.format(at=f"{year}{day}{mark}") for line in lines)))
    assert doubt(content) == f"Kontrollera årtalet i {field}."
    status, page = upload(visit("sara.lindh"), content)
    assert (status, f"Kontrollera årtalet i {field}." in page) == (200, True)


@pytest.mark.parametrize("until", ["99991231T235959Z", "99991231T235959", "99991231", "21000101T000000Z"])
def test_a_rule_that_ends_after_our_time_has_no_end(until: str) -> None:
    assert len(understood(ics(evening("20261114", f"RRULE:FREQ=DAILY;UNTIL={until}")))) == 364


@pytest.mark.parametrize("until", ["00010101T000000Z", "00010101", "19991231T235959Z"])
def test_a_rule_that_ended_before_our_time_is_answered_by_the_field_s_name(until: str) -> None:
    assert doubt(ics(evening("20261114", f"RRULE:FREQ=DAILY;UNTIL={until}"))) == "Kontrollera årtalet i UNTIL."


@pytest.mark.parametrize("until", ["P1D", "PT5H", "170000", "20261120T170000Z/PT1H"])
def test_a_rule_that_ends_at_no_moment_is_not_understood(until: str, visit: Visit) -> None:
    client: Client = visit("sara.lindh")
    status, page = upload(client, ics(evening("20261114", f"RRULE:FREQ=DAILY;UNTIL={until}")))
    assert (status, "går inte att tolka" in page) == (200, True)
