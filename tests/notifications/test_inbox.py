"""The inbox shows each person what was said to that person, and opens only what the person may see."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.db.models.functions import Now
from django.http import HttpResponse
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import include, path, reverse

from notifications.inbox import badge, mark_read_about, unread_count, unread_words
from notifications.models import Delivery, Message, StoredMail
from notifications.outbox import Telling, tell, tell_many
from riskzon import clock, granting
from riskzon.models import AuditEntry, Unit, User
from tests.notifications.conftest import NOW

pytestmark = pytest.mark.urls(__name__)

urlpatterns = [
    path("", include("notifications.urls")),
    path("login", HttpResponse, name="login"),
    path("cases/<uuid:case_id>", HttpResponse, name="case"),
    path("stay", HttpResponse, name="stay"),
    path("draft", HttpResponse, name="draft"),
]


@pytest.fixture(autouse=True)
def product_clock(db: None) -> None:
    clock.stand_still(NOW + timedelta(hours=1))


@pytest.fixture
def told(people, case) -> Message:
    """One message to the social worker about the case."""
    tell("case_received", to=[people.worker], key="k", now=NOW, case_id=case.pk, facts={"report_kind": "arrest"})
    return Message.objects.get(recipient=people.worker)


def page_of(client, person: User, name: str = "inbox", **query: str) -> str:
    client.force_login(person)
    response = client.get(reverse(name), query)
    assert response.status_code == 200
    return response.content.decode()


def test_worker_reads_what_happened_and_finds_the_case(client, people, case, told):
    page = page_of(client, people.worker)

    assert "Ärende 2026-000417-1 har kommit in. Gripen." in page
    assert f'href="/cases/{case.pk}"' in page


def test_showing_the_inbox_is_written_to_the_access_log(client, people, case, told):
    page_of(client, people.worker)

    entry = AuditEntry.objects.get(actor=people.worker, what="inbox")
    assert (entry.action, entry.cases) == ("list", [case.pk])


def test_nobody_reads_another_persons_messages(client, people, told):
    page = page_of(client, people.colleague)

    assert "2026-000417" not in page


def test_case_that_may_not_be_opened_is_named_without_a_link(client, people, case):
    facts = {"deadline": "guardian_contact"}
    tell("deadline_breached", to=[people.head], key="k", now=NOW, case_id=case.pk, facts=facts)

    page = page_of(client, people.head)

    assert "Ärende 2026-000417-1: Kontakt med vårdnadshavare" in page
    assert str(case.pk) not in page


def test_block_hides_what_was_said_before_it(client, people, case, told):
    assert unread_count(people.worker) == 1

    granting.block(people.worker, case, by=people.supervisor, reason="jäv", now=NOW)

    assert unread_count(people.worker) == 0
    assert "2026-000417" not in page_of(client, people.worker)


def test_one_message_is_marked_as_read(client, people, case, told):
    tell("assigned", to=[people.worker], key="other", now=NOW, case_id=case.pk)
    client.force_login(people.worker)

    response = client.post(reverse("inbox-read") + "?show=unread", {"message": told.pk})

    assert response.url == "/inbox/?show=unread"
    told.refresh_from_db()
    assert told.read_at == NOW + timedelta(hours=1)
    assert unread_count(people.worker) == 1


def test_all_are_marked_as_read_up_to_the_newest_that_was_shown(client, people, case, told):
    later = NOW + timedelta(minutes=1)
    tell("assigned", to=[people.worker], key="later", now=later, case_id=case.pk)
    client.force_login(people.worker)

    client.post(reverse("inbox-read"), {"until": NOW.isoformat()})

    assert list(Message.objects.filter(recipient=people.worker, read_at=None).values_list("key", flat=True)) == [
        "later"
    ]


def test_button_for_all_carries_the_newest_moment(client, people, told):
    assert f'name="until" value="{NOW.isoformat()}"' in page_of(client, people.worker)


def test_reading_twice_keeps_the_first_moment(client, people, told):
    Message.objects.update(read_at=NOW)
    client.force_login(people.worker)

    client.post(reverse("inbox-read"), {"message": told.pk})

    told.refresh_from_db()
    assert told.read_at == NOW


def test_the_header_of_every_page_says_how_many_messages_are_unread(client, people, told):
    client.force_login(people.worker)
    assert '1<span class="ds-sr-only"> olästa</span>' in client.get("/accessibility").content.decode()

    mark_read_about(people.worker, told.case_id, now=NOW)
    assert "olästa</span>" not in client.get("/accessibility").content.decode()


def test_another_persons_message_stays_unread(client, people, told):
    client.force_login(people.colleague)

    client.post(reverse("inbox-read"), {"message": told.pk})
    client.post(reverse("inbox-read"), {"until": (NOW + timedelta(days=1)).isoformat()})

    assert unread_count(people.worker) == 1


@pytest.mark.parametrize("sent", [{}, {"message": "x"}, {"until": "yesterday"}, {"message": "\0"}])
def test_nonsense_is_refused(client, people, sent):
    client.force_login(people.worker)

    assert client.post(reverse("inbox-read"), sent).status_code == 400


def test_unknown_message_changes_nothing(client, people, told):
    client.force_login(people.worker)

    assert client.post(reverse("inbox-read"), {"message": uuid4()}).status_code == 302
    assert unread_count(people.worker) == 1


def test_reading_changes_nothing_by_get(client, people, told):
    client.force_login(people.worker)

    assert client.get(reverse("inbox-read"), {"message": told.pk}).status_code == 405
    page_of(client, people.worker)
    assert unread_count(people.worker) == 1


def test_unread_view_leaves_out_what_was_read(client, people, case, told):
    tell("assigned", to=[people.worker], key="other", now=NOW, case_id=case.pk)
    Message.objects.filter(pk=told.pk).update(read_at=NOW)

    page = page_of(client, people.worker, show="unread")

    assert "är tilldelat dig" in page
    assert "har kommit in" not in page


def test_case_page_can_mark_all_it_shows_as_read(people, case, told):
    assert mark_read_about(people.worker, case.pk, now=NOW) == 1
    assert unread_count(people.worker) == 0


@pytest.mark.parametrize(("unread", "words"), [(0, ""), (1, "1"), (99, "99"), (100, "99+"), (250, "99+")])
def test_badge_counts_to_ninety_nine(people, case, unread, words, django_assert_num_queries):
    tell_many(
        [
            Telling(kind="assigned", to=(people.worker.pk,), key=str(number), now=NOW, case_id=case.pk)
            for number in range(unread)
        ]
    )
    request = RequestFactory().get("/")
    request.user = people.worker

    with django_assert_num_queries(1):
        counted = badge(request)["inbox_unread"]
        assert counted() == counted() == words == unread_words(unread)


def test_visitor_has_no_badge():
    request = RequestFactory().get("/")
    request.user = AnonymousUser()

    assert badge(request) == {}


def test_inbox_asks_the_same_number_of_questions_however_long(client, people, case):
    client.force_login(people.worker)
    asked = []
    for number in range(3):
        tell("assigned", to=[people.worker], key=str(number), now=NOW, case_id=case.pk)
        with CaptureQueriesContext(connection) as questions:
            client.get(reverse("inbox"))
        asked.append(len(questions))

    assert asked[1] == asked[2]


@pytest.mark.parametrize("name", ["inbox", "deliveries", "mailbox"])
def test_visitor_is_sent_to_the_login(client, db, name):
    assert client.get(reverse(name)).url == f"/login?next={reverse(name)}"


def given_up(people, case) -> None:
    tell("case_received", to=[people.worker, people.duty], key="k", now=NOW, case_id=case.pk)
    Delivery.objects.update(state="given_up", attempts=6, error="unreachable")


def test_administrator_finds_every_delivery_that_failed_and_no_case(client, people, case):
    given_up(people, case)

    page = page_of(client, people.admin, "deliveries")

    assert "worker" in page
    assert "duty" in page
    assert page.count("E-postservern gick inte att nå") == 2
    assert "2026-000417" not in page


def test_supervisor_finds_the_failed_deliveries_of_the_own_staff(client, people, case):
    given_up(people, case)

    page = page_of(client, people.supervisor, "deliveries")

    assert page.count("E-postservern gick inte att nå") == 1
    assert "Mottagning barn och unga" in page


def test_delivery_that_is_tried_again_is_visible(client, people, case, waiting):
    Delivery.objects.update(attempts=2, error="timeout", next_attempt_at=Now() + timedelta(minutes=1))

    page = page_of(client, people.admin, "deliveries")

    assert "Försöker igen" in page
    assert "E-postservern svarade inte i tid" in page


def test_delivery_that_has_not_failed_is_not_listed(client, people, case, waiting):
    assert "Alla utskick har gått fram." in page_of(client, people.admin, "deliveries")


def test_the_head_finds_what_did_not_reach_staff_whom_nobody_leads(client, people, case):
    given_up(people, case)
    Unit.objects.filter(pk=people.duty.unit_id).update(supervisor=None)

    page = page_of(client, people.head, "deliveries")

    assert page.count("E-postservern gick inte att nå") == 1
    assert "duty" in page
    assert "2026-000417" not in page


@pytest.mark.parametrize("role", ["worker", "duty", "liaison", "analyst", "log_reviewer", "partner"])
def test_others_have_no_page_of_failed_deliveries(client, people, case, role):
    given_up(people, case)
    client.force_login(getattr(people, role))

    assert client.get(reverse("deliveries")).status_code == 404


def test_demo_shows_the_mail_that_was_sent(client, people):
    StoredMail.objects.create(sender="Borås Stad <x@y>", recipients="a@b", subject="Ärende <1>", body="Rad 1\n\nRad 2")

    page = page_of(client, people.partner, "mailbox")

    assert "Ärende &lt;1&gt;" in page
    assert "<p>Rad 2</p>" in page


def test_mailbox_does_not_exist_outside_the_demo(client, people, settings):
    client.force_login(people.worker)
    settings.RISKZON_DEMO = False

    assert client.get(reverse("mailbox")).status_code == 404
