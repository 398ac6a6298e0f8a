"""A guardian who becomes known in one case of a child is to be reached in its other open cases too."""

import pytest

from riskzon import clock
from riskzon.models import Case
from tests.acts import HOUR, clock_of, move, reread
from tests.factories import ELSA, MAJA, WORKDAY, at, child, guardian, make_report, person
from workflows.accounting import account
from workflows.verbs.contacts import Newcomer, register_contact, write_off

pytestmark = pytest.mark.django_db


def _elsa(*guardians: dict[str, object], **fields: object) -> Case:
    kid = child(identity_number=ELSA, given_name="Elsa", guardians=list(guardians))
    return make_report(children=[kid], **fields).cases[0]


@pytest.fixture
def without_guardian() -> Case:
    """It has been decided that the child has nobody, so nobody is sought."""
    at(WORKDAY)
    case = _elsa()
    write_off(person("sara.lindh"), case.pk, guardian=None, reason="Ingen finns i landet.")
    assert reread(case).guardians_followed_at is not None
    return case


def _is_sought(case: Case) -> bool:
    case = reread(case)
    task = case.process.task_set.filter(flow_task__endswith="contact_guardians", status="NEW")
    return case.guardians_followed_at is None and case.guardian_contact_open and task.exists()


def test_somebody_who_is_met_in_another_case(without_guardian: Case) -> None:
    other = _elsa()
    now = move(HOUR)
    register_contact(
        person("karin.ek"), other.pk, person=Newcomer("Maja Ny", "mother"), at=now, channel="visit", outcome="reached"
    )

    assert _is_sought(without_guardian)
    assert clock_of(without_guardian).due_at == now + 24 * HOUR
    assert account(now).is_whole


@pytest.mark.parametrize("reporter", [{}, {"type": "custodian", "name": "Ulf Fiktivsson"}])
def test_somebody_whom_a_later_report_names(without_guardian: Case, reporter: dict[str, str]) -> None:
    move(HOUR)
    _elsa(*([] if reporter else [guardian(identity_number=MAJA)]), reporter=reporter)

    assert _is_sought(without_guardian)
    assert clock_of(without_guardian).due_at == clock.now() + 24 * HOUR
