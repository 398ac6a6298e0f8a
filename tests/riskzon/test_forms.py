from datetime import UTC, datetime

import pytest
from django import forms
from django.utils import translation

from riskzon.forms import ChoiceCards, DsFormMixin, IsoDateField, LocalMomentField


class Sample(DsFormMixin, forms.Form):
    idempotent = True
    at = LocalMomentField(label="När?", help_text="Svensk tid.")
    later = LocalMomentField(label="Senare?", required=False)
    born = IsoDateField(label="Född", required=False)
    how = forms.ChoiceField(label="Hur?", choices=[("a", "A"), ("b", "B")], widget=ChoiceCards, required=False)


@pytest.fixture(autouse=True)
def _swedish():
    with translation.override("sv"):
        yield


def sent(day: str = "", clock: str = "", **more: str) -> Sample:
    key = "6a6e3c3a-7f5c-4c57-9d3c-0a8f4a5f0001"
    return Sample({"at_date": day, "at_clock": clock, "idempotency_key": key, **more})


@pytest.mark.parametrize("clock", ["1430", "14:30", "14.30", " 14.30 "])
def test_clock_is_taken_as_people_type_it(clock: str) -> None:
    form = sent("2026-11-22", clock)
    assert form.is_valid()
    assert form.cleaned_data["at"] == datetime(2026, 11, 22, 13, 30, tzinfo=UTC)
    assert form.cleaned_data["later"] is None


@pytest.mark.parametrize(
    ("day", "clock", "message", "wrong"),
    [
        ("", "", "Ange datum och klockslag.", {"id_at_0", "id_at_1"}),
        ("", "14.30", "Ange datum, till exempel 2026-11-13.", {"id_at_0"}),
        ("2026-11-22", "", "Ange klockslag, till exempel 14.30.", {"id_at_1"}),
        ("2026-02-30", "14.30", "Ange ett datum som finns, till exempel 2026-11-13.", {"id_at_0"}),
        ("2026-11-22", "25.00", "Ange ett klockslag mellan 00.00 och 23.59, till exempel 14.30.", {"id_at_1"}),
        ("2026-03-29", "02.30", "Klockslaget finns inte. Den natten ställdes klockan fram från 02.00 till 03.00.", {"id_at_1"}),
    ],
)  # fmt: skip
def test_refusal_says_what_to_do_and_marks_the_wrong_half(day: str, clock: str, message: str, wrong: set[str]) -> None:
    form = sent(day, clock)
    assert form.errors["at"] == [message]
    html = form["at"].as_field_group()
    marked = {name for name in ("id_at_0", "id_at_1") if 'aria-invalid="true"' in _tag(html, name)}
    assert marked == wrong
    assert 'aria-describedby="id_at_helptext id_at_error"' in html
    assert 'id="id_at_error"' in html


def _tag(html: str, name: str) -> str:
    end = html.index(f'id="{name}"')
    return html[html.rindex("<", 0, end) : html.index(">", end)]


def test_autumn_hour_is_asked_about_only_when_it_must_be() -> None:
    assert 'name="at_fold"' not in str(sent("2026-11-22", "14.30"))
    asked = sent("2026-10-25", "02.30")
    assert not asked.is_valid()
    assert str(asked).count('name="at_fold"') == 2
    assert 'name="later_fold"' not in str(asked)


@pytest.mark.parametrize(("fold", "hour"), [("0", 0), ("1", 1)])
def test_autumn_hour_is_taken_as_answered_and_the_question_stays_while_other_errors_do(fold: str, hour: int) -> None:
    form = sent("2026-10-25", "02.30", at_fold=fold, born="x")
    assert list(form.errors) == ["born"]
    assert form.cleaned_data["at"] == datetime(2026, 10, 25, hour, 30, tzinfo=UTC)
    assert " checked" in _tag(str(form), f"id_at_2_{fold}")


def test_moment_is_shown_back_in_local_time() -> None:
    html = str(Sample(initial={"at": datetime(2026, 7, 1, 4, 5, tzinfo=UTC)}))
    assert 'value="2026-07-01"' in html
    assert 'value="06.05"' in html


def test_forms_do_not_share_the_question() -> None:
    assert not sent("2026-10-25", "02.30").is_valid()
    assert 'name="at_fold"' not in str(Sample())


def test_key_survives_corrections_and_is_new_in_a_new_form() -> None:
    form = sent("2026-11-22", "")
    assert not form.is_valid()
    assert 'name="idempotency_key" value="6a6e3c3a-7f5c-4c57-9d3c-0a8f4a5f0001"' in str(form)
    assert str(Sample()["idempotency_key"]) != str(Sample()["idempotency_key"])


def test_every_visible_control_has_the_look_a_label_and_no_required_attribute() -> None:
    html = str(Sample())
    assert html.count("<input") == html.count('class="ds-input') + html.count('type="hidden"')
    assert " required" not in html
    assert html.count("<label") + html.count("<legend") >= 9


@pytest.mark.parametrize("text", ["2009-06-12", "20090612"])
def test_day_is_taken_with_and_without_dashes(text: str) -> None:
    form = sent("2026-11-22", "14.30", born=text)
    assert form.is_valid()
    assert form.cleaned_data["born"].isoformat() == "2009-06-12"
