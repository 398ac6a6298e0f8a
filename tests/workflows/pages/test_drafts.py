"""Nothing typed is lost: not when the session ends, the network dies, somebody is first, or the product fails."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from riskzon import clock, drafts
from riskzon.celery import app
from riskzon.granting import block
from riskzon.models import Case, Contact, Draft, Role
from riskzon.pace import pace
from tests.acts import move, parents
from tests.factories import person
from workflows.verbs import contacts, roles

NOTE = "Pratade länge med mamman, som vill ha ett möte."


@pytest.fixture
def case(new_case) -> Case:
    return new_case()


@pytest.fixture
def address(case) -> str:
    return reverse("contact", args=[case.pk])


def token_on(client: Client, address: str) -> str:
    page = client.get(address).content.decode()
    return page.split('name="draft" value="')[1].split('"')[0]


def filled(case: Case, token: str, **fields: Any) -> dict[str, Any]:
    return {
        "draft": token,
        "guardian": str(parents(case)["Maja"]),
        "outcome": "refused",
        "channel": "visit",
        "note": NOTE,
        "at_date": "2026-11-13",
        "at_clock": "13.10",
        "at_fold": "",
        **fields,
    }


@pytest.fixture
def typing(karin, case, address) -> Callable[..., dict[str, Any]]:
    """Karin opens the form and types; the browser sends it as a draft."""

    def typed(client: Client = karin, **fields: Any) -> dict[str, Any]:
        form = filled(case, token_on(client, address), **fields)
        assert client.post(reverse("draft"), form).status_code == 201
        return form

    return typed


def test_a_draft_comes_back_whole_on_the_forms_own_page(typing, karin, address):
    typing(at_clock="25.99")
    answer = karin.get(address)
    form = answer.context["form"]
    assert form["note"].value() == NOTE
    assert form["outcome"].value() == "refused"
    assert form["channel"].value() == "visit"
    assert "25.99" in answer.content.decode()
    assert "utan att spara det" in answer.content.decode()
    assert not form.is_bound


def test_nobody_else_gets_the_draft(typing, visit, address):
    typing()
    for username in ("omar.nyman", "sara.lindh"):
        assert NOTE not in visit(username).get(address).content.decode()


def test_a_draft_is_not_shown_to_its_writer_once_the_case_is_out_of_sight(typing, karin, address, case):
    typing()
    block(person("karin.ek"), case, by=person("sara.lindh"), reason="Jäv", now=clock.now())
    answer = karin.get(address)
    assert answer.status_code == 404
    assert NOTE not in answer.content.decode()


def test_what_is_sent_leaves_no_draft_and_a_late_save_does_not_bring_it_back(typing, karin, address):
    form = typing()
    assert karin.post(address, form).status_code == 302
    assert Contact.objects.count() == 1
    assert karin.post(reverse("draft"), form).status_code == 409
    assert NOTE not in karin.get(address).content.decode()


def test_a_session_that_has_ended_costs_no_word(karin, case, address):
    form = filled(case, token_on(karin, address))
    karin.logout()
    answer = karin.post(address, form, follow=True)
    assert "Det du skrev finns kvar." in answer.content.decode()
    assert NOTE not in answer.content.decode()
    back = karin.post("/login/", {"username": "karin.ek", "password": "riskzon-demo", "next": address}, follow=True)
    assert back.context["form"]["note"].value() == NOTE
    assert not Contact.objects.exists()


def test_somebody_else_who_logs_in_at_the_same_screen_does_not_get_the_text(karin, case, address):
    form = filled(case, token_on(karin, address))
    karin.logout()
    karin.post(address, form)
    other = karin.post("/login/", {"username": "omar.nyman", "password": "riskzon-demo", "next": address}, follow=True)
    assert other.status_code == 200
    assert NOTE not in other.content.decode()


def test_what_is_typed_after_the_session_ended_is_kept_too(karin, case, address, visit):
    form = filled(case, token_on(karin, address))
    karin.logout()
    assert karin.post(reverse("draft"), form).status_code == 201
    assert NOTE in visit("karin.ek").get(address).content.decode()


def test_a_page_from_before_the_last_login_is_refused_and_its_text_kept(case, address, visit):
    karin = visit("karin.ek")
    form = filled(case, token_on(karin, address))
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = karin.cookies
    answer = strict.post(address, form)
    assert answer.status_code == 403
    assert "Öppna formuläret igen" in answer.content.decode()
    assert f'href="{address}"' in answer.content.decode()
    assert NOTE in karin.get(address).content.decode()


@pytest.fixture
def too_often(settings, monkeypatch) -> None:
    """The minute's requests are used up by two, and it stands still."""
    settings.REQUESTS_A_MINUTE = 2
    monkeypatch.setattr(pace, "_clock", lambda: 6000.0 + 15)
    monkeypatch.setattr(pace, "_counts", Counter())


def test_what_was_sent_once_too_often_is_kept_and_the_page_says_so(karin, case, address, too_often):
    form = filled(case, token_on(karin, address))
    karin.get(address)
    answer = karin.post(address, form)
    page = answer.content.decode()
    assert (answer.status_code, answer["Retry-After"]) == (429, "46")
    for words in ("Försök igen om 46 sekunder", "det du skrev finns kvar", f'href="{address}"'):
        assert words in page
    assert not Contact.objects.exists()
    assert "inte sparat" in karin.post("/stay/").content.decode(), "nothing was typed there"
    pace._counts.clear()
    assert karin.get(address).context["form"]["note"].value() == NOTE


def test_a_draft_is_kept_though_no_page_is_answered_any_more_and_has_a_bound_of_its_own(
    karin, case, address, too_often
):
    form = filled(case, token_on(karin, address))
    karin.get(address)
    assert karin.get(address).status_code == 429
    assert [karin.post(reverse("draft"), form).status_code for _each in range(3)] == [201, 201, 429]
    assert "inte sparat" in karin.post(address, form).content.decode()


@pytest.mark.parametrize(
    ("who", "name", "field"),
    [
        ("maria.oberg", "role-request", "answer"),
        ("it.admin", "account-role", "reason"),
        ("it.admin", "account-new", "reason"),
    ],
)
def test_forms_beside_the_cases_give_back_what_was_typed_too(who, name, field, visit):
    asked = roles.ask(person("it.admin"), person("karin.ek").pk, role=Role.HEAD, unit=None, reason="x")
    args = {"role-request": [asked.pk], "account-role": [person("omar.nyman").pk]}.get(name, [])
    client, address = visit(who), reverse(name, args=args)
    assert client.post(reverse("draft"), {"draft": token_on(client, address), field: NOTE}).status_code == 201
    page = client.get(address).content.decode()
    assert NOTE in page
    assert "utan att spara det" in page


def test_a_wrong_form_is_kept(karin, case, address):
    form = filled(case, token_on(karin, address), at_clock="")
    assert karin.post(address, form).status_code == 422
    assert karin.get(address).context["form"]["note"].value() == NOTE


def test_a_fault_of_ours_is_survived(karin, case, address, monkeypatch):
    def fail(*_args: object, **_fields: object) -> None:
        raise RuntimeError("broken")

    form = filled(case, token_on(karin, address))
    karin.raise_request_exception = False
    with monkeypatch.context() as patch:
        patch.setattr(contacts, "register_contact", fail)
        assert karin.post(address, form).status_code == 500
    assert karin.get(address).context["form"]["note"].value() == NOTE


def test_a_draft_can_be_thrown_away(typing, karin, address):
    form = typing()
    assert karin.post(reverse("draft-discard"), {"draft": form["draft"]})["Location"] == address
    assert NOTE not in karin.get(address).content.decode()


def test_nobody_throws_away_anothers_draft(typing, visit):
    form = typing()
    assert visit("omar.nyman").post(reverse("draft-discard"), {"draft": form["draft"]}).status_code == 404
    assert Draft.objects.get().fields is not None


@pytest.mark.parametrize("token", ["", "x", "WyIxIl0:bad"])
def test_only_a_form_of_ours_has_a_draft(karin, token):
    for name in ("draft", "draft-discard"):
        assert karin.post(reverse(name), {"draft": token, "note": NOTE}).status_code == 404
    assert not Draft.objects.exists()


def test_two_tabs_keep_a_text_each_and_the_last_is_shown_first(typing, karin, address):
    typing(note="Den första.")
    karin.post(reverse("draft-discard"), {"draft": token_on(karin, address)})
    typing(note="Den andra.")
    assert karin.get(address).context["form"]["note"].value() == "Den andra."


def test_a_draft_is_forgotten_after_three_days(typing, karin, address):
    typing()
    move(timedelta(days=3, seconds=1))
    assert NOTE not in karin.get(address).content.decode()
    assert drafts.forget_old() == 1
    assert not Draft.objects.exists()


def test_far_too_much_is_not_kept(karin, case, address):
    form = filled(case, token_on(karin, address), note="x" * (drafts.LARGEST + 1))
    assert karin.post(reverse("draft"), form).status_code == 409


def test_an_intake_form_comes_back_with_all_its_children(karin):
    address = reverse("report-form", args=["concern"])
    sent = {"draft": token_on(karin, address), "child": ["0", "3"], "child-0-given_name": "Ada", "do": "add-child"}
    sent |= {"child-3-given_name": "Bo", "child-3-summary": NOTE, "idempotency_key": "not-a-key"}
    assert karin.post(address, sent).status_code == 200
    text = karin.get(address).content.decode()
    for words in ('value="Ada"', 'value="Bo"', NOTE):
        assert words in text
    assert "Rätta" not in text


def test_a_registered_report_leaves_no_draft_of_the_child(visit):
    per, address = visit("per.holm"), reverse("report-form", args=["arrest"])
    page = per.get(address)
    sent = {name: page.context["event"][name].value() or "" for name in ("idempotency_key", "channel")}
    sent |= {"draft": token_on(per, address), "child": "0", "child-0-identity_number": "20100702-2393"}
    sent |= {"occurred_at_date": "2026-11-13", "occurred_at_clock": "13.00", "occurred_at_precision": "exact"}
    sent |= {"notified_at_date": "2026-11-13", "notified_at_clock": "13.30", "reporter_type": "police"}
    answer = per.post(address, sent | {"child-0-given_name": "Vilgot", "child-0-family_name": "Fiktiv"})
    assert answer.status_code == 302, answer.context["lines"]
    assert "Vilgot" not in per.get(address).content.decode()
    assert Draft.objects.get().fields is None


def test_a_button_without_a_form_leads_back_to_its_page_after_login(client, case):
    origin = f"http://testserver{reverse('case', args=[case.pk])}"
    answer = client.post(reverse("case-take", args=[case.pk]), headers={"referer": origin})
    assert answer["Location"] == f"/login/?next={reverse('case', args=[case.pk])}"
    elsewhere = client.post(reverse("case-take", args=[case.pk]), headers={"referer": "https://example.org/x"})
    assert elsewhere["Location"] == "/login/?next=/"


def test_every_task_that_the_beat_asks_for_exists(settings):
    app.loader.import_default_modules()
    assert {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()} <= set(app.tasks)
