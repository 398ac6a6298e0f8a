"""A mail says that there is something to log in for, and nothing that a lock screen may not show."""

import pytest
from django.core import mail

from notifications.channels.email import compose
from notifications.channels.mailbox import MailboxBackend
from notifications.messages import CATALOGUE, say
from notifications.models import Delivery, Message, StoredMail
from notifications.outbox import tell
from notifications.relay import send_waiting
from tests.notifications.conftest import CANARIES, NOW
from tests.notifications.test_messages import facts_of

SWEDISH = """Du har ett ärende att hantera, ref 2026-000417-1.

Logga in: https://tjanst.city.example/

Borås Stad
"""
ENGLISH = """You have a matter to handle, ref 2026-000417-1.

Log in: https://tjanst.city.example/

Borås Stad
"""


def test_mail_reaches_a_real_server_and_says_only_that_there_is_something_to_handle(people, case, mail_server):
    tell("case_received", to=[people.worker], key="k", now=NOW, case_id=case.pk, facts={"report_kind": "arrest"})

    assert send_waiting().sent == 1

    [arrived] = mail_server.mails
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.attempts, delivery.error) == ("sent", 1, "")
    assert delivery.sent_at is not None
    assert arrived["From"] == "Borås Stad <no-reply@city.example>"
    assert arrived["To"] == "worker@city.example"
    assert arrived["Subject"] == "Ärende att hantera, ref 2026-000417-1"
    assert arrived["Message-ID"] == f"<{delivery.pk}@city.example>"
    assert arrived.get_content().replace("\r\n", "\n") == SWEDISH


def test_mail_is_in_the_language_of_who_reads_it(people, case, mail_server):
    tell("case_received", to=[people.colleague], key="k", now=NOW, case_id=case.pk)

    send_waiting()

    [arrived] = mail_server.mails
    assert arrived["Subject"] == "Matter to handle, ref 2026-000417-1"
    assert arrived.get_content().replace("\r\n", "\n") == ENGLISH


@pytest.mark.parametrize("reporter", ["partner", "liaison"])
def test_reporter_is_given_the_number_of_the_report(people, case, mail_server, reporter):
    case_id = case.pk if reporter == "liaison" else None
    to = [getattr(people, reporter)]
    tell("report_received", to=to, key="k", now=NOW, report_id=case.report_id, case_id=case_id)

    send_waiting()

    assert mail_server.mails[0]["Subject"] == "Ärende att hantera, ref 2026-000417"


@pytest.mark.parametrize("language", ["sv", "en"])
def test_nothing_planted_in_a_case_is_ever_said(people, case, mail_server, language):
    """Every kind to everybody, read in the inbox and in the mail that arrived, headers included."""
    for person in people.all():
        person.language = language
        person.save()
    told = sum(
        tell(kind, to=people.all(), key=kind, now=NOW, case_id=case.pk, facts=facts_of(kind)) for kind in CATALOGUE
    )
    assert Message.objects.values("kind").distinct().count() == len(CATALOGUE)

    sent = send_waiting().sent

    messages = Message.objects.with_number()
    said = [f"{words.title} {words.text}" for words in (say(m.kind, m.facts, m.number) for m in messages)]
    mails = [
        f"{arrived.as_string()} {arrived['Subject']} {arrived['From']} {arrived.get_content()}"
        for arrived in mail_server.mails
    ]
    assert (len(said), len(mails)) == (told, sent)
    stored = [str(row) for row in Message.objects.values()] + [str(row) for row in Delivery.objects.values()]
    for text in said + mails + stored:
        assert [canary for canary in CANARIES if canary.lower() in text.lower()] == []


@pytest.mark.parametrize("kind", [kind for kind, entry in CATALOGUE.items() if entry.by_mail])
def test_every_kind_of_message_sends_the_same_mail(people, case, kind):
    tell(kind, to=people.all(), key="k", now=NOW, case_id=case.pk, facts=facts_of(kind))
    message = Message.objects.with_number().select_related("recipient").filter(recipient__language="sv").first()

    composed = compose(message, "r")

    assert composed.subject == "Ärende att hantera, ref 2026-000417-1"
    assert composed.body.startswith("Du har ett ärende att hantera, ref 2026-000417-1.\n\nLogga in: ")
    assert len(composed.body.splitlines()) == 5


def test_mail_of_the_demo_is_kept_where_it_can_be_read(people, case, waiting, settings):
    settings.EMAIL_BACKEND = f"{MailboxBackend.__module__}.{MailboxBackend.__name__}"

    assert send_waiting().sent == 1

    kept = StoredMail.objects.get()
    assert kept.recipients == "worker@city.example"
    assert kept.subject == "Ärende att hantera, ref 2026-000417-1"
    assert mail.outbox == []
