"""What is not accepted as a report: each wrong field is named, and nothing is written."""

from datetime import timedelta
from typing import Any

import pytest

from notifications.models import Message
from riskzon import clock
from riskzon.errors import Invalid
from riskzon.models import AuditEntry, Case, Child, Guardian, Report, ReportSeries
from tests.factories import ALBIN, WORKDAY, at, child, guardian, make_report, people
from workflows.models import Deadline

pytestmark = pytest.mark.django_db

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def _refused(**fields: Any) -> list[str]:
    """Register with these fields; returns the names of the wrong ones, having seen that nothing was written."""
    people()
    with pytest.raises(Invalid) as refusal:
        make_report(**fields)
    for table in (Report, Case, Child, Guardian, Deadline, Message, ReportSeries, AuditEntry):
        assert not table.objects.exists(), table
    assert all(message for _field, message in refusal.value.errors)
    return [field for field, _message in refusal.value.errors]


@pytest.mark.parametrize(
    ("field", "ahead"),
    [
        ("notified_at", timedelta(minutes=2)),
        ("occurred_at", timedelta(minutes=2)),
        ("notified_at", 366 * DAY),
        ("notified_at", -366 * DAY),
    ],
)
def test_a_time_in_the_future_or_far_in_the_past_is_refused(field: str, ahead: timedelta) -> None:
    now = at(WORKDAY)
    times = {"notified_at": now, "occurred_at": now - DAY, field: now + ahead}
    if ahead < timedelta(0):
        times["occurred_at"] = None
        times |= {"kind": "concern"}

    assert field in _refused(**times)


def test_clocks_may_disagree_by_a_minute() -> None:
    now = at(WORKDAY)

    assert make_report(notified_at=now + timedelta(seconds=59), occurred_at=now).report.notified_at > now


@pytest.mark.parametrize("kind", ["arrest", "lob_custody"])
def test_an_event_lies_before_its_notice_and_not_years_before(kind: str) -> None:
    now = at(WORKDAY)

    assert _refused(kind=kind, occurred_at=now, notified_at=now - HOUR) == ["occurred_at"]
    assert _refused(kind=kind, occurred_at=now - 366 * DAY) == ["occurred_at"]
    assert _refused(kind=kind, occurred_at=None) == ["occurred_at"]


def test_a_concern_may_tell_of_something_long_ago_or_of_no_moment_at_all() -> None:
    now = at(WORKDAY)

    assert make_report(kind="concern", occurred_at=now - 800 * DAY).report.occurred_at == now - 800 * DAY
    assert make_report(kind="concern", occurred_at=None).report.occurred_at_precision == "unknown"


def test_without_a_moment_of_notice_nothing_can_run() -> None:
    at(WORKDAY)

    assert _refused(notified_at=None) == ["notified_at"]


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"kind": "rumour"}, "kind"),
        ({"kind": ""}, "kind"),
        ({"channel": "pigeon"}, "channel"),
        ({"occurred_at_precision": "roughly"}, "occurred_at_precision"),
        ({"reporter": {"type": "neighbour"}}, "reporter.type"),
        ({"reporter": {"type": "private", "anonymous": True, "name": "Rosa"}}, "reporter.name"),
        ({"children": []}, "children"),
        ({"children": [child()] * 21}, "children"),
        ({"contact_caution": {"code": "BECAUSE", "until": None}}, "contact_caution.code"),
        ({"contact_caution": {"code": "HOLD_HONOUR"}}, "contact_caution.until"),
    ],
)
def test_a_wrong_field_of_the_report_is_named(fields: dict[str, Any], named: str) -> None:
    at(WORKDAY)

    assert named in _refused(**fields)


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"identity_number": "20100702-2394"}, "identity_number"),
        ({"identity_number": "20270702-2393"}, "identity_number"),
        ({"identity_number": "hej"}, "identity_number"),
        ({"identity_number": ""}, "identity_number"),
        ({"identity_number": "", "approximate_age": 14}, "description"),
        ({"identity_number": "", "approximate_age": 21, "description": "Lång"}, "approximate_age"),
        ({"identity_number": "", "approximate_age": -1, "description": "Lång"}, "approximate_age"),
        ({"protected_identity": "very"}, "protected_identity"),
        ({"guardians": [guardian(name="", phone="")]}, "guardians.0.name"),
        ({"guardians": [guardian(), guardian(phone="ring mig")]}, "guardians.1.phone"),
        ({"guardians": [guardian(relation="uncle")]}, "guardians.0.relation"),
        ({"guardians": [guardian(identity_number="19800608-9241")]}, "guardians.0.identity_number"),
        ({"guardians": [guardian()] * 11}, "guardians"),
    ],
)
def test_a_wrong_field_of_a_child_is_named_with_its_place(fields: dict[str, Any], named: str) -> None:
    at(WORKDAY)
    right = child(identity_number="20130505-2399")

    assert _refused(children=[right, child(**fields)]) == [f"children.1.{named}"]


def test_a_birth_date_agrees_with_the_number_and_lies_in_the_past() -> None:
    now = at(WORKDAY)

    assert _refused(children=[child(birth_date=(now - 4000 * DAY).date())]) == ["children.0.birth_date"]
    future = child(identity_number="", birth_date=(now + DAY).date())
    assert _refused(children=[future]) == ["children.0.birth_date"]


def test_one_child_stands_once_in_a_report() -> None:
    at(WORKDAY)

    assert _refused(children=[child(), child(identity_number="100702-2393")]) == ["children.1.identity_number"]


def test_a_report_about_adults_alone_belongs_elsewhere() -> None:
    at(WORKDAY)

    assert _refused(children=[child(identity_number="20070105-2383")]) == ["children.0.identity_number"]


def test_every_wrong_field_is_named_at_once() -> None:
    now = at(WORKDAY)

    named = _refused(
        kind="rumour",
        notified_at=now + HOUR,
        children=[child(identity_number="20100702-2394", guardians=[guardian(phone="ring mig")])],
    )

    assert named == ["kind", "notified_at", "children.0.identity_number", "children.0.guardians.0.phone"]


@pytest.mark.parametrize(("code", "hours"), [("HOLD_HONOUR", 73), ("HOLD_PROTECTED_ID", 31 * 24), ("HOLD_HONOUR", 0)])
def test_a_word_of_caution_ends_soon(code: str, hours: int) -> None:
    until = at(WORKDAY) + hours * HOUR

    assert _refused(contact_caution={"code": code, "note": "", "until": until}) == ["contact_caution.until"]


def test_numbers_are_kept_in_one_form() -> None:
    at(WORKDAY)
    made = make_report(children=[child(identity_number="100702-2393")])

    assert made.cases[0].child.identity_number == ALBIN.replace("-", "")
    assert made.cases[0].registered_at == clock.now()
