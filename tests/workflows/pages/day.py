"""A Friday afternoon at the intake unit: cases in every state that the pages have to show."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from riskzon import clock
from riskzon.models import Case
from tests.acts import both_parents, call, hold, protect
from tests.factories import BEA, CASTOR, ELSA, GUSTAV, ISAK, at, child, guardian, make_report, person
from workflows.sweep import sweep
from workflows.verbs.disposition import dispose
from workflows.verbs.notes import write_note
from workflows.verbs.people import take

NOW = "2026-11-13T14:32:00+01:00"


@dataclass(frozen=True)
class Day:
    late: Case
    urgent: Case
    protected: Case
    held: Case
    calm: Case
    opened: Case


def busy_day() -> Day:
    """One case late, one nearly so, one protected, one held, one calm, one with its investigation opened; now 14.32."""
    late = _late()
    opened = _opened()
    urgent = _urgent()
    protected = _protected()
    held = _held()
    at(NOW)
    calm = make_report(
        kind="concern",
        reporter={"type": "school", "organisation": "Exempelskolan", "name": "Eva Lärare", "wants_feedback": True},
        channel="phone",
        children=[
            child(
                identity_number=GUSTAV,
                given_name="Gustav",
                family_name="Fiktivberg",
                summary="Skolan är orolig. Gustav har varit borta 22 procent av höstterminen.",
                guardians=[],
            )
        ],
    ).cases[0]
    sweep()
    return Day(late, urgent, protected, held, calm, opened)


def _late() -> Case:
    start = at("2026-11-12T12:44:00+01:00")
    case = make_report(
        "per.holm",
        occurred_at=start - timedelta(minutes=40),
        acute_risk=True,
        reporter={"type": "police", "organisation": "Polisen Borås", "name": "Nils Polis"},
        summary="Två ungdomar greps vid Stora torget.",
        children=[
            child(
                guardians=both_parents(),
                summary="Greps av väktare för stöld i butik. Lugn, ville inte att föräldrarna skulle få veta. "
                "Säger att han inte har sovit hemma på två nätter.",
                whereabouts="Polishuset i Borås",
            )
        ],
    ).cases[0]
    _go(timedelta(minutes=30))
    take(person("karin.ek"), case.pk)
    protect(case, note="Talat med Albin och polisen. Han kan vara hos farmor i kväll.")
    _go(timedelta(hours=1))
    call(case, outcome="no_answer", note="Två signaler, röstbrevlåda. Nytt försök i eftermiddag.")
    _go(timedelta(hours=2))
    call(case, "Olle", outcome="message_left")
    write_note(person("karin.ek"), case.pk, text="Farmor hämtade Albin 15.40. Hon ringer om något händer.")
    return case


def _opened() -> Case:
    at("2026-11-13T08:10:00+01:00")
    case = make_report(
        children=[child(identity_number=CASTOR, given_name="Castor", family_name="Provlund", guardians=[_pia()])]
    ).cases[0]
    take(person("karin.ek"), case.pk)
    _go(timedelta(minutes=20))
    protect(case, note="Hemma hos mamma.")
    call(case, "Pia", note="Mötte mamma på stationen.")
    dispose(person("karin.ek"), case.pk, disposition="opened")
    return case


def _urgent() -> Case:
    start = at("2026-11-12T17:20:00+01:00")
    case = make_report(
        "per.holm",
        occurred_at=start,
        children=[child(identity_number=BEA, given_name="Bea", family_name="Testgren", guardians=[_pia()])],
    ).cases[0]
    _go(timedelta(hours=1))
    protect(case, by="jour.vakt")
    return case


def _protected() -> Case:
    at("2026-11-13T10:05:00+01:00")
    return make_report(
        kind="concern",
        children=[
            child(
                identity_number=ELSA,
                given_name="Elsa",
                family_name="Påhittsson",
                protected_identity="protected_registration",
                guardians=[guardian(name="Mona Påhittsson", phone="070-174 06 21")],
            )
        ],
    ).cases[0]


def _held() -> Case:
    at("2026-11-13T11:15:00+01:00")
    case = make_report(
        "per.holm",
        kind="lob_custody",
        children=[
            child(
                identity_number=ISAK,
                given_name="Isak",
                family_name="Testlund",
                guardians=[
                    guardian(name="Rut Testlund", phone="070-174 06 31", language="somaliska", interpreter=True),
                    guardian(name="Bo Testlund", phone="070-174 06 32", relation="father"),
                ],
            )
        ],
    ).cases[0]
    protect(case)
    hold(case, "Bo", code="HOLD_HONOUR", reason="Samråd med polisen på måndag.")
    return case


def _pia() -> dict[str, object]:
    return guardian(name="Pia Provlund", identity_number="19820425-9264", phone="070-174 06 41")


def _go(by: timedelta) -> datetime:
    moment = clock.now() + by
    clock.stand_still(moment)
    sweep()
    return moment
