"""Which year has the demo's municipality behind it, and how does it stand there now?"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from random import Random
from typing import Any
from uuid import UUID

from riskzon.localtime import STOCKHOLM, local_date, start_of_local_day
from riskzon.models import Case, Hold
from workflows.demo import endings, texts
from workflows.demo.fates import SHOWN, Fate, draw_fate
from workflows.demo.names import Kid, Town
from workflows.demo.people import INTAKE, People
from workflows.demo.reports import Reporters
from workflows.demo.stage import Stage
from workflows.demo.stories import LEADS, Story
from workflows.models import Breach, Deadline, Kind
from workflows.sweep import sweep
from workflows.verbs.family import identify_child
from workflows.verbs.feedback import request_feedback
from workflows.verbs.holds import end_hold
from workflows.verbs.intake import register_report
from workflows.verbs.people import name_liaison
from workflows.verbs.reviews import review_breach
from workflows.verbs.supplements import supplement

YEAR = timedelta(days=365)
REPORTS = 250
SEED = 20
#: Every so many breaches one is forgotten for two weeks: its review is late.
FORGOTTEN = 12
FORGOTTEN_FOR = timedelta(days=14)
#: The last days that are as in life, whatever is seldom done before.
DAILY = timedelta(days=30)
#: Breaches of the last days wait for their review when the demo begins.
UNREVIEWED = timedelta(days=3)


class History:
    """A year of reports, made by the product's own verbs with its clock moved."""

    def __init__(self, people: People, end: datetime, *, reports: int = REPORTS, seed: int = SEED) -> None:
        self.rng = Random(seed)  # noqa: S311 - the same town every time, not a secret
        self.stage = Stage(self.rng, people, end, now=end - YEAR)
        self.town = Town(self.rng)
        self.reporters = Reporters(self.stage, self.town)
        self.wanted = reports
        self.reports = 0
        self.forgotten_cases: set[UUID] = set()
        self.seen_breaches: dict[UUID, bool] = {}

    def play(self) -> None:
        """Let the year happen; ends with the product's clock standing at its end."""
        for moment in self._moments():
            self.stage.at(moment, self._ordinary)
        for minutes_ago, kind, fate, more in SHOWN:
            self.stage.at(
                self.stage.end - timedelta(minutes=minutes_ago), partial(self._report, kind, fate=fate, **more)
            )
        day = local_date(self.stage.now)
        while day <= local_date(self.stage.end):
            nine_thirty = start_of_local_day(day) + timedelta(hours=9.5)
            self.stage.at(nine_thirty, self._review_round)
            # What the sweep does beside the clocks every few seconds in life; what it said long ago nobody reads.
            if day.weekday() == 0 or local_date(self.stage.end) - day < DAILY:
                self.stage.at(nine_thirty, partial(sweep, nine_thirty, name="seed"))
            day += timedelta(days=1)
        self.stage.play()

    def _moments(self) -> list[datetime]:
        """When the year's reports come in: more on weekdays and in school terms, none while the last ones are staged."""
        span = YEAR - timedelta(hours=30)
        found: list[datetime] = []
        while len(found) < self.wanted:
            moment = self.stage.end - YEAR + self.rng.random() * span
            local = moment.astimezone(STOCKHOLM)
            is_quiet = local.weekday() > 4 or local.month == 7 or not 7 <= local.hour < 22
            if not is_quiet or self.rng.random() < 0.4:
                found.append(moment)
        return sorted(found)

    # --- reports -------------------------------------------------------------------------------------------------

    def _ordinary(self) -> None:
        local = self.stage.now.astimezone(STOCKHOLM)
        at_night = local.weekday() > 4 or not 7 <= local.hour < 19
        weights = (38, 44, 18) if at_night else (84, 12, 4)
        self._report(self.rng.choices(("concern", "arrest", "lob_custody"), weights)[0])

    def _report(self, kind: str, fate: Fate | None = None, **more: Any) -> None:
        """Somebody registers a report of this kind now; its cases go as `fate` says, else as they happen to."""
        special = more.pop("special", "") if fate else self.reporters.special(kind)
        family = self.reporters.family(kind, special)
        body, by = self.reporters.body(kind, family, special)
        cases = self._register(body | more, by)
        stories = [
            self._story(case, kind, by, replace(fate) if fate else draw_fate(self.rng, kind, special)) for case in cases
        ]
        if stories[0].fate.ends:
            endings.play(
                self.stage,
                self.town,
                stories,
                body | more,
                lambda again: [self._story(case, kind, by, Fate()) for case in self._register(again, by)],
            )
            return
        eldest, *others = stories
        if eldest.guardians:
            # One call for all of them: the eldest's story tells it.
            eldest.siblings = others
            for story in others:
                story.fate.reached, story.fate.held = "never", eldest.fate.held
        for case, story in zip(cases, stories, strict=True):
            if story.fate.is_review_forgotten:
                self.forgotten_cases.add(case.pk)
            self._around(case, story, special)
            story.begin()

    def _register(self, body: dict[str, Any], by: str) -> Sequence[Case]:
        self.reports += 1
        return register_report(self.stage.user(by), body, key=f"seed-{self.reports}").cases

    def _story(self, case: Case, kind: str, by: str, fate: Fate) -> Story:
        links = case.child.guardianships.order_by("pk").values_list("guardian_id", flat=True)
        due = Deadline.objects.filter(case=case, kind=Kind.GUARDIAN_CONTACT).values_list("due_at", flat=True)
        return Story(
            stage=self.stage,
            case_id=case.pk,
            number=case.report.number,
            kind=kind,
            notified_at=case.report.notified_at,
            due_at=due.first() or self.stage.now + timedelta(hours=24),
            guardians=list(links),
            fate=fate,
            registrar=by,
        )

    def _around(self, case: Case, story: Story, special: str) -> None:
        """What belongs to some reports only."""
        stage = self.stage
        match special:
            case "unknown":
                kid = self.town.family(local_date(stage.now), youngest=13, oldest=16, kids=1).kids[0]
                stage.at(stage.later(200, 1500), partial(self._identify, story, kid))
            case "no_guardian":
                stage.at(stage.in_office(stage.now, 60, 300), partial(story.give_up, None))
                stage.at(stage.office_days(1, 3), story.tell_child)
            case "caution":
                story.waits = True
                stage.at(stage.later(60, 300), partial(self._answer_caution, story))
        if story.registrar in ("per.holm", "nadia.rask"):
            if self.rng.random() < 0.3:
                stage.at(stage.later(60, 500), partial(self._supplement, story))
            if story.registrar == "per.holm" and self.rng.random() < 0.1:
                stage.at(stage.office_days(0, 2), partial(self._name_liaison, story))
        elif case.report.reporter_type in ("school", "health") and not case.feedback_owed and self.rng.random() < 0.2:
            stage.at(stage.office_days(3, 12), partial(self._ask_later, story))

    def _identify(self, story: Story, kid: Kid) -> None:
        identify_child(
            story._worker(),
            story.case_id,
            identity_number=kid.identity_number,
            given_name=kid.given_name,
            family_name=kid.family_name,
        )
        self.stage.at(self.stage.office_days(1, 2), partial(story.give_up, None))
        self.stage.at(self.stage.office_days(2, 3), story.tell_child)

    def _answer_caution(self, story: Story) -> None:
        if self.rng.random() < 0.5:
            story.hold()
            return
        for hold in Hold.objects.filter(case=story.case_id, provisional=True, ended_at__isnull=True):
            end_hold(self.stage.user(LEADS[INTAKE]), hold.pk, reason=texts.RELEASED)
        story._plan_contact()

    def _supplement(self, story: Story) -> None:
        supplement(
            self.stage.user(story.registrar),
            story.number,
            text=self.rng.choice(texts.SUPPLEMENTS),
            released_at=self.stage.now,
            released_to="Vårdnadshavare" if story.reached_first else "",
        )

    def _name_liaison(self, story: Story) -> None:
        name_liaison(story._worker(), story.case_id, username="nadia.rask")

    def _ask_later(self, story: Story) -> None:
        if Case.objects.filter(report__number=story.number, closed_at__isnull=False).exists():
            return
        request_feedback(story._worker(), story.number)
        self.stage.at(self.stage.in_office(self.stage.now, 20, 120), story.answer)

    # --- reviews -------------------------------------------------------------------------------------------------

    def _review_round(self) -> None:
        """On working mornings supervisors explain what passed; a few breaches are forgotten for two weeks."""
        if not self.stage.is_office_open:
            return
        waiting = Breach.objects.filter(reviewed_at__isnull=True).select_related("case__unit__supervisor")
        waiting = waiting.exclude(kind=Kind.BREACH_REVIEW).order_by(
            "fired_at", "kind", "case__registered_at", "case__ordinal"
        )
        for breach in waiting:
            turn = len(self.seen_breaches) % FORGOTTEN == FORGOTTEN - 1
            is_forgotten = breach.case_id in self.forgotten_cases or self.seen_breaches.setdefault(breach.pk, turn)
            if is_forgotten:
                waits = self.stage.now - breach.fired_at < FORGOTTEN_FOR
            else:
                waits = self.stage.end - breach.fired_at < UNREVIEWED or self.rng.random() < 0.35
            if not waits:
                self._review(breach)

    def _review(self, breach: Breach) -> None:
        cause, action = self.rng.choice(texts.REVIEWS)
        if breach.born:
            cause, action = next(review for review in texts.REVIEWS if review[0] == "late_notice")
        elif (
            breach.kind == Kind.GUARDIAN_CONTACT and breach.deadline.met_at and breach.deadline.met_at <= breach.due_at
        ):
            cause, action = next(review for review in texts.REVIEWS if review[0] == "late_registration")
        lead = breach.case.unit.supervisor
        review_breach(lead, breach.pk, cause=cause, action=action)
        late_reviews = Breach.objects.filter(kind=Kind.BREACH_REVIEW, reviewed_at__isnull=True, deadline__breach=breach)
        for late in late_reviews:
            review_breach(lead, late.pk, cause="no_staff", action="Granskningen blev liggande under semestern.")
