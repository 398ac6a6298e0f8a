"""Which rules about the roster does the database hold, even against raw SQL?"""

import pytest

from notifications.models import DutyFeed, DutyOffer, DutyPattern
from notifications.roster import feeds, planning, swaps
from tests.acts import delete, refuses, update
from tests.duty import LONG_AGO, extra, off, shift_of
from tests.factories import person

SATURDAY = "2026-11-14"


@pytest.fixture(autouse=True)
def _one_of_each() -> None:
    off("2026-11-15")
    extra("jour.reserv", "2026-11-15", "08.00", "17.00")
    swaps.offer(person("jour.vakt"), *shift_of("jour.vakt", SATURDAY))
    feeds.renew(person("jour.vakt"))


@pytest.mark.parametrize("table", ["dutypattern", "dutyabsence", "dutyextra", "dutyoffer", "dutyfeed"])
def test_no_row_of_the_roster_is_deleted(table: str) -> None:
    refuses(lambda: delete(f"notifications_{table}"), "rows are kept")


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("dutypattern", "starts = 60"),
        ("dutypattern", "person_id = (SELECT id FROM riskzon_user WHERE username = 'jour.reserv')"),
        ("dutypattern", "valid_to = '2030-01-01'"),
        ("dutyabsence", "day = '2026-11-22'"),
        ("dutyextra", "ends = 60"),
        ("dutyextra", "is_lead = true"),
        ("dutyoffer", "from_person_id = (SELECT id FROM riskzon_user WHERE username = 'jour.reserv')"),
        ("dutyoffer", "to_person_id = (SELECT id FROM riskzon_user WHERE username = 'jour.reserv')"),
        ("dutyoffer", "added_at = added_at - interval '1 day'"),
        ("dutyfeed", "created_at = created_at - interval '1 day'"),
    ],
)
def test_a_row_of_the_roster_is_ended_and_never_changed(table: str, change: str) -> None:
    refuses(lambda: update(f"notifications_{table}", change), "ended, never changed")


def test_what_is_ended_or_taken_stays_so() -> None:
    offer = DutyOffer.objects.get()
    swaps.take(person("jour.reserv"), offer.pk)
    planning.end_pattern(person("sara.lindh"), DutyPattern.objects.earliest("weekday").pk, last_day=offer.day)
    feeds.revoke(person("jour.vakt"))
    for table in ("dutyoffer", "dutypattern", "dutyfeed"):
        column = {"dutyoffer": "taken_at", "dutyfeed": "revoked_at"}.get(table, "ended_at")
        refuses(lambda t=table, c=column: update(f"notifications_{t}", f"{c} = NULL", f"{c} IS NOT NULL"), "stays so")


@pytest.mark.parametrize(
    ("table", "change", "said"),
    [
        ("dutypattern", "ended_at = now()", "pattern_ends_on_a_day"),
        ("dutyoffer", "taken_at = now()", "offer_taken_by_somebody"),
        (
            "dutyoffer",
            "taken_at = now(), taken_by_id = from_person_id, moved_by_id = from_person_id",
            "offer_taken_by_another",
        ),
    ],
)
def test_what_is_ended_or_taken_says_how(table: str, change: str, said: str) -> None:
    refuses(lambda: update(f"notifications_{table}", change), said)


def test_a_shift_is_offered_once_at_a_time_and_a_person_has_one_calendar_address() -> None:
    offer = DutyOffer.objects.get()

    def again() -> None:
        DutyOffer.objects.create(
            pattern_id=offer.pattern_id, day=offer.day, from_person_id=offer.from_person_id, added_at=LONG_AGO
        )

    refuses(again, "pattern_shift_offered_once")
    refuses(
        lambda: DutyFeed.objects.create(digest="x", user=person("jour.vakt"), created_at=LONG_AGO), "one_feed_a_person"
    )
