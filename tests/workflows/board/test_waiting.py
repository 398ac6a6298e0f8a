"""What waits for one person: each thing on one line, the oldest limit first, decided where it stands; and nothing else."""

from collections.abc import Callable
from contextlib import suppress
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from notifications import roster
from notifications.models import Delivery, Message
from riskzon import clock
from riskzon.doors import look
from riskzon.errors import Conflict
from riskzon.granting import block
from riskzon.models import AuditEntry, Case, Hold, Role, User
from tests.acts import hold, propose, told
from tests.api.caller import Caller
from tests.factories import ALBIN, BEA, CASTOR, ELSA, GUSTAV, at, child, make_report, person
from tests.front.browser import SCREENS, assert_in_order
from tests.workflows.board.conftest import later, words
from tests.workflows.board.test_browser import show
from workflows import waiting
from workflows.verbs import investigations
from workflows.verbs.disposition import dispose
from workflows.verbs.people import take_over

__all__ = ["show"]

Visit = Callable[[str], Client]
NIGHT, MONDAY = "2026-11-13T22:00:00+01:00", "2026-11-16T08:30:00+01:00"


def arrest(number: str, **fields: object) -> Case:
    return make_report("per.holm", children=[child(identity_number=number)], **fields).cases[0]


@pytest.fixture
def weekend() -> dict[str, Case]:
    """From Friday afternoon to Monday morning: one case for each kind of thing that waits."""
    cases = {"investigated": make_report("karin.ek", children=[child(identity_number=ALBIN)]).cases[0]}
    cases["investigated"] = dispose(person("karin.ek"), cases["investigated"].pk, disposition="opened")
    cases["ends"] = arrest(BEA)
    propose(cases["ends"])
    at("2026-11-13T15:00:00+01:00")
    investigations.extend(
        person("karin.ek"), cases["investigated"].investigation_id, until=date(2027, 4, 30), reason="Barnahus"
    )
    at(NIGHT)
    caution = {"code": "HOLD_HONOUR", "note": "Åklagaren", "until": clock.now() + timedelta(days=3)}
    cases["asked"] = arrest(CASTOR, contact_caution=caution)
    cases["held"] = arrest(ELSA)
    hold(cases["held"], by="jour.vakt", until=clock.now() + timedelta(days=2, hours=20))
    cases["missed"] = arrest(GUSTAV)
    at(MONDAY)
    later(hours=0)
    return cases


def listed(username: str) -> list[waiting.Line]:
    with look(person(username), "waiting") as door:
        return waiting.lines(door)


def kinds(username: str) -> set[tuple[str, str]]:
    return {(line.what.value, line.case.number if line.case else "") for line in listed(username)}


def test_everything_that_waits_is_there_the_oldest_limit_first(weekend: dict[str, Case]) -> None:
    lines = listed("sara.lindh")
    wanted = {
        ("end_to_confirm", weekend["ends"].number),
        ("extension_to_confirm", weekend["investigated"].number),
        ("hold_to_decide", weekend["asked"].number),
        ("hold_to_confirm", weekend["held"].number),
        ("breach_to_review", weekend["missed"].number),
    }
    assert wanted <= kinds("sara.lindh")
    moments = [line.by or line.since for line in lines]
    assert moments == sorted(moments)
    extension = next(line for line in lines if line.what == "extension_to_confirm")
    assert extension.by is not None
    assert extension.by.date() == date(2027, 3, 13)


def test_the_list_the_count_and_the_api_say_the_same(visit: Visit, weekend: dict[str, Case]) -> None:
    count = len(listed("sara.lindh"))
    assert waiting.count(person("sara.lindh"), clock.now()) == count > 5
    page = visit("sara.lindh").get("/waiting/").content.decode()
    assert f'Väntar på mig <span class="count">{count}</span>' in page
    assert f"Väntar på mig ({count})" in words(page)
    results = Caller("sara.lindh").get("/waiting").json()["results"]
    assert [(row["kind"], row["case"]["number"]) for row in results] == [
        (line.what.value, line.case.number) for line in listed("sara.lindh")
    ]


def test_the_proposer_of_an_end_does_not_wait_for_it(weekend: dict[str, Case]) -> None:
    case = arrest("20110418-2397")
    propose(case, by="sara.lindh")
    assert ("end_to_confirm", case.number) not in kinds("sara.lindh")


def test_another_unit_and_whoever_is_blocked_find_nothing_of_it(weekend: dict[str, Case]) -> None:
    sara = person("sara.lindh")
    before = waiting.count(sara, clock.now())
    block(sara, weekend["held"], by=person("maria.oberg"), reason="Släkt", now=clock.now())
    left = kinds("sara.lindh")
    assert weekend["held"].number not in {number for _kind, number in left}
    assert waiting.count(sara, clock.now()) == len(listed("sara.lindh")) < before
    elsewhere = User.objects.filter(role=Role.SUPERVISOR).exclude(pk=sara.pk)
    assert {line.case for other in elsewhere for line in listed(other.username)} == set()


def test_the_duty_social_worker_finds_what_can_be_decided_at_night_and_nothing_once_the_day_has_taken_over(
    weekend: dict[str, Case],
) -> None:
    for case in weekend.values():
        with suppress(Conflict):
            take_over(person("karin.ek"), case.pk)
    assert kinds("jour.vakt") == set()
    at("2026-11-16T22:00:00+01:00")
    assert ("hold_to_decide", weekend["asked"].number) in kinds("jour.vakt")
    assert {kind for kind, _number in kinds("jour.vakt")} <= {"hold_to_decide", "hold_to_review"}
    assert waiting.count(person("jour.vakt"), clock.now()) == len(listed("jour.vakt"))


def test_the_head_finds_reviews_that_are_late_by_number_alone(visit: Visit, weekend: dict[str, Case]) -> None:
    assert kinds("maria.oberg") == set()
    later(days=7)
    assert ("breach_to_review", weekend["missed"].number) in kinds("maria.oberg")
    page = visit("maria.oberg").get("/waiting/").content.decode()
    assert "Förslag:" not in page
    assert f"/cases/{weekend['missed'].pk}/" not in page
    block(person("maria.oberg"), weekend["missed"], by=person("sara.lindh"), reason="Släkt", now=clock.now())
    assert weekend["missed"].number not in {number for _kind, number in kinds("maria.oberg")}


def test_a_night_without_anybody_on_duty_and_a_message_that_was_given_up_wait_too(weekend: dict[str, Case]) -> None:
    assert roster.gaps(clock.now(), clock.now() + timedelta(days=14)) == []
    User.objects.filter(role=Role.DUTY).update(is_active=False)
    gaps = roster.gaps(clock.now(), clock.now() + timedelta(days=14))
    assert [gap.starts_at for gap in gaps] == [line.by for line in listed("maria.oberg") if line.what == "roster_gap"]
    assert gaps[0].starts_at.isoformat() == "2026-11-16T16:00:00+00:00"
    assert len(gaps) == 10

    message = Message.objects.filter(recipient=person("karin.ek")).first()
    Delivery.objects.filter(message=message).update(state="given_up")
    assert [line.about for line in listed("sara.lindh") if line.what == "delivery_failed"] == ["1"]
    assert waiting.count(person("sara.lindh"), clock.now()) == len(listed("sara.lindh"))


def test_a_night_hold_is_confirmed_with_one_press_and_refused_with_a_reason(
    visit: Visit, weekend: dict[str, Case]
) -> None:
    sara, held = visit("sara.lindh"), Hold.objects.get(case=weekend["held"])
    at_hold = f"/cases/{weekend['held'].pk}/holds/{held.pk}"
    page = sara.get("/waiting/").content.decode()
    assert f'action="{at_hold}/confirm/"' in page
    refuse = f"{at_hold}/refuse/?from=waiting"
    assert f'href="{refuse}"' in page
    assert "data-guard" in sara.get(refuse).content.decode()

    refused = sara.post(refuse, {"reason": ""})
    assert refused.status_code == 422
    answer = sara.post(refuse, {"reason": "Inget skäl"}, follow=True)
    assert answer.redirect_chain == [("/waiting/", 302)]
    assert told("hold_refused") == {"jour.vakt"}
    second = sara.post(f"{at_hold}/confirm/", {"from": "waiting"}, follow=True)
    assert "redan avslutat av Sara Lindh" in second.content.decode()
    elsewhere = f"/cases/{weekend['asked'].pk}/holds/{held.pk}/refuse/"
    assert [sara.get(elsewhere).status_code, sara.post(elsewhere, {"reason": "Nej"}).status_code] == [404, 404]


def test_who_presses_second_reads_what_the_first_did(visit: Visit, weekend: dict[str, Case]) -> None:
    sara, held = visit("sara.lindh"), Hold.objects.get(case=weekend["held"])
    confirm = f"/cases/{weekend['held'].pk}/holds/{held.pk}/confirm/"
    assert sara.post(confirm, {"from": "waiting"}, follow=True).redirect_chain == [("/waiting/", 302)]
    assert "redan bekräftat av Sara Lindh" in sara.post(confirm, {"from": "waiting"}, follow=True).content.decode()

    extension = f"/cases/{weekend['investigated'].pk}/investigation/extend/confirm/"
    assert "Förlängningen är bekräftad." in sara.post(extension, {"from": "waiting"}, follow=True).content.decode()
    assert "redan bekräftad av Sara Lindh" in sara.post(extension, {"from": "waiting"}, follow=True).content.decode()


def test_what_is_shown_is_logged(visit: Visit, weekend: dict[str, Case]) -> None:
    visit("sara.lindh").get("/waiting/")
    row = AuditEntry.objects.filter(actor=person("sara.lindh"), what="waiting").latest("id")
    assert set(row.cases) == {case.pk for case in weekend.values()}


def test_many_lines_take_no_more_statements_than_few(weekend: dict[str, Case]) -> None:
    def statements() -> tuple[int, int]:
        sara = User.objects.get(username="sara.lindh")
        with look(sara, "waiting") as door, CaptureQueriesContext(connection) as read:
            waiting.lines(door)
        with CaptureQueriesContext(connection) as counted:
            waiting.count(sara, clock.now())
        return len(read), len(counted)

    few = statements()
    for number in ("20130505-2399", "20120304-2385"):
        propose(arrest(number, kind="lob_custody"))
    later(days=2)
    assert statements() == few
    assert few[1] <= 4


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("width", SCREENS)
def test_it_is_in_order_on_every_screen(show, weekend: dict[str, Case], width: int) -> None:
    watched = show("sara.lindh", "/waiting/", width)
    assert watched.page.get_by_role("link", name="Avslå").count()
    assert_in_order(watched)
    watched.page.screenshot(path=f"/tmp/waiting-{width}.png", full_page=True)  # noqa: S108
    assert_in_order(show("maria.oberg", "/waiting/", width))
