"""The catalogue is closed, speaks two languages and has no room for a person."""

import re

import pytest
from django.utils.translation import gettext, override

from notifications.kinds_of_the_house import CANARY
from notifications.messages import CATALOGUE, DEADLINES, NotInCatalogue, check, say
from riskzon.models import Role
from workflows.models import Kind
from workflows.rules import LADDERS

#: A value for every fact that any kind names.
FACTS = {
    "deadline": "guardian_contact",
    "step": "+1h",
    "report_kind": "arrest",
    "at": "2026-11-14T17:20:00+00:00",
    "folded": True,
    "born": True,
    "nobody_found": True,
    "count": 3,
}
PERSONAL = [
    "Kanariella",
    "Kanariella Fågelbur",
    "201201092385",
    "20120109-2385",
    "120109-2385",
    "0701740605",
    "070-174 06 05",
    "070-174-06-05",
    "Kanarievägen 7",
    "kanariella@example.se",
    "",
]


def facts_of(kind: str) -> dict[str, object]:
    return {name: FACTS[name] for name in CATALOGUE[kind].facts}


def test_unknown_kind_is_refused():
    with pytest.raises(NotInCatalogue):
        check("happy_birthday", {})


@pytest.mark.parametrize("kind", CATALOGUE)
def test_every_kind_accepts_all_its_facts_and_refuses_any_other(kind):
    assert check(kind, facts_of(kind)) is CATALOGUE[kind]
    for name in ("name", "identity_number", "note", "child"):
        with pytest.raises(NotInCatalogue):
            check(kind, {**facts_of(kind), name: "x"})


def test_fact_of_another_kind_is_refused():
    with pytest.raises(NotInCatalogue):
        check("assigned", {"deadline": "guardian_contact"})


@pytest.mark.parametrize("value", [*PERSONAL, None, 7, ["x"], {"a": 1}])
@pytest.mark.parametrize("fact", FACTS)
def test_value_that_is_no_code_moment_or_flag_is_refused(fact, value):
    with pytest.raises(NotInCatalogue):
        check("case_received", {"deadline": "guardian_contact", fact: value})


@pytest.mark.parametrize("value", [0, -1, 1000, 20120109, True, "3", 2.0])
def test_a_count_is_a_small_number_and_nothing_else(value):
    with pytest.raises(NotInCatalogue):
        check("handover_waiting", {"count": value})


def test_moment_without_offset_is_refused():
    with pytest.raises(NotInCatalogue):
        check("assigned", {"at": "2026-11-14T17:20:00"})


def test_message_about_a_deadline_names_the_deadline():
    with pytest.raises(NotInCatalogue):
        check("deadline_breached", {})


def test_every_deadline_has_the_word_of_the_clocks():
    with override("sv"):
        assert {code: str(words) for code, words in DEADLINES.items()} == {
            code: str(label) for code, label in Kind.choices
        }


@pytest.mark.parametrize("step", [*{key for _kind, key, *_rest in LADDERS}, "daily-2026-11-14", "+4h-waiting"])
def test_every_rung_of_the_ladders_can_be_told(step):
    assert check("deadline_near", {"deadline": "guardian_contact", "step": step})


@pytest.mark.parametrize("kind", CATALOGUE)
@pytest.mark.parametrize("language", ["sv", "en"])
def test_every_kind_is_said_whole_in_both_languages(kind, language):
    with override(language):
        said = say(kind, facts_of(kind), "2026-000417-1")

    for text in (said.title, said.text):
        assert text
        assert "%(" not in text
        assert "  " not in text


@pytest.mark.parametrize("kind", CATALOGUE)
def test_every_kind_is_translated(kind):
    entry = CATALOGUE[kind]

    for words in filter(None, (entry.title, entry.text, entry.when)):
        with override("sv"):
            swedish = str(words)
        with override("en"):
            assert gettext(swedish) != swedish


@pytest.mark.parametrize("kind", CATALOGUE)
@pytest.mark.parametrize("language", ["sv", "en"])
def test_no_text_has_a_place_for_anything_but_number_deadline_count_and_moment(kind, language):
    entry = CATALOGUE[kind]

    with override(language):
        places = set(re.findall(r"%\((\w+)\)", " ".join([str(entry.title), str(entry.text), str(entry.when)])))

    assert places <= {"number", "deadline", "count", "at"}


def test_assessment_that_is_due_at_once_is_never_given_a_time_to_wait_for():
    at = {"at": "2026-11-14T17:20:00+00:00"}
    with override("sv"):
        assessment = say("deadline_near", {"deadline": "protective_assessment", **at}, "2026-000417-1")
        contact = say("deadline_near", {"deadline": "guardian_contact", **at}, "2026-000417-1")

    assert "18.20" not in assessment.text
    assert contact.text.endswith("Senast lör 14 nov 2026 kl. 18.20.")


def test_reporters_hear_that_it_came_in_that_contact_was_made_who_follows_what_is_disclosed_and_nothing_else():
    assert {kind for kind, entry in CATALOGUE.items() if Role.LIAISON in entry.roles} == {
        "report_received",
        "guardian_reached",
        "report_taken_over",
        "disclosed",
        *_OWN_LOGIN,
    }
    # The hourly trial of the chain goes to a technical account in the role that sees least.
    assert {kind for kind, entry in CATALOGUE.items() if Role.PARTNER in entry.roles} == {
        "report_received",
        CANARY,
        *_OWN_LOGIN,
    }


def test_administrator_hears_of_no_case():
    assert {kind for kind, entry in CATALOGUE.items() if Role.ADMIN in entry.roles} == {
        "delivery_given_up",
        "role_confirmed",
        "role_refused",
        *_OF_RULES,
        *_OWN_LOGIN,
    }


def test_the_log_reviewer_hears_of_rules_ladders_roles_and_readings_and_the_analyst_of_nothing_but_the_own_login():
    assert {kind for kind, entry in CATALOGUE.items() if Role.LOG_REVIEWER in entry.roles} == {
        "emergency_unjustified",
        "emergency_unreviewed",
        "log_reviews_drawn",
        "log_reviews_late",
        "log_review_remark",
        "role_watched",
        "account_closed",
        "role_confirmed",
        "role_refused",
        *_OF_RULES,
        *_OWN_LOGIN,
    }
    assert {kind for kind, entry in CATALOGUE.items() if Role.ANALYST in entry.roles} == _OWN_LOGIN


#: What everybody hears of: the own way in.
_OWN_LOGIN = {
    "role_yours",
    "second_factor_removed",
    "password_changed",
    "passkey_added",
    "passkey_removed",
    "token_made",
    "codes_used_up",
}
_OF_RULES = {"rule_proposed", "ladder_proposed", "rule_confirmed", "rule_refused", "rule_withdrawn"}
