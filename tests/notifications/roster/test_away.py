"""Whoever is away works no shift: the stretch is a gap for everybody who asks."""

from datetime import datetime, timedelta

import pytest

from notifications import roster
from riskzon.models import Absence
from tests.factories import at, people, person
from workflows.recipients import Directory

pytestmark = pytest.mark.django_db

FRIDAY, SATURDAY, SUNDAY = (f"2026-11-{day}T20:00:00+01:00" for day in (13, 14, 15))


def be_away(starts: datetime, ends: datetime | None) -> Absence:
    duty = person("jour.vakt")
    return Absence.objects.create(
        person=duty, starts_at=starts, ends_at=ends, registered_by=duty, registered_at=starts - timedelta(days=1)
    )


def test_whoever_is_away_is_not_on_duty_and_leaves_a_gap() -> None:
    people()
    now = at(FRIDAY)
    absence = be_away(datetime.fromisoformat(SATURDAY), datetime.fromisoformat(SUNDAY))

    assert roster.on_duty(now) == [person("jour.vakt").pk]
    assert roster.on_duty(absence.starts_at) == []
    assert roster.on_duty(datetime.fromisoformat(SUNDAY)) == [person("jour.vakt").pk]
    assert [(gap.starts_at, gap.ends_at) for gap in roster.gaps(now, now + timedelta(days=3))] == [
        (absence.starts_at, datetime.fromisoformat(SUNDAY))
    ]
    intake = people().units["mottagning-barn-och-unga"]
    assert Directory.read(absence.starts_at).holder(intake.pk, None) == []


def test_who_is_away_until_further_notice_leaves_every_night_and_who_is_back_none() -> None:
    people()
    now = at(FRIDAY)
    absence = be_away(now, None)
    assert roster.gaps(now, now + timedelta(hours=10)) == [roster.Gap(now, now + timedelta(hours=10))]

    Absence.objects.filter(pk=absence.pk).update(ended_at=now, ended_by=person("jour.vakt"))
    assert roster.gaps(now, now + timedelta(hours=10)) == []
