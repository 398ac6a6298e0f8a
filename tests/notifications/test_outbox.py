"""What is told is written once, with what is true, to those who may hear it."""

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from notifications.messages import NotInCatalogue
from notifications.models import Delivery, Message
from notifications.outbox import Telling, tell, tell_many
from riskzon import granting
from riskzon.models import User
from tests.notifications.conftest import NOW, inbox_of


def test_each_person_gets_one_message_and_one_mail(people, case):
    told = tell("case_received", to=[people.worker, people.duty], key="k", now=NOW, case_id=case.pk)

    assert told == 2
    assert inbox_of(people.worker) == inbox_of(people.duty) == ["case_received"]
    message = Message.objects.get(recipient=people.worker)
    assert (message.created_at, message.case, message.report, message.read_at) == (NOW, case, None, None)
    delivery = message.deliveries.get()
    assert (delivery.channel, delivery.state, delivery.attempts) == ("email", "waiting", 0)


def test_people_may_be_named_by_id(people, case):
    assert tell("assigned", to=[people.worker.pk], key="k", now=NOW, case_id=case.pk) == 1


def test_same_key_never_reaches_the_same_person_twice(people, case):
    first = tell("assigned", to=[people.worker], key="k", now=NOW, case_id=case.pk)
    again = tell("handed_over", to=[people.worker, people.worker, people.supervisor], key="k", now=NOW, case_id=case.pk)

    assert (first, again) == (1, 1)
    assert inbox_of(people.worker) == ["assigned"]
    assert Delivery.objects.filter(message__recipient=people.worker).count() == 1


def test_same_key_within_one_round_counts_once(people, case):
    telling = Telling(kind="assigned", to=(people.worker.pk,), key="k", now=NOW, case_id=case.pk)

    assert tell_many([telling, telling]) == 1
    assert Delivery.objects.count() == 1


def test_nothing_to_tell_needs_no_database():
    assert tell_many([]) == 0
    assert tell("assigned", to=[], key="k", now=NOW) == 0


def test_message_disappears_with_the_transaction_that_told_it(people, case):
    with transaction.atomic():
        tell("assigned", to=[people.worker], key="k", now=NOW, case_id=case.pk)
        transaction.set_rollback(True)

    assert inbox_of(people.worker) == []


@pytest.mark.parametrize(
    ("kind", "facts"),
    [
        ("gossip", {}),
        ("assigned", {"name": "Kanariella"}),
        ("deadline_near", {"deadline": "Kanariella"}),
        ("deadline_near", {"deadline": "guardian_contact", "step": "20120109-2385"}),
    ],
)
def test_one_refused_telling_stops_the_whole_round(people, case, kind, facts):
    good = Telling(kind="assigned", to=(people.worker.pk,), key="good", now=NOW, case_id=case.pk)
    bad = Telling(kind=kind, to=(people.worker.pk,), key="bad", now=NOW, case_id=case.pk, facts=facts)

    with pytest.raises(NotInCatalogue):
        tell_many([good, bad])

    assert Message.objects.count() == 0


def test_mail_goes_only_to_whoever_has_an_address(people, case):
    User.objects.filter(pk=people.worker.pk).update(email="")

    assert tell("assigned", to=[people.worker], key="k", now=NOW, case_id=case.pk) == 1
    assert Delivery.objects.count() == 0


def test_who_has_left_is_told_nothing(people, case):
    User.objects.filter(pk=people.worker.pk).update(is_active=False)

    assert tell("assigned", to=[people.worker, people.colleague], key="k", now=NOW, case_id=case.pk) == 1
    assert inbox_of(people.worker) == []


def test_role_that_may_not_hear_is_left_out_and_the_fault_logged(people, case, caplog):
    facts = {"deadline": "guardian_contact"}

    told = tell("deadline_breached", to=people.all(), key="k", now=NOW, case_id=case.pk, facts=facts)

    heard = {person.username for person in people.all() if inbox_of(person)}
    assert heard == {"worker", "colleague", "supervisor", "head", "duty"}
    assert told == len(heard)
    assert "message_not_for_this_role" in caplog.text


def test_blocked_person_hears_nothing_about_the_child(people, case):
    granting.block(people.worker, case, by=people.supervisor, reason="jäv", now=NOW)

    told = tell("case_received", to=[people.worker, people.colleague], key="k", now=NOW, case_id=case.pk)

    assert told == 1
    assert inbox_of(people.worker) == []
    assert inbox_of(people.colleague) == ["case_received"]


def test_given_up_is_never_said_by_the_way_that_failed(people):
    assert tell("delivery_given_up", to=[people.admin], key="k", now=NOW) == 1
    assert Delivery.objects.count() == 0


def test_five_hundred_tellings_to_three_people_are_one_statement(people, case):
    to = (people.worker.pk, people.supervisor.pk, people.head.pk)
    facts = {"deadline": "guardian_contact", "step": "breach", "at": NOW.isoformat()}
    tellings = [
        Telling(kind="deadline_breached", to=to, key=f"{number}:breach", now=NOW, case_id=case.pk, facts=facts)
        for number in range(500)
    ]

    with CaptureQueriesContext(connection) as statements:
        assert tell_many(tellings, on_duty=[people.duty.pk]) == 1500

    assert len(statements) == 1
    assert Message.objects.count() == Delivery.objects.count() == 1500
    assert Message.objects.filter(facts=facts).count() == 1500
