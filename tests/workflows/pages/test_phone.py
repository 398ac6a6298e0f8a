"""A duty social worker sees and changes the number at which he or she is woken; nobody else has such a page."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from notifications.models import StoredSms
from notifications.outbox import tell
from notifications.relay import send_waiting
from riskzon import clock
from riskzon.models import AuditEntry, Draft, User
from tests.factories import make_report, person
from tests.front.browser import SCREENS, assert_in_order

PAGE = "/inbox/phone/"
BEFORE = "+46701740606"


def kept() -> str:
    return User.objects.get(username="jour.vakt").phone


def changes() -> list[tuple[str, dict]]:
    entries = AuditEntry.objects.filter(actor__username="jour.vakt", action="change", what="phone")
    return list(entries.values_list("role", "detail"))


def test_the_demos_duty_social_worker_has_a_number_of_the_range_for_fiction():
    assert kept() == BEFORE
    assert not User.objects.exclude(username="jour.vakt").exclude(phone="").exists()


def test_the_number_is_shown_and_found_from_the_inbox(visit):
    eva = visit("jour.vakt")

    assert f'href="{PAGE}"' in eva.get("/inbox/").content.decode()
    page = eva.get(PAGE).content.decode()
    assert 'value="070-174 06 06"' in page
    assert "Mitt nummer för SMS" in page


def test_a_changed_number_is_where_the_next_sms_goes_and_the_change_is_logged_without_it(visit):
    case = make_report().cases[0]

    answer = visit("jour.vakt").post(PAGE, {"phone": "+46 (0)70-174 06 07"}, follow=True)

    assert answer.redirect_chain == [("/inbox/", 302)]
    assert "Numret är sparat." in answer.content.decode()
    assert kept() == "+46701740607"
    assert changes() == [("duty", {"phone": "set"})]
    tell("case_received", to=[person("jour.vakt")], key="k", now=clock.now(), case_id=case.pk)
    send_waiting()
    assert StoredSms.objects.get().recipient == "+46701740607"


def test_the_same_number_once_more_is_no_change(visit):
    visit("jour.vakt").post(PAGE, {"phone": "0701740606"})

    assert changes() == []


def test_a_number_may_be_taken_away_and_the_inbox_says_what_that_means(visit):
    eva = visit("jour.vakt")

    answer = eva.post(PAGE, {"phone": ""}, follow=True)

    assert kept() == ""
    assert "Du har inget nummer och får inga SMS." in answer.content.decode()
    assert "väcks inte när något inte kan vänta" in eva.get("/inbox/").content.decode()
    assert changes() == [("duty", {"phone": "removed"})]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("070-174 06", "Ange ett svenskt mobilnummer, till exempel 070-174 06 06."),
        ("031-390 06 06", "Ange ett svenskt mobilnummer, till exempel 070-174 06 06."),
        ("ring Eva", "Numret får bara innehålla siffror"),
        ("070\0", ""),
        ("0" * 31, ""),
    ],
)
def test_what_is_no_mobile_number_comes_back_as_typed_and_changes_nothing(visit, typed, said):
    answer = visit("jour.vakt").post(PAGE, {"phone": typed})

    page = answer.content.decode()
    assert answer.status_code == 422
    assert said in page
    assert "Fel:" in page
    assert "Mobilnummer" in page
    assert f'value="{typed}"' in page or "\0" in typed
    assert (kept(), changes()) == (BEFORE, [])


def test_the_errors_are_said_in_english_too(visit):
    User.objects.filter(username="jour.vakt").update(language="en")
    eva = visit("jour.vakt")
    eva.post("/language", {"language": "en", "next": "/"})

    page = eva.post(PAGE, {"phone": "112"}).content.decode()

    assert "Give a Swedish mobile number, for example 070-174 06 06." in page
    assert "My number for text messages" in page


@pytest.mark.parametrize("username", ["karin.ek", "sara.lindh", "maria.oberg", "per.holm", "it.admin", "butik.city"])
def test_for_others_there_is_no_such_page(visit, username):
    visitor = visit(username)

    assert visitor.get(PAGE).status_code == visitor.post(PAGE, {"phone": "0701740607"}).status_code == 404
    assert "Mitt nummer för SMS" not in visitor.get("/inbox/").content.decode()
    assert User.objects.get(username=username).phone == ""


def test_a_number_typed_while_the_session_ended_is_still_there(visit):
    eva = visit("jour.vakt")
    token = eva.get(PAGE).content.decode().split('name="draft" value="')[1].split('"')[0]
    eva.logout()

    assert eva.post(PAGE, {"phone": "070-174 06 08", "draft": token}).url.startswith("/login/")

    assert Draft.objects.exists()
    assert 'value="070-174 06 08"' in visit("jour.vakt").get(PAGE).content.decode()
    assert kept() == BEFORE


def test_without_a_gateway_the_page_says_that_nothing_is_sent(visit, settings):
    settings.SMS_URL = ""

    assert "Just nu skickas inga SMS." in visit("jour.vakt").get(PAGE).content.decode()


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("width", SCREENS)
def test_number_inbox_and_mailbox_are_in_order_at_this_width(width, live_server, open_page, visit):
    case = make_report().cases[0]
    tell("case_received", to=[person("jour.vakt")], key="k", now=clock.now(), case_id=case.pk)
    send_waiting(channels=["sms"])
    watched = open_page(width=width)
    session = visit("jour.vakt").cookies["sessionid"].value
    watched.page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    for name in ("own-phone", "inbox", "mailbox"):
        watched.page.goto(live_server.url + reverse(name))
        assert_in_order(watched)
    watched.page.goto(live_server.url + reverse("own-phone"))
    watched.page.get_by_label("Mobilnummer").fill("112")
    watched.page.get_by_role("button", name="Spara").click()
    expect(watched.page.get_by_text("Ange ett svenskt mobilnummer").first).to_be_visible()
    assert_in_order(watched)
