"""A fault reaches somebody by mail and by the web, once, and hourly, and its end; the switch hears only of good rounds."""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.urls import reverse

from notifications.models import Delivery
from riskzon import clock
from tests.factories import at, make_report, people, person
from tests.notifications.conftest import AnyPort, MailServer
from tests.product import ROOT, free_port, wait_for
from tests.sink import Sink, listening
from workflows import canary
from workflows.alarm import PATIENCE, SETTLES, Alarm, ping
from workflows.auditor import Findings, look, watch
from workflows.fault_words import AUDIT_FAILED, NOT_WATCHED, WORDS
from workflows.models import Heartbeat
from workflows.sweep import sweep


@pytest.fixture
def web() -> Iterator[Sink]:
    with listening() as sink:
        yield sink


@pytest.fixture
def mails() -> Iterator[MailServer]:
    """A mail server that the product itself knows nothing of."""
    handler = MailServer()
    controller = AnyPort(handler)
    controller.start()
    handler.port = controller.port
    yield handler
    controller.stop()


class Round:
    """An alarm whose clock is moved, and what it could not tell."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.said: list[dict[str, object]] = []
        self.alarm = Alarm(say=self.said.append, clock=lambda: self.now)
        self.now += SETTLES.total_seconds()

    def hear(self, *faults: str, after: float = 5) -> None:
        self.now += after
        self.alarm.hear(faults, {"faults": faults, "overdue_unfired": 3})


@pytest.fixture
def ways(settings: Any, web: Sink, mails: MailServer) -> None:
    settings.AUDIT_MAIL_TO = ["drift@city.example"]
    settings.AUDIT_EMAIL = {"EMAIL_HOST": "127.0.0.1", "EMAIL_PORT": mails.port}
    settings.DEFAULT_FROM_EMAIL = "no-reply@city.example"
    settings.AUDIT_WEBHOOK_URL = web.url


@pytest.fixture
def rounds(ways: None) -> Round:
    return Round()


def _told(web: Sink) -> list[list[str]]:
    return [json.loads(body)["faults"] for _method, _path, body in web.asked]


def test_a_fault_is_told_in_its_second_round_by_every_way(rounds: Round, web: Sink, mails: MailServer) -> None:
    rounds.hear("no_sweep")
    assert (_told(web), mails.mails) == ([], [])

    rounds.hear("no_sweep")

    assert _told(web) == [["no_sweep"]]
    [mail] = mails.mails
    assert mail["To"] == "drift@city.example"
    assert mail["Subject"] == "Borås Stad: larm från kontrollen av frister"
    assert str(WORDS["no_sweep"]) in mail.get_content()
    assert "overdue_unfired: 3" in mail.get_content()


def test_what_is_gone_before_everything_has_started_is_not_told(ways: None, web: Sink) -> None:
    started = Round()
    started.now -= SETTLES.total_seconds()
    started.hear("silent_dispatchers")
    started.hear("silent_dispatchers")
    started.hear()
    assert _told(web) == []

    for _turn in range(4):
        started.hear("silent_dispatchers")

    assert _told(web) == [["silent_dispatchers"]]


def test_what_is_gone_in_the_second_round_is_not_told(rounds: Round, web: Sink) -> None:
    for _turn in range(5):
        rounds.hear("outbox_slow")
        rounds.hear()

    assert _told(web) == []


def test_it_is_told_again_each_hour_and_once_when_all_is_well(rounds: Round, web: Sink, mails: MailServer) -> None:
    rounds.hear("no_sweep")
    for _turn in range(2 * 120):
        rounds.hear("no_sweep", after=30)
    assert _told(web) == [["no_sweep"]] * 2

    for _turn in range(10):
        rounds.hear(after=30)

    assert _told(web) == [["no_sweep"]] * 2 + [[]]
    assert mails.mails[-1]["Subject"] == "Borås Stad: larmet är över"


def test_another_fault_beside_it_is_told_at_once_and_one_that_comes_back_too(rounds: Round, web: Sink) -> None:
    for faults in (["no_sweep"], ["no_sweep"], ["no_sweep", "outbox_slow"], ["no_sweep", "outbox_slow"], ["no_sweep"]):
        rounds.hear(*faults)
    assert _told(web) == [["no_sweep"], ["no_sweep", "outbox_slow"]]

    rounds.hear("no_sweep", "outbox_slow")
    rounds.hear("no_sweep", "outbox_slow")

    assert _told(web)[2:] == [["no_sweep", "outbox_slow"]]


def test_what_no_way_would_take_is_said_and_tried_in_the_next_round(
    rounds: Round, web: Sink, mails: MailServer
) -> None:
    web.answer, mails.answer = 500, "451 later"
    rounds.hear("no_sweep")
    rounds.hear("no_sweep")
    assert [(line["event"], line["way"]) for line in rounds.said] == [
        ("alarm_not_sent", "mail"),
        ("alarm_not_sent", "webhook"),
    ]
    web.asked.clear()

    web.answer, mails.answer = 200, "250 OK"
    rounds.hear("no_sweep")

    assert _told(web) == [["no_sweep"]]
    assert len(mails.mails) == 1


def test_one_way_that_is_broken_keeps_no_other_from_telling(rounds: Round, settings: Any, web: Sink) -> None:
    settings.AUDIT_EMAIL = {"EMAIL_HOST": "127.0.0.1", "EMAIL_PORT": free_port()}
    rounds.hear("no_sweep")
    rounds.hear("no_sweep")
    rounds.hear("no_sweep")

    assert _told(web) == [["no_sweep"]]


def test_a_switch_that_hangs_is_left_in_time_and_one_that_refuses_is_said(web: Sink) -> None:
    assert ping(web.url) == ""
    assert web.asked == [("GET", "/switch", b"")]

    web.answer = 500
    assert ping(web.url) == "HTTPError"
    assert ping(f"http://127.0.0.1:{free_port()}/") == "URLError"
    web.hangs = True
    asking = threading.Thread(target=ping, args=[web.url])
    asking.start()
    asking.join(PATIENCE + 3)
    assert not asking.is_alive()


@pytest.mark.parametrize("answer", [301, 302, 303, 307, 308])
def test_a_switch_or_a_webhook_that_sends_us_elsewhere_is_not_followed(
    ways: None, rounds: Round, web: Sink, settings: Any, answer: int
) -> None:
    settings.AUDIT_MAIL_TO = []
    with listening() as elsewhere:
        web.answer, web.leads_to = answer, elsewhere.url
        assert ping(web.url) == "HTTPError"
        rounds.hear("no_sweep")
        rounds.hear("no_sweep")

    assert [line["way"] for line in rounds.said] == ["webhook"]
    assert len(web.asked) == 2
    assert elsewhere.asked == []


def test_every_fault_has_words() -> None:
    named = Findings(
        1, 1, 1, 1, 1, 999, None, ("sweep",), None, "", 0.0, True, 99, 9999, 9999, 1, 1, 1, None, 1, ("work",)
    ).faults

    assert set(WORDS) == {*named, NOT_WATCHED, AUDIT_FAILED}


class TwoRounds(threading.Event):
    """Stops after two rounds, five seconds apart by the alarm's clock."""

    def __init__(self) -> None:
        super().__init__()
        self.rounds = 0

    def wait(self, timeout: float | None = None) -> bool:
        self.rounds += 1
        if self.rounds == 2:
            self.set()
        return self.is_set()


FRIDAY_EVENING = "2026-11-13T18:58:00+01:00"


def _stop_the_dispatchers() -> None:
    Heartbeat.objects.exclude(name="audit").update(at=clock.real_now() - timedelta(minutes=3))


def _let_a_deadline_pass() -> None:
    at("2026-11-14T19:30:00+01:00")


def _let_mail_wait() -> None:
    Delivery.objects.update(created_at=clock.real_now() - timedelta(minutes=3))


FAULTS = {
    "no_sweep": _stop_the_dispatchers,
    "overdue_unfired": _let_a_deadline_pass,
    "outbox_slow": _let_mail_wait,
    "clocks_apart": lambda: None,
}


@pytest.mark.django_db
@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_made_by_hand_is_mailed_turns_health_to_503_is_on_the_page_and_keeps_the_switch_silent(
    fault: str, ways: None, web: Sink, mails: MailServer, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.DEADMAN_URL, settings.AUDIT_WEBHOOK_URL = web.url, ""
    settings.TEMPLATES = with_banner(settings.TEMPLATES)
    at(FRIDAY_EVENING)
    make_report("per.holm")
    canary.keep()
    sweep(name="sweep")
    sweep(name="loop")
    for wait in ("LASTS", "SETTLES"):
        monkeypatch.setattr(f"workflows.alarm.{wait}", timedelta(0))
    watch(TwoRounds())
    assert (len(web.asked), mails.mails) == (2, [])
    assert Client().get("/api/v1/health").status_code == 200

    FAULTS[fault]()
    if fault == "clocks_apart":
        skewed = lambda: look(lambda: clock.real_now().timestamp() + 60)  # noqa: E731
        monkeypatch.setattr("workflows.auditor.look", skewed)
    watch(TwoRounds())

    assert len(web.asked) == 2
    [mail] = mails.mails
    assert str(WORDS[fault]) in mail.get_content()
    health = Client().get("/api/v1/health")
    assert health.status_code == 503
    assert fault in health.json()["faults"]
    cache.clear()
    sara = Client()
    sara.force_login(person("sara.lindh"))
    assert str(WORDS[fault]) in sara.get(reverse("inbox")).content.decode()


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_the_process_itself_mails_a_fault_and_its_end_and_pings_only_then(web: Sink, mails: MailServer) -> None:
    people()
    own = connection.settings_dict
    environment = {
        **os.environ,
        "DATABASE_URL": f"postgres://{own['USER']}:{own['PASSWORD']}@{own['HOST']}:{own['PORT']}/{own['NAME']}",
        "DJANGO_SETTINGS_MODULE": "settings.test",
        "AUDIT_MAIL_TO": "drift@city.example",
        "AUDIT_EMAIL_URL": f"smtp://127.0.0.1:{mails.port}",
        "DEADMAN_URL": web.url,
    }
    with subprocess.Popen(
        [sys.executable, "manage.py", "deadline_auditor"],
        cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    ) as process:  # fmt: skip
        try:
            wait_for(lambda: len(mails.mails) == 1, 60)
            assert web.asked == []

            canary.keep()
            until = time.monotonic() + 90
            while len(mails.mails) < 2 and time.monotonic() < until:
                sweep(name="sweep")
                sweep(name="loop")
                time.sleep(0.5)
        finally:
            process.terminate()

    assert [mail["Subject"] for mail in mails.mails] == [
        "Borås Stad: larm från kontrollen av frister",
        "Borås Stad: larmet är över",
    ]
    assert web.asked
    assert {(method, path, body) for method, path, body in web.asked} == {("GET", "/switch", b"")}


def with_banner(templates: list[dict[str, Any]]) -> list[dict[str, Any]]:
    options = templates[0]["OPTIONS"]
    processors = [*options["context_processors"], "workflows.watched.banner"]
    return [{**templates[0], "OPTIONS": {**options, "context_processors": processors}}]
