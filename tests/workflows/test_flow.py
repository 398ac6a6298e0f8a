"""Does the flow read like the regulation: every step owned, timed and titled, no way round, and no reference renamed?"""

import pytest
from viewflow.workflow.lock import SelectForUpdateLock
from viewflow.workflow.status import PROCESS, STATUS

from riskzon import clock
from riskzon.access import RIGHTS, Action
from riskzon.errors import Conflict, Forbidden, Invalid
from riskzon.models import Case, Investigation, Role
from tests.acts import DAY, call, clock_of, move, protect, refuses, reread, state_of, update, write
from tests.factories import CASTOR, WORKDAY, at, child, guardian, make_report, person
from workflows import steps
from workflows.flows.case import CaseFlow
from workflows.models import CaseProcess, CaseTask, DeadlineRule
from workflows.nodes import Step
from workflows.picture import Place, draw
from workflows.sweep import sweep
from workflows.verbs.contacts import inform_child
from workflows.verbs.disposition import dispose, proposed
from workflows.verbs.feedback import give_feedback, request_feedback

pytestmark = pytest.mark.django_db

NODES = list(CaseFlow.instance.nodes())
STEPS = [node for node in NODES if isinstance(node, Step)]
#: Names of nodes stand in the database of every municipality: a rename orphans running tasks.
STORED = {
    "workflows/flows.case.CaseFlow.all_done",
    "workflows/flows.case.CaseFlow.answer_reporter",
    "workflows/flows.case.CaseFlow.at_once",
    "workflows/flows.case.CaseFlow.close",
    "workflows/flows.case.CaseFlow.contact_guardians",
    "workflows/flows.case.CaseFlow.decide_investigation",
    "workflows/flows.case.CaseFlow.protective_assessment",
    "workflows/flows.case.CaseFlow.receive",
}


@pytest.fixture
def case() -> Case:
    at(WORKDAY)
    return make_report(children=[child(identity_number=CASTOR)]).cases[0]


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.name)
def test_every_step_says_who_takes_it_by_which_clock_and_under_which_title(step: Step) -> None:
    assert any(step.action in allowed for allowed in RIGHTS.values())
    assert DeadlineRule.objects.filter(kind=step.clock).exists()
    assert str(step.task_title).strip()


def test_every_node_has_a_title_and_leads_on_to_the_end() -> None:
    assert all(str(node.task_title).strip() for node in NODES)
    for node in NODES:
        assert node.name == "close" or list(node._outgoing()), node.name


def test_what_the_database_stores_of_the_flow_is_what_it_was() -> None:
    written = CaseTask._meta.get_field("flow_task")

    assert {written.get_prep_value(node) for node in NODES} == STORED
    assert CaseProcess._meta.get_field("flow_class").get_prep_value(CaseFlow) == "workflows/flows.case.CaseFlow"


def test_each_process_is_locked_row_by_row() -> None:
    assert isinstance(CaseFlow.lock_impl, SelectForUpdateLock)
    assert CaseFlow.lock_impl.attempts == 1


def _finish(case: Case, *, but: str = "") -> None:
    if but != "assessment":
        protect(case)
    if but != "contact":
        call(case)
    if but != "disposition":
        dispose(person("karin.ek"), case.pk, disposition="opened")


@pytest.mark.parametrize("lacking", ["assessment", "contact", "disposition"])
def test_a_case_is_open_while_one_step_is(case: Case, lacking: str) -> None:
    _finish(case, but=lacking)
    assert reread(case).closed_at is None
    assert CaseProcess.objects.get(case=case).status == PROCESS.NEW

    move(DAY)
    match lacking:
        case "assessment":
            protect(case)
        case "contact":
            call(case)
        case _:
            dispose(person("karin.ek"), case.pk, disposition="opened")

    assert reread(case).closed_at == clock.now()
    assert CaseProcess.objects.get(case=case).status == PROCESS.DONE


def test_an_assessment_that_must_be_made_again_takes_no_step(case: Case) -> None:
    call(case)
    dispose(person("karin.ek"), case.pk, disposition="opened")
    protect(case, outcome="reassess", reassess_at=clock.now() + DAY)

    assert (state_of(case, "protective_assessment"), reread(case).closed_at) == ("met", None)
    protect(case)
    assert reread(case).closed_at == clock.now()


def test_no_task_ever_stands_in_error(case: Case) -> None:
    give_and_ask = person("karin.ek")
    request = make_report(reporter={"type": "school", "wants_feedback": True}).cases[0]
    _finish(case)
    dispose(give_and_ask, request.pk, disposition="opened")
    give_feedback(give_and_ask, request.report.number, fact="opened")
    move(3 * DAY)
    sweep()

    assert not CaseTask.objects.filter(status__in=[STATUS.ERROR, STATUS.CANCELED]).exists()


def test_the_investigation_is_always_proposed_and_runs_for_four_months(case: Case) -> None:
    assert proposed(case) == "opened"
    at("2026-11-16T09:30:00+01:00")

    done = dispose(person("karin.ek"), case.pk, disposition="opened")

    investigation = Investigation.objects.get()
    assert (done.investigation, done.disposed_by) == (investigation, person("karin.ek"))
    assert (investigation.case_worker, investigation.opened_at) == (person("karin.ek"), clock.now())
    assert clock_of(case, "investigation").due_at.isoformat() == "2027-03-16T22:59:59+00:00"
    assert state_of(case, "open_investigation") == "met"


@pytest.mark.parametrize("way", ["not_opened", "void", "transferred", "", "closed"])
def test_there_is_no_way_round_the_investigation(case: Case, way: str) -> None:
    for user in ("karin.ek", "sara.lindh"):
        with pytest.raises(Invalid):
            dispose(person(user), case.pk, disposition=way, reason="Orkar inte")
    assert reread(case).disposition == ""


def test_a_deviation_is_a_supervisors_with_a_reason(case: Case) -> None:
    with pytest.raises(Forbidden):
        dispose(person("karin.ek"), case.pk, disposition="deviation", reason="Skäl")
    with pytest.raises(Invalid):
        dispose(person("sara.lindh"), case.pk, disposition="deviation", reason="  ")

    dispose(person("sara.lindh"), case.pk, disposition="deviation", reason="Utreds i Göteborg")

    assert reread(case).disposition_reason == "Utreds i Göteborg"
    assert not Investigation.objects.exists()
    with pytest.raises(Conflict, match="Avsteg"):
        dispose(person("sara.lindh"), case.pk, disposition="opened")


def test_the_duty_social_worker_decides_no_investigation(case: Case) -> None:
    at("2026-11-13T22:00:00+01:00")

    assert person("jour.vakt").role == Role.DUTY
    assert Action.DISPOSE not in RIGHTS["duty"]
    with pytest.raises(Forbidden):
        dispose(person("jour.vakt"), case.pk, disposition="opened")


ENDED = "closed_at = riskzon_now(), assessed_at = riskzon_now(), guardians_followed_at = riskzon_now()"


@pytest.mark.parametrize(
    ("lacking", "words"), [("assessment", "an assessment that answers"), ("contact", "guardians are reached")]
)
def test_columns_alone_do_not_end_a_case(case: Case, lacking: str, words: str) -> None:
    _finish(case, but=lacking)
    CaseProcess.objects.filter(case=case).update(status=PROCESS.DONE)

    refuses(lambda: update("riskzon_case", ENDED), words)


def test_no_case_ends_before_its_flow_does() -> None:
    at(WORKDAY)
    case = make_report(children=[child(guardians=[guardian()])]).cases[0]
    _finish(case)
    assert reread(case).closed_at is None

    refuses(lambda: update("riskzon_case", ENDED), "flow has reached its end")
    write(lambda: inform_child(person("karin.ek"), case.pk, at=clock.now()))
    assert reread(case).closed_at is not None


def test_the_picture_shows_where_the_case_stands(case: Case) -> None:
    places = {box.name: box.place for box in draw(case).boxes}
    assert places == {
        "receive": Place.DONE,
        "at_once": Place.DONE,
        "contact_guardians": Place.OPEN,
        "protective_assessment": Place.OPEN,
        "decide_investigation": Place.OPEN,
        "answer_reporter": Place.NOT_ASKED,
        "all_done": Place.AHEAD,
        "close": Place.AHEAD,
    }

    protect(case)
    by_name = {box.name: box for box in draw(case).boxes}
    assert (by_name["protective_assessment"].place, by_name["protective_assessment"].who) == (Place.DONE, "Karin Ek")

    _finish(case, but="assessment")
    assert {box.place for box in draw(case).boxes} == {Place.DONE, Place.NOT_ASKED}


def test_the_picture_shows_a_reporter_who_asked_late() -> None:
    at(WORKDAY)
    case = make_report(reporter={"type": "police"}, children=[child(identity_number=CASTOR)]).cases[0]
    request_feedback(person("karin.ek"), case.report.number)

    assert {box.name: box.place for box in draw(case).boxes}["answer_reporter"] == Place.OPEN
    assert steps.is_open(case, CaseFlow.answer_reporter)
