"""Somebody always leads: what a supervisor decides waits for whoever covers, or one level up, and is never lost."""

import pytest
import structlog

from notifications.models import Delivery, Message
from notifications.relay import MAX_ATTEMPTS, send_waiting
from riskzon import access, clock
from riskzon.access import Action
from riskzon.doors import look
from riskzon.errors import Forbidden, Invalid, Unseen
from riskzon.models import Case, CaseBlock, Hold, Investigation, Role, Unit, User
from tests.acts import DAY, HOUR, TICK, both_parents, breaches_of, call, clock_of, hold, move, protect, reread, told
from tests.factories import BEA, CASTOR, at, child, make_report, people, person
from workflows import waiting
from workflows.models import Kind
from workflows.recipients import Directory
from workflows.sweep import sweep
from workflows.verbs.absences import end_absence, register_absence
from workflows.verbs.conflicts import block, declare, unblock
from workflows.verbs.disposition import dispose
from workflows.verbs.holds import confirm_hold
from workflows.verbs.investigations import answer_extension, extend
from workflows.verbs.people import assign, hand_over, take
from workflows.verbs.reviews import review_breach
from workflows.verbs.supplements import supplement

pytestmark = pytest.mark.django_db

MONDAY, NIGHT = "2026-11-16T10:00:00+01:00", "2026-11-16T22:00:00+01:00"


@pytest.fixture
def case() -> Case:
    """Karin's."""
    people()
    at(MONDAY)
    made = make_report("per.holm", children=[child(identity_number=CASTOR, guardians=both_parents())]).cases[0]
    take(person("karin.ek"), made.pk)
    return reread(made)


def _investigated(case: Case) -> Investigation:
    dispose(person("karin.ek"), case.pk, disposition="opened")
    return Investigation.objects.get(child=case.child_id)


def _waits_for(username: str) -> set[str]:
    with look(person(username), "waiting") as door:
        return {line.what.value for line in waiting.lines(door)} - {"roster_gap"}


def _leads(username: str, case: Case) -> bool:
    return Action.REVIEW in access.rights(person(username), case)


def _more_time(case: Case, by: str = "karin.ek") -> Investigation:
    running = _investigated(case)
    limit = clock_of(case, Kind.INVESTIGATION).due_at
    extend(person(by), running.pk, until=(limit + 30 * DAY).date(), reason="Barnahus dröjer.")
    return running


# --- the supervisor is away --------------------------------------------------------------------------------------


def test_a_supervisor_who_covers_for_another_leads_from_the_first_moment_to_the_last(case: Case) -> None:
    assert not _leads("jonas.falk", case)
    absence = register_absence(person("sara.lindh"), ends_at=clock.now() + 2 * HOUR, cover="jonas.falk")
    assert _leads("jonas.falk", case)

    move(2 * HOUR - TICK)
    assert _leads("jonas.falk", case)
    move(TICK)
    assert not _leads("jonas.falk", case)
    assert absence.cover == person("jonas.falk")


def test_a_social_worker_who_covers_has_the_cases_and_leads_nothing(case: Case) -> None:
    assign(person("sara.lindh"), case.pk, username="sara.lindh")
    register_absence(person("sara.lindh"), cover="omar.nyman")

    assert reread(case).assignee == person("omar.nyman")
    assert not _leads("omar.nyman", case)


def test_what_the_absent_supervisor_would_decide_reaches_and_waits_for_whoever_covers(case: Case) -> None:
    register_absence(person("sara.lindh"), cover="jonas.falk")
    at(NIGHT)
    decided = hold(case, by="jour.vakt")
    assert told("hold_to_confirm", case) == {"jonas.falk"}
    assert _waits_for("jonas.falk") >= {"hold_to_confirm"}

    confirm_hold(person("jonas.falk"), decided.pk)
    assert Hold.objects.get(pk=decided.pk).confirmed_by == person("jonas.falk")


def test_nobody_covers_and_the_heads_are_told_what_the_supervisor_would_be(case: Case) -> None:
    absence = register_absence(person("sara.lindh"))
    _more_time(case)
    at(NIGHT)
    hold(case, by="jour.vakt")

    assert told("hold_to_confirm", case) == told("extension_to_confirm", case) == {"maria.oberg"}
    end_absence(person("sara.lindh"), absence.pk)
    assert _waits_for("sara.lindh") >= {"hold_to_confirm", "extension_to_confirm"}


def test_a_case_handed_to_a_unit_whose_people_are_away_is_told_to_the_heads(case: Case) -> None:
    User.objects.filter(unit__slug="utredning-norr").exclude(username="jonas.falk").update(is_active=False)
    register_absence(person("jonas.falk"))
    hand_over(person("karin.ek"), case.pk, unit="utredning-norr", note="Hör till er.")

    assert told("handed_over", case) == {"maria.oberg"}


def test_a_supplement_to_a_case_that_nobody_there_has_is_told_to_the_heads(case: Case) -> None:
    User.objects.filter(username__in=["karin.ek", "omar.nyman"]).update(is_active=False)
    register_absence(person("sara.lindh"))
    supplement(person("per.holm"), case.report.number, text="Släppt kl. 9.")

    assert told("report_supplemented", case) == {"maria.oberg"}


def test_the_head_registers_that_a_supervisor_is_away_and_nobody_elses(case: Case) -> None:
    register_absence(person("maria.oberg"), username="sara.lindh", cover="jonas.falk")
    assert _leads("jonas.falk", case)

    with pytest.raises(Invalid):
        register_absence(person("maria.oberg"), username="karin.ek")


def test_who_covers_may_hold_cases_of_the_covered_unit_until_the_supervisor_is_back(case: Case) -> None:
    absence = register_absence(person("sara.lindh"), cover="jonas.falk")
    Case.objects.update(assignee=person("jonas.falk"))
    sweep()
    assert reread(case).assignee == person("jonas.falk")

    end_absence(person("sara.lindh"), absence.pk)
    sweep()
    assert reread(case).assignee is None


# --- the supervisor must not know of the child -------------------------------------------------------------------


def test_one_level_up_the_head_leads_what_the_supervisor_must_not_see_and_nothing_else(case: Case) -> None:
    other = make_report(children=[child(identity_number=BEA)]).cases[0]
    assert access.ground_of(person("maria.oberg"), case.pk) is None
    declare(person("sara.lindh"), case.pk)

    assert _leads("maria.oberg", case)
    assert access.ground_of(person("maria.oberg"), other.pk) is None
    assert access.ground_of(person("sara.lindh"), case.pk) is None
    unblock(person("maria.oberg"), case.pk, username="sara.lindh")
    assert access.ground_of(person("maria.oberg"), case.pk) is None


def test_more_time_that_the_biased_supervisor_cannot_answer_is_answered_by_the_head(case: Case) -> None:
    declare(person("sara.lindh"), case.pk)
    running = _more_time(case)
    assert told("extension_to_confirm", case) == {"maria.oberg"}
    assert _waits_for("maria.oberg") >= {"extension_to_confirm"}

    answer_extension(person("maria.oberg"), running.pk)
    assert "extension_to_confirm" not in _waits_for("maria.oberg")


def test_a_breach_that_the_biased_supervisor_cannot_explain_is_explained_by_the_head(case: Case) -> None:
    declare(person("sara.lindh"), case.pk)
    at(clock_of(case).due_at.isoformat())
    move(TICK)
    sweep()
    (breach,) = breaches_of(case)
    assert told("deadline_breached", case) >= {"maria.oberg"}

    review_breach(person("maria.oberg"), breach.pk, cause="not_reachable", action="Brev skickat.")
    breach.refresh_from_db()
    assert breach.reviewed_by == person("maria.oberg")


def test_a_head_who_leads_nothing_of_a_child_explains_no_breach(case: Case) -> None:
    at(clock_of(case).due_at.isoformat())
    move(TICK)
    sweep()
    with pytest.raises((Unseen, Forbidden)):
        review_breach(person("maria.oberg"), breaches_of(case)[0].pk, cause="not_reachable", action="Nej.")


# --- nobody who leads may know of the child, or nobody leads -----------------------------------------------------


def test_where_whoever_covers_is_biased_the_head_leads_that_child_and_is_told(case: Case) -> None:
    other = make_report(children=[child(identity_number=BEA)]).cases[0]
    register_absence(person("sara.lindh"), cover="jonas.falk")
    declare(person("jonas.falk"), case.pk)

    assert told("conflict_of_interest", case) == {"maria.oberg"}
    assert _leads("maria.oberg", case)
    assert not _leads("maria.oberg", other)
    at(NIGHT)
    decided = hold(case, by="jour.vakt")
    assert told("hold_to_confirm", case) == {"maria.oberg"}
    confirm_hold(person("maria.oberg"), decided.pk)
    unblock(person("maria.oberg"), case.pk, username="jonas.falk")
    assert not _leads("maria.oberg", case)


def test_what_fires_for_a_biased_cover_reaches_the_head_who_can_open_it(case: Case) -> None:
    register_absence(person("sara.lindh"), cover="jonas.falk")
    declare(person("jonas.falk"), case.pk)
    at(clock_of(case).due_at.isoformat())
    move(TICK)
    sweep()

    leads = Directory.read(clock.now()).leads_for(case.unit_id, case.child_id)
    assert leads == [person("maria.oberg").pk]
    assert told("deadline_breached", case) >= {"maria.oberg"}
    (breach,) = breaches_of(case)
    review_breach(person("maria.oberg"), breach.pk, cause="not_reachable", action="Brev skickat.")


def test_a_supervisor_who_may_know_leads_although_whoever_covers_may_not_and_is_back(case: Case) -> None:
    absence = register_absence(person("sara.lindh"), cover="jonas.falk")
    declare(person("jonas.falk"), case.pk)
    end_absence(person("sara.lindh"), absence.pk)

    assert _leads("sara.lindh", case)
    assert not _leads("maria.oberg", case)


def test_in_a_unit_that_nobody_leads_the_head_does_what_its_supervisor_would_until_somebody_leads(case: Case) -> None:
    Unit.objects.filter(pk=case.unit_id).update(supervisor=None)
    assert _leads("maria.oberg", case)

    block(person("maria.oberg"), case.pk, username="omar.nyman", reason="Granne.")
    assert access.ground_of(person("omar.nyman"), case.pk) is None
    Unit.objects.filter(pk=case.unit_id).update(supervisor=person("sara.lindh"))
    assert not _leads("maria.oberg", case)


@pytest.mark.parametrize("gone", ["away", "left", "another role"])
def test_a_supervisor_who_is_not_there_leads_nothing_and_the_head_does(case: Case, gone: str) -> None:
    if gone == "away":
        register_absence(person("sara.lindh"))
    else:
        changed = {"is_active": False} if gone == "left" else {"role": Role.ANALYST}
        User.objects.filter(username="sara.lindh").update(**changed)

    assert _leads("maria.oberg", case)
    assert _waits_for("maria.oberg") == set()
    with look(person("maria.oberg"), "test"):
        assert set(Case.objects.values_list("pk", flat=True)) == {case.pk}


# --- clocks of days ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("step", ["-3d", "-1d", "breach"])
def test_reminders_of_the_fourteen_days_reach_the_worker_although_the_unit_is_closed_at_midnight(
    case: Case, step: str
) -> None:
    protect(case)
    call(case)
    due = clock_of(case, Kind.OPEN_INVESTIGATION).due_at
    for days in (3, 1, 0):
        at((due - days * DAY).isoformat())
        sweep()
    move(TICK)
    sweep()

    said = Message.objects.filter(case=case, facts__deadline="open_investigation", facts__step=step)
    leads = {"sara.lindh"} if step != "-3d" else set()
    assert set(said.values_list("recipient__username", flat=True)) == {"karin.ek"} | leads


def test_reminders_of_an_investigation_reach_whoever_has_it_after_its_case_has_closed(case: Case) -> None:
    protect(case)
    for name in ("Maja", "Olle"):
        call(case, name)
    running = _investigated(case)
    assert reread(case).closed_at is not None
    register_absence(person("karin.ek"), cover="omar.nyman", ends_at=clock.now() + DAY)
    running.refresh_from_db()
    assert (running.case_worker, reread(case).assignee) == (person("omar.nyman"), person("karin.ek"))

    at((clock_of(case, Kind.INVESTIGATION).due_at - 30 * DAY).isoformat())
    sweep()

    said = Message.objects.filter(case=case, facts__deadline="investigation", facts__step="-30d")
    assert [one.recipient.username for one in said] == ["omar.nyman"]


# --- the rights of an investigation ------------------------------------------------------------------------------


def test_who_is_given_the_case_gets_the_rights_on_the_childs_later_cases_and_the_former_worker_loses_them(
    case: Case,
) -> None:
    hand_over(person("karin.ek"), case.pk, unit="utredning-norr", note="Hör till er.")
    take(person("lina.dahl"), case.pk)
    dispose(person("lina.dahl"), case.pk, disposition="opened")
    later = make_report("per.holm", children=[child(identity_number=CASTOR)]).cases[0]
    assert access.ground_of(person("lina.dahl"), later.pk) == "handle"
    User.objects.create(
        username="ines.norr", role=Role.SOCIAL_WORKER, unit=Unit.objects.get(slug="utredning-norr"), first_name="Ines"
    )
    assign(person("jonas.falk"), case.pk, username="ines.norr")

    assert Investigation.objects.get().case_worker.username == "ines.norr"
    assert access.ground_of(person("ines.norr"), later.pk) == "handle"
    assert access.ground_of(person("lina.dahl"), later.pk) is None


def test_who_is_blocked_from_the_child_does_not_keep_its_investigation(case: Case) -> None:
    running = _investigated(case)
    CaseBlock.objects.create(
        user=person("karin.ek"), child_id=case.child_id, since=clock.now(), set_by=person("sara.lindh"), reason="Släkt."
    )
    sweep()
    running.refresh_from_db()

    assert running.case_worker == person("sara.lindh")
    assert reread(case).assignee is None


def test_an_investigation_that_only_a_head_is_left_for_is_the_heads_and_stays(case: Case) -> None:
    running = _investigated(case)
    User.objects.filter(unit=case.unit_id).update(is_active=False)
    User.objects.create(username="head.two", role=Role.HEAD)
    sweep()
    running.refresh_from_db()
    first = running.case_worker
    assert first.role == Role.HEAD
    # Where nobody is left the head leads as well; the investigation is there without that too.
    assert access.ground_of(first, case.pk) == "lead"
    Unit.objects.filter(pk=case.unit_id).update(supervisor=person("jonas.falk"))
    assert access.ground_of(first, case.pk) == "handle"
    assert told("things_received") == {first.username}

    sweep()
    running.refresh_from_db()
    assert running.case_worker == first


# --- nobody at all -----------------------------------------------------------------------------------------------


def test_where_nobody_at_all_is_left_to_tell_the_log_says_so(case: Case) -> None:
    User.objects.exclude(role=Role.LIAISON).update(is_active=False)
    at(clock_of(case).due_at.isoformat())
    move(TICK)
    with structlog.testing.capture_logs() as lines:
        sweep()

    assert "nobody_to_tell" in {line["event"] for line in lines}


def test_what_did_not_reach_somebody_whom_nobody_leads_is_told_to_the_heads(case: Case) -> None:
    at(NIGHT)
    hold(case, by="jour.vakt")
    make_report("per.holm", children=[child(identity_number=BEA)])
    waiting_for_duty = Delivery.objects.filter(message__recipient__username="jour.vakt")
    assert waiting_for_duty.exists()
    waiting_for_duty.update(attempts=MAX_ATTEMPTS)
    send_waiting()

    assert told("delivery_given_up") == {"maria.oberg", "it.admin"}
    assert not Message.objects.filter(kind="delivery_given_up", case__isnull=False).exists()
    assert "delivery_failed" in _waits_for("maria.oberg")
