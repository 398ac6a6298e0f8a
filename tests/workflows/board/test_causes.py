"""The register proposes why a limit was passed, with what speaks for it; a named person decides."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from notifications.models import Delivery
from riskzon.clock import now
from riskzon.models import Case, Role, User
from tests.api.caller import Caller
from tests.factories import at, child, guardian, make_report, person
from tests.workflows.board.conftest import later, reach, words
from workflows.causes import proposals
from workflows.models import Breach, Kind
from workflows.verbs.holds import decide_hold
from workflows.verbs.people import hand_over

Visit = Callable[[str], Client]


def arrest(**fields: object) -> Case:
    return make_report("per.holm", **fields).cases[0]


def wait(case: Case) -> None:
    decide_hold(
        person("sara.lindh"),
        case.pk,
        guardian=case.child.guardians.get().pk,
        code="HOLD_HONOUR",
        reason="Samråd",
        until=now() + timedelta(hours=20),
    )


def passed(case: Case, kind: str = Kind.GUARDIAN_CONTACT) -> Breach:
    return Breach.objects.select_related("case__report", "deadline").get(case=case, kind=kind)


def proposed(case: Case, kind: str = Kind.GUARDIAN_CONTACT) -> str | None:
    breach = passed(case, kind)
    found = proposals([breach]).get(breach.pk)
    return str(found.cause) if found else None


def test_calls_that_nobody_answered() -> None:
    case = arrest()
    reach(case, outcome="no_answer")
    reach(case, outcome="wrong_number")
    later(hours=25)
    assert proposed(case) == "not_reachable"


def test_nothing_but_wrong_numbers_are_no_contact_details() -> None:
    case = arrest()
    reach(case, outcome="wrong_number")
    later(hours=25)
    assert proposed(case) == "no_contact_details"


def test_a_call_after_the_limit_explains_nothing() -> None:
    case = arrest()
    later(hours=25)
    reach(case, outcome="no_answer")
    assert proposed(case) is None


@pytest.mark.parametrize(
    "guardians",
    [
        [],
        [guardian(phone="")],
        [guardian(phone=""), guardian(name="Mona Granne", relation="other", is_custodian=False)],
    ],
)
def test_no_number_to_anybody_with_custody(guardians: list[dict]) -> None:
    case = arrest(children=[child(guardians=guardians)])
    later(hours=25)
    assert proposed(case) == "no_contact_details"


def test_a_notice_after_the_limit_is_the_senders() -> None:
    case = arrest(occurred_at=now() - timedelta(hours=30))
    assert proposed(case) == "late_notice"


def test_a_notice_in_time_that_was_typed_in_too_late_is_ours() -> None:
    case = arrest(occurred_at=now() - timedelta(hours=30), notified_at=now() - timedelta(hours=29))
    assert proposed(case) == "late_registration"


def test_nobody_there_at_the_limit() -> None:
    User.objects.filter(role=Role.DUTY).update(is_active=False)
    at("2026-11-13T17:30:00+01:00")
    case = arrest()
    later(hours=25)
    assert proposed(case) == "no_staff"


def test_a_decision_to_wait_that_came_too_late() -> None:
    case = arrest()
    later(hours=25)
    wait(case)
    assert proposed(case) == "decided_to_wait"


def test_a_word_of_caution_that_nobody_decided_on() -> None:
    case = arrest(
        contact_caution={
            "code": "HOLD_GUARDIAN_SUSPECT",
            "note": "Rädd för pappa",
            "until": now() + timedelta(hours=40),
        }
    )
    later(hours=25)
    assert proposed(case) == "decided_to_wait"


def test_a_case_that_changed_hands_while_the_clock_ran() -> None:
    case = arrest()
    later(hours=1)
    hand_over(person("karin.ek"), case.pk, unit="utredning-norr", note="Hör till Norr.")
    later(hours=25)
    assert proposed(case, Kind.PROTECTIVE_ASSESSMENT) == "wrong_recipient"


def test_an_alarm_that_could_not_be_sent() -> None:
    case = arrest()
    later(hours=21)
    Delivery.objects.filter(message__case=case, message__kind="deadline_near").update(state=Delivery.State.GIVEN_UP)
    later(hours=4)
    assert proposed(case) == "system"
    assert proposed(case, Kind.PROTECTIVE_ASSESSMENT) is None


def test_the_supervisor_finds_the_proposal_chosen_and_may_choose_otherwise(visit: Visit) -> None:
    case = arrest()
    reach(case, outcome="no_answer")
    later(hours=25)
    breach = passed(case)
    client = visit("sara.lindh")

    assert "Förslag: Gick inte att nå" in words(client.get("/board/").content.decode())
    page = client.get(f"/breaches/{breach.pk}/").content.decode()
    assert "Förslag: Gick inte att nå . Försök gjordes före fristen, men ingen nåddes. Du bestämmer." in words(page)
    chosen = page.split('value="not_reachable"')[1].split(">")[0]
    assert "checked" in chosen
    breach.refresh_from_db()
    assert breach.cause == ""

    client.post(f"/breaches/{breach.pk}/", {"cause": "no_staff", "action": "Fler på helgen."})
    breach.refresh_from_db()
    assert breach.cause == "no_staff"
    assert "Förslag" not in words(client.get(f"/breaches/{breach.pk}/").content.decode())


def test_what_was_chosen_before_a_refusal_stays_chosen(visit: Visit) -> None:
    case = arrest()
    reach(case, outcome="no_answer")
    later(hours=25)
    page = visit("sara.lindh").post(f"/breaches/{passed(case).pk}/", {"cause": "other"}).content.decode()
    assert "checked" in page.split('value="other"')[1].split(">")[0]
    assert "checked" not in page.split('value="not_reachable"')[1].split(">")[0]


def test_the_api_proposes_to_who_reads_the_case_and_not_to_the_head() -> None:
    case = arrest()
    reach(case, outcome="no_answer")
    later(hours=25)

    def told(username: str) -> set[str | None]:
        found = Caller(username).get("/breaches").json()["results"]
        return {row["proposed_cause"] for row in found if row["kind"] == "guardian_contact"}

    assert told("sara.lindh") == {"not_reachable"}
    assert told("maria.oberg") == {None}


def test_many_breaches_are_proposed_for_in_as_many_statements_as_one(django_assert_num_queries) -> None:
    cases = [arrest(children=[child(identity_number=number)]) for number in ("20090608-2383", "20130505-2399")]
    later(hours=25)
    rows = list(Breach.objects.filter(case__in=cases).select_related("case__report", "deadline"))
    with django_assert_num_queries(5):
        proposals(rows)
