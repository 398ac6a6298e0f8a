"""What was told leaves the house: never lost, tried again, given up loudly, by any number of relays."""

import os
import signal
import subprocess
import sys
import threading
from datetime import timedelta

import pytest
from django.conf import settings as django_settings
from django.db import connection, connections
from django.db.models import F
from django.db.models.functions import Now

from notifications import relay
from notifications.models import Delivery, Message
from notifications.outbox import tell
from notifications.relay import BACK_OFF, LEASE, MAX_ATTEMPTS, Relayed, oldest_waiting_seconds, send_waiting
from notifications.tasks import relay as relay_task
from riskzon.models import User
from tests.notifications.conftest import NOW, inbox_of


def let_time_pass(by: timedelta) -> None:
    """Move everything that waits or is leased back in time, as the database's clock would."""
    Delivery.objects.update(next_attempt_at=F("next_attempt_at") - by, claimed_until=F("claimed_until") - by)


def seconds_until_next_attempt(delivery: Delivery) -> float:
    waits = Delivery.objects.annotate(left=F("next_attempt_at") - Now()).get(pk=delivery.pk).left
    return waits.total_seconds()


@pytest.fixture
def nobody_answers(settings):
    """A port on which no mail server listens."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", 1, 2


def test_sent_is_not_sent_again(waiting, mail_server):
    assert send_waiting() == Relayed(sent=1)
    assert send_waiting() == Relayed()
    assert len(mail_server.mails) == 1


def test_task_sends_what_waits(waiting, mail_server):
    relay_task()

    assert len(mail_server.mails) == 1
    assert (relay_task.name, relay_task.ignore_result) == ("notifications.relay", True)


@pytest.mark.parametrize("attempt", range(1, MAX_ATTEMPTS))
def test_failed_attempt_waits_as_long_as_its_number_says(waiting, nobody_answers, attempt):
    Delivery.objects.update(attempts=attempt - 1)

    assert send_waiting() == Relayed(postponed=1)

    waiting.refresh_from_db()
    assert (waiting.state, waiting.attempts, waiting.error, waiting.claimed_until) == (
        "waiting",
        attempt,
        "unreachable",
        None,
    )
    assert seconds_until_next_attempt(waiting) == pytest.approx(BACK_OFF[attempt - 1].total_seconds(), abs=5)
    assert send_waiting() == Relayed()


def test_server_that_stays_away_is_given_up_loudly(people, waiting, nobody_answers):
    for wait in BACK_OFF:
        assert send_waiting() == Relayed(postponed=1)
        let_time_pass(wait)

    assert send_waiting() == Relayed(given_up=1)

    waiting.refresh_from_db()
    assert (waiting.state, waiting.attempts, waiting.error) == ("given_up", MAX_ATTEMPTS, "unreachable")
    assert inbox_of(people.admin) == ["delivery_given_up"]
    assert inbox_of(people.supervisor) == ["delivery_given_up"]
    let_time_pass(timedelta(days=1))
    assert send_waiting() == Relayed()


def test_administrator_is_not_told_which_case_it_was(people, case, waiting, nobody_answers):
    Delivery.objects.update(attempts=MAX_ATTEMPTS - 1)

    send_waiting()

    assert Message.objects.get(recipient=people.admin).case_id is None
    assert Message.objects.get(recipient=people.supervisor).case_id == case.pk


def test_mail_sent_after_the_server_came_back_is_one_mail(waiting, mail_server, settings):
    reachable, settings.EMAIL_PORT = settings.EMAIL_PORT, 1
    assert send_waiting() == Relayed(postponed=1)

    settings.EMAIL_PORT = reachable
    let_time_pass(BACK_OFF[0])

    assert send_waiting() == Relayed(sent=1)
    assert len(mail_server.mails) == 1


@pytest.mark.parametrize(
    ("answer", "code"), [("554 no thanks", "content_refused"), ("451 try later", "content_refused")]
)
def test_refused_mail_keeps_a_code_and_not_the_servers_words(waiting, mail_server, answer, code):
    mail_server.answer = answer

    assert send_waiting() == Relayed(postponed=1)

    waiting.refresh_from_db()
    assert waiting.error == code


@pytest.mark.parametrize("change", [{"is_active": False}, {"email": ""}])
def test_mail_to_someone_who_has_left_since_is_not_sent(people, waiting, mail_server, change):
    User.objects.filter(pk=people.worker.pk).update(**change)

    assert send_waiting() == Relayed(postponed=1)

    waiting.refresh_from_db()
    assert waiting.error == "no_address"
    assert mail_server.mails == []


def test_one_bad_address_does_not_hold_up_the_others(people, case, mail_server):
    User.objects.filter(pk=people.worker.pk).update(email="not an address\nBcc: all@city.example")
    tell("case_received", to=[people.worker], key="k", now=NOW, case_id=case.pk)
    tell("case_received", to=[people.colleague, people.duty], key="k", now=NOW, case_id=case.pk)

    assert send_waiting() == Relayed(sent=2, postponed=1)

    assert {arrived["To"] for arrived in mail_server.mails} == {"colleague@city.example", "duty@city.example"}


def test_delivery_that_is_leased_is_left_alone_until_the_lease_ends(waiting, mail_server):
    Delivery.objects.update(claimed_until=Now() + LEASE, attempts=1)
    assert send_waiting() == Relayed()

    let_time_pass(LEASE)

    assert send_waiting() == Relayed(sent=1)


def test_delivery_that_kills_every_relay_is_given_up(people, waiting, mail_server):
    Delivery.objects.update(claimed_until=Now() - timedelta(seconds=1), attempts=MAX_ATTEMPTS)

    assert send_waiting() == Relayed(given_up=1)

    waiting.refresh_from_db()
    assert (waiting.state, waiting.attempts, waiting.error) == ("given_up", MAX_ATTEMPTS, "crashed")
    assert inbox_of(people.admin) == ["delivery_given_up"]
    assert mail_server.mails == []


def test_relay_that_lost_its_lease_does_not_undo_what_the_other_did(people, waiting):
    waiting.attempts = MAX_ATTEMPTS
    Delivery.objects.update(state=Delivery.State.SENT, attempts=MAX_ATTEMPTS)

    relay._fail(waiting, "timeout")

    waiting.refresh_from_db()
    assert waiting.state == "sent"
    assert inbox_of(people.admin) == []


def test_age_of_what_waits_is_the_oldest_ones(people, case):
    assert oldest_waiting_seconds() is None
    tell("case_received", to=[people.worker, people.duty], key="k", now=NOW, case_id=case.pk)
    Delivery.objects.filter(message__recipient=people.duty).update(created_at=Now() - timedelta(seconds=90))

    assert oldest_waiting_seconds() == pytest.approx(90, abs=5)


@pytest.mark.django_db(transaction=True)
def test_two_relays_at_once_send_everything_once(people, case, mail_server):
    for number in range(30):
        tell("case_received", to=[people.worker, people.duty], key=str(number), now=NOW, case_id=case.pk)
    rounds: list[Relayed] = []
    together = threading.Barrier(2)

    def run() -> None:
        together.wait()
        rounds.append(send_waiting())
        connections.close_all()

    relays = [threading.Thread(target=run) for _ in range(2)]
    for thread in relays:
        thread.start()
    for thread in relays:
        thread.join()

    assert sum(done.sent for done in rounds) == len(mail_server.mails) == 60
    assert len({arrived["Message-ID"] for arrived in mail_server.mails}) == 60
    assert not Delivery.objects.exclude(state="sent", attempts=1).exists()


RELAY_IN_ITS_OWN_PROCESS = """
import sys, django
django.setup()
from django.conf import settings
from django.db import connections
connections.settings["default"]["NAME"], settings.EMAIL_PORT = sys.argv[1], int(sys.argv[2])
settings.EMAIL_BACKEND, settings.EMAIL_HOST = "django.core.mail.backends.smtp.EmailBackend", "127.0.0.1"
from notifications.relay import send_waiting
send_waiting()
"""


@pytest.mark.django_db(transaction=True)
def test_relay_killed_between_sending_and_marking_loses_nothing(waiting, mail_server):
    """A real process, killed by the mail server at the moment the mail has arrived."""
    database = connection.settings_dict
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "settings.test",
        "DEFAULT_FROM_EMAIL": django_settings.DEFAULT_FROM_EMAIL,
        "DATABASE_URL": f"postgres://{database['USER']}:{database['PASSWORD']}@{database['HOST']}:{database['PORT']}/x",
    }
    process = subprocess.Popen(
        [sys.executable, "-c", RELAY_IN_ITS_OWN_PROCESS, database["NAME"], str(mail_server.port)],
        env=environment,
        cwd=django_settings.BASE_DIR,
    )
    mail_server.on_arrival = lambda: os.kill(process.pid, signal.SIGKILL)

    assert process.wait(timeout=60) == -signal.SIGKILL

    waiting.refresh_from_db()
    assert (waiting.state, waiting.attempts, len(mail_server.mails)) == ("waiting", 1, 1)
    mail_server.on_arrival = lambda: None
    assert send_waiting() == Relayed()
    let_time_pass(LEASE)
    assert send_waiting() == Relayed(sent=1)
    first, second = mail_server.mails
    assert first["Message-ID"] == second["Message-ID"]
