"""Nothing personal leaves the case: not in logs, mail, messages, addresses, sessions, the broker or the access log.

One report goes all its way through pages and API with the canary's name in everything that is typed; then everything
that is not the case itself is searched for it.
"""

import logging
from collections.abc import Callable, Iterator
from http import HTTPStatus
from typing import Any

import pytest
import redis
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core import mail
from django.db import connection
from django.test import Client

from notifications.relay import send_waiting
from riskzon import logs
from riskzon.models import Case, Hold
from tests.access.bodies import _moment
from tests.acts import HOUR, parents
from tests.api.caller import Caller
from tests.factories import ALBIN, OLLE, WORKDAY, at, people, person
from tests.workflows.intake_pages.conftest import Paper
from workflows.models import Breach
from workflows.sweep import sweep
from workflows.tasks import sweep as sweep_task

PHONE, FOREIGN_PHONE = "070-174 06 61", "+46 31 390 06 62"
#: As typed, and as it may be kept: without dashes and spaces, without the century.
CANARIES = ("kanarie", ALBIN, OLLE, ALBIN[2:], OLLE[2:], PHONE, FOREIGN_PHONE, "46701740661", "46313900662")
_BARE = tuple(one.replace("-", "").replace(" ", "") for one in CANARIES)
OURS = ("riskzon", "notifications", "workflows")
#: What is told and kept beside the case. Drafts, cases and reports are where the words belong.
BESIDE = (
    "riskzon_auditentry",
    "notifications_message",
    "notifications_delivery",
    "notifications_storedmail",
    "notifications_storedsms",
)
BREAK = """
    CREATE FUNCTION canary() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'cannot keep %', NEW.text USING DETAIL = NEW::text; END $$;
    CREATE TRIGGER canary BEFORE INSERT ON riskzon_note FOR EACH ROW EXECUTE FUNCTION canary();
"""
MEND = "DROP TRIGGER canary ON riskzon_note"


class Said(logging.Handler):
    """Every line of every logger as production writes it, and what our own loggers were given before anything was cut."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        form = dict(logs.config(level="DEBUG", readable=False)["formatters"]["lines"])
        self.setFormatter(form.pop("()")(**form))
        self.lines: list[str] = []
        self.given: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.name.startswith(OURS):
            # An error is given whole, and cut to its kind and place when the line is written.
            given = record.msg if isinstance(record.msg, dict) else {"event": record.getMessage()}
            self.given.append(str({key: value for key, value in given.items() if key != "exc_info"}))
        self.lines.append(self.format(record))


@pytest.fixture
def said() -> Iterator[Said]:
    handler, root = Said(), logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield handler
    root.setLevel(level)
    root.removeHandler(handler)


@pytest.fixture
def broker() -> Iterator[Callable[[], dict[str, str]]]:
    """Everything in the broker, as text; what this test has put there is taken away again."""
    client = redis.Redis.from_url(settings.REDIS_URL)
    before = set(client.scan_iter())

    def stored() -> dict[str, str]:
        return {key.decode(): str(_content(client, key)) for key in client.scan_iter()}

    yield stored
    if new := set(client.scan_iter()) - before:
        client.delete(*new)
    client.close()


@pytest.mark.django_db
def test_no_word_about_the_child_is_anywhere_but_in_the_case(
    said: Said, broker: Callable[[], dict[str, str]], capfd: pytest.CaptureFixture[str]
) -> None:
    people()
    at(WORKDAY)
    addresses = _live_through_it()
    send_waiting()
    told = {
        "log": "\n".join(said.lines),
        "our own log calls": "\n".join(said.given),
        "standard output": "".join(capfd.readouterr()),
        "addresses": "\n".join(addresses),
        "mail": "\n".join(str(one.message()) + str(one.subject) + str(one.body) + str(one.to) for one in mail.outbox),
        "broker": "\n".join(f"{key} {content}" for key, content in broker().items()),
        "sessions": "\n".join(str(session.get_decoded()) for session in Session.objects.all()),
        **{table: _rows(table) for table in BESIDE},
    }
    silent = {"notifications_storedmail", "our own log calls"}
    assert {where for where, text in told.items() if not text} <= silent
    assert "workflows.wake_up" in told["broker"]
    assert len(addresses) > 15
    assert {where: found for where, text in told.items() if (found := _canaries(text))} == {}


@pytest.mark.django_db
def test_the_words_are_in_the_case_to_be_found() -> None:
    people()
    at(WORKDAY)
    _live_through_it()
    page = _Visitor("sara.lindh").get(f"/cases/{Case.objects.earliest('registered_at').pk}/timeline/").content.decode()
    assert {"kanarieanteckning", "kanariesamtal", "kanariebedomning"} <= {
        word for word in ("kanarieanteckning", "kanariesamtal", "kanariebedomning") if word in page.casefold()
    }
    assert _canaries(page.replace("&#x27;", "'"))


def test_a_log_line_keeps_to_the_keys_that_somebody_decided_on(said: Said) -> None:
    Client().get("/accessibility?q=Kanarie", headers={"user-agent": "Kanarie", "referer": "http://testserver/?Kanarie"})
    logging.getLogger("riskzon.somewhere").warning("cannot read %s", "Kanarie", extra={"child": "Kanarie"})
    assert len(said.lines) >= 2
    assert not any(_canaries(line) for line in said.lines)


class _Visitor(Client):
    """A browser that remembers where it was sent."""

    went: list[str]

    def __init__(self, username: str) -> None:
        super().__init__(raise_request_exception=False)
        self.force_login(person(username))
        self.went = []

    def request(self, **request: Any) -> Any:
        response = super().request(**request)
        self.went.append(f"{response.request['PATH_INFO']}?{response.request['QUERY_STRING']} {dict(response.headers)}")
        return response


def _live_through_it() -> list[str]:
    """From the report to the explained breach, with refusals, wrong entries and a fault; every address on the way."""
    per, karin, sara = _Visitor("per.holm"), _Visitor("karin.ek"), _Visitor("sara.lindh")
    case = _register(per)
    here = f"/cases/{case.pk}"
    _look_for(karin)
    adults = parents(case)
    mother, father = adults["Kanariemor"], adults["Kanariefar"]
    call = {"guardian": str(mother), "channel": "phone", "outcome": "no_answer", "note": "Kanariesamtal"}
    assert (
        karin.post(f"{here}/contact/", {**call, **_moment("at", ("2026-11-13", "13.58"))}).status_code
        == HTTPStatus.FOUND
    )
    wrong = karin.post(f"{here}/contact/", {**call, "at_date": "Kanariedag", "at_clock": "Kanarieklocka"})
    assert wrong.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    for path, body in (
        ("assessment", {"outcome": "no_immediate_need", "note": "Kanariebedömning Kanariebedomning", **_now("at")}),
        ("note", {"text": "Kanarieanteckning"}),
        ("supplement", {"text": "Kanarietillägg", "released_to": "Kanariehämtare"}),
        (
            "guardians/new",
            {"name": "Kanariestyvfar", "relation": "other", "is_custodian": "no", "phone": FOREIGN_PHONE},
        ),
        ("hand-over", {"unit": "finns-inte", "note": "Kanarielämning"}),
        ("disposition", {"disposition": "opened", "reason": "Kanarieskäl"}),
        (f"guardians/{father}/write-off", {"reason": "Kanarieutomlands"}),
    ):
        assert karin.post(f"{here}/{path}/", body).status_code in (302, 409, 422), path
    _hold(sara, here, str(mother))
    _break_down(karin, here)
    _through_the_api(case, str(mother))
    _let_it_be_late(sara, case)
    for visitor in (per, karin, sara, _Visitor("maria.oberg"), _Visitor("lina.dahl")):
        for path in (
            "/",
            "/inbox/",
            f"{here}/",
            f"{here}/log/",
            "/reports/own/",
            "/board/",
            "/breaches/",
            f"{here}/nothing/",
        ):
            visitor.get(path)
    return [*per.went, *karin.went, *sara.went]


def _register(visitor: _Visitor) -> Case:
    """The form for an arrest on a phone; the first time with a number that is none."""
    sheet = Paper(visitor, "/reports/new/arrest/").fill(
        occurred_at_date="2026-11-13",
        occurred_at_clock="13.20",
        child_0_identity_number="Kanarienummer",
        child_0_given_name="Kanariebarn",
        child_0_family_name="Kanariesson",
        child_0_whereabouts="Kanarieplats",
        child_0_summary="Kanariehändelse",
        child_0_guardian_0_name="Kanariemor Kanariesson",
        child_0_guardian_0_identity_number=OLLE,
        child_0_guardian_0_phone=PHONE,
    )
    assert sheet.press().status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert sheet.fill(child_0_identity_number=ALBIN).press().status_code == HTTPStatus.FOUND
    case = Case.objects.get()
    answer = Caller("karin.ek").post(
        f"/cases/{case.pk}/guardians",
        {"name": "Kanariefar Kanariesson", "relation": "father", "is_custodian": True, "phone": FOREIGN_PHONE},
    )
    assert answer.status_code == HTTPStatus.CREATED, answer.content
    return case


def _look_for(visitor: _Visitor) -> None:
    for text in ("Kanariebarn", ALBIN, "Kanarie finns inte"):
        assert visitor.post("/search/", {"q": text}).status_code == HTTPStatus.OK
        assert Caller("karin.ek").post("/cases/search", {"q": text}).status_code == HTTPStatus.OK
    visitor.post("/reports/known/", {"identity_number": ALBIN})


def _hold(visitor: _Visitor, here: str, guardian: str) -> None:
    until = _moment("until", ("2026-11-14", "10.00"))
    new = {"guardian": guardian, "code": "HOLD_HONOUR", "reason": "Kanariehot", **until}
    assert visitor.post(f"{here}/holds/new/", new).status_code == HTTPStatus.FOUND
    hold = Hold.objects.get()
    later = {"reason": "Kanarieförlängning", **_moment("until", ("2026-11-14", "12.00"))}
    assert visitor.post(f"{here}/holds/{hold.pk}/renew/", later).status_code == HTTPStatus.FOUND
    current = Hold.objects.get(ended_at__isnull=True)
    assert visitor.post(f"{here}/holds/{current.pk}/end/", {"reason": "Kanarieslut"}).status_code == HTTPStatus.FOUND


def _break_down(visitor: _Visitor, here: str) -> None:
    """The database refuses, and its words quote the text."""
    with connection.cursor() as cursor:
        cursor.execute(BREAK)
        assert visitor.post(f"{here}/note/", {"text": "Kanariefel"}).status_code == HTTPStatus.INTERNAL_SERVER_ERROR
        answer = Caller("karin.ek")
        answer.client.raise_request_exception = False
        path = f"{here.removeprefix('/')}/notes"
        assert answer.post(f"/{path}", {"text": "Kanariefel"}).status_code == HTTPStatus.INTERNAL_SERVER_ERROR
        cursor.execute(MEND)


def _through_the_api(case: Case, mother: str) -> None:
    karin = Caller("karin.ek")
    body = {
        "guardian": mother,
        "channel": "phone",
        "outcome": "message_left",
        "note": "Kanariemeddelande",
        "at": _iso(),
    }
    assert karin.post(f"/cases/{case.pk}/contacts", body).status_code == HTTPStatus.CREATED
    assert karin.post(f"/cases/{case.pk}/contacts", {**body, "Kanarie": "Kanarie"}).status_code == 422
    assert karin.post(f"/cases/{case.pk}/contacts", '{"Kanarie').status_code >= 400
    assert karin.patch(f"/cases/{case.pk}/child", {"given_name": "Kanariebarnet"}).status_code == HTTPStatus.OK
    assert karin.get("/cases", q="Kanarie").status_code < 500
    assert karin.get("/cases/Kanarie").status_code == HTTPStatus.NOT_FOUND


def _let_it_be_late(visitor: _Visitor, case: Case) -> None:
    """The limit passes with the second dispatcher and with Celery's, which arms a wake-up just before it."""
    due = case.report.occurred_at + 24 * HOUR  # type: ignore[operator]
    at((due - HOUR / 1200).isoformat())
    sweep()
    sweep_task()
    sweep_task.apply_async()
    at((due + 5 * HOUR).isoformat())
    sweep()
    breach = Breach.objects.filter(case=case).earliest("fired_at")
    review = {"cause": "not_reachable", "action": "Kanarieåtgärd"}
    assert visitor.post(f"/breaches/{breach.pk}/", review).status_code == HTTPStatus.FOUND


def _now(name: str) -> dict[str, str]:
    return _moment(name, ("2026-11-13", "13.59"))


def _iso() -> str:
    return "2026-11-13T13:59:00+01:00"


def _canaries(text: str) -> set[str]:
    low = text.casefold()
    return {one for one in CANARIES if one in low} | {one for one in _BARE if one in low}


def _rows(table: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT t::text FROM {table} t")  # noqa: S608
        return "\n".join(row[0] for row in cursor.fetchall())


def _content(client: redis.Redis, key: bytes) -> object:
    match client.type(key):
        case b"list":
            return client.lrange(key, 0, -1)
        case b"hash":
            return client.hgetall(key)
        case b"zset":
            return client.zrange(key, 0, -1)
        case b"set":
            return client.smembers(key)
    return client.get(key)
