"""Which year has the demo's municipality behind it, and how does it stand there now?"""

from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from random import Random
from typing import Any

from riskzon.localtime import STOCKHOLM, end_of_local_day, local_date, start_of_local_day
from riskzon.models import Case, Hold, ReportKind
from workflows.demo import texts
from workflows.demo.names import Family, Kid, Town
from workflows.demo.people import INTAKE, People
from workflows.demo.stage import Stage
from workflows.demo.stories import LEADS, Fate, Story
from workflows.models import Breach, Deadline, Kind
from workflows.verbs.family import identify_child
from workflows.verbs.feedback import request_feedback
from workflows.verbs.holds import end_hold
from workflows.verbs.intake import register_report
from workflows.verbs.people import name_liaison
from workflows.verbs.reviews import review_breach
from workflows.verbs.supplements import supplement

YEAR = timedelta(days=365)
REPORTS = 245
SEED = 20
#: Every so many breaches one is forgotten for more than a week: its review is late.
FORGOTTEN = 12
#: Breaches of the last days wait for their review when the demo begins.
UNREVIEWED = timedelta(days=3)


class History:
    """A year of reports, made by the product's own verbs with its clock moved."""

    def __init__(self, people: People, end: datetime, seed: int = SEED) -> None:
        self.rng = Random(seed)  # noqa: S311 - the same town every time, not a secret
        self.stage = Stage(self.rng, people, end, now=end - YEAR)
        self.town = Town(self.rng)
        self.families: list[Family] = []
        self.reports = 0
        self.seen_breaches: dict[object, bool] = {}

    def play(self) -> None:
        """Let the year happen; ends with the product's clock standing at its end."""
        for moment in self._moments():
            self.stage.at(moment, self._ordinary)
        for minutes_ago, kind, fate, more in _AT_THE_END:
            self.stage.at(
                self.stage.end - timedelta(minutes=minutes_ago), partial(self._report, kind, fate=fate, **more)
            )
        day = local_date(self.stage.now)
        while day <= local_date(self.stage.end):
            self.stage.at(start_of_local_day(day) + timedelta(hours=9.5), self._review_round)
            day += timedelta(days=1)
        self.stage.play()

    def _moments(self) -> list[datetime]:
        """When the year's reports come in: more on weekdays and in school terms, none while the last ones are staged."""
        span = YEAR - timedelta(hours=30)
        found: list[datetime] = []
        while len(found) < REPORTS:
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
        special = more.pop("special", "") or self._special(kind, fate)
        family = self._family(kind, special)
        body, by = self._body(kind, family, special)
        self.reports += 1
        made = register_report(self.stage.user(by), body | more, key=f"seed-{self.reports}")
        stories = [
            self._story(case, kind, by, replace(fate) if fate else self._fate(kind, special)) for case in made.cases
        ]
        eldest, *others = stories
        if eldest.guardians:
            # One call for all of them: the eldest's story tells it.
            eldest.siblings = others
            for story in others:
                story.fate.reached, story.fate.held = "never", eldest.fate.held
        for case, story in zip(made.cases, stories, strict=True):
            self._around(case, story, special)
            story.begin()

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
        if not Case.objects.filter(report__number=story.number, closed_at__isnull=True).exists():
            return
        request_feedback(story._worker(), story.number)
        self.stage.at(self.stage.in_office(self.stage.now, 20, 120), story.answer)

    # --- what a report says --------------------------------------------------------------------------------------

    def _special(self, kind: str, fate: Fate | None) -> str:
        if fate is not None:
            return ""
        chances = {
            "concern": (("violence", 0.035), ("no_guardian", 0.012), ("protected", 0.02), ("shop", 0.07)),
            "arrest": (("unknown", 0.03), ("caution", 0.08), ("late", 0.05), ("unknown_time", 0.03)),
            "lob_custody": (("late", 0.08),),
        }[kind]
        drawn = self.rng.random()
        for name, chance in chances:
            if drawn < chance:
                return name
            drawn -= chance
        return ""

    def _family(self, kind: str, special: str) -> Family:
        today = local_date(self.stage.now)
        young = (13, 17) if kind != "concern" else (1, 17)
        if special == "no_guardian":
            return replace(self.town.family(today, youngest=14, oldest=16, kids=1), parents=())
        # The first family comes back again and again, others now and then.
        if self.families and not special and self.rng.random() < 0.2:
            again = self.families[0] if self.rng.random() < 0.12 else self.rng.choice(self.families)
            kids = tuple(kid for kid in again.kids if young[0] <= (today - kid.born).days // 365.25 <= 16)
            if kids:
                return replace(again, kids=kids[:1] if kind != "concern" else kids)
        count = None if kind == "concern" else self.rng.choices((1, 2), (94, 6))[0]
        family = self.town.family(
            today, youngest=young[0], oldest=min(young[1], 16 if kind == "concern" else 17), kids=count
        )
        self.families.append(family)
        return family

    def _body(self, kind: str, family: Family, special: str) -> tuple[dict[str, Any], str]:
        """The body of the report, and who registers it."""
        rng, now = self.rng, self.stage.now
        notified = now - self.stage.minutes(3, 50)
        occurred = notified - self.stage.minutes(10, 20 if special == "quick" else 320)
        if special == "late":
            notified = now - self.stage.minutes(10, 60)
            occurred = notified - self.stage.minutes(25 * 60, 74 * 60)
        kids = [self._child(kid, family, special) for kid in family.kids]
        at_night = not self.stage.is_office_open
        if kind == ReportKind.CONCERN:
            reporter_type, organisation, text = rng.choice(texts.CONCERNS)
            by = "jour.vakt" if at_night else rng.choice(("karin.ek", "omar.nyman"))
            if special == "shop":
                organisation, text = rng.choice(texts.SHOPS)
                reporter_type, by = "business", "butik.city"
            elif special == "violence":
                text = texts.VIOLENCE
            elif reporter_type == "police":
                by = rng.choice(("per.holm", "nadia.rask"))
            anonymous = reporter_type == "private" and rng.random() < 0.4
        else:
            reporter_type, organisation, anonymous = "police", "Polisen", False
            text = rng.choice(texts.ARRESTS if kind == ReportKind.ARREST else texts.LOB)
            by = rng.choice(("per.holm", "per.holm", "nadia.rask"))
        reporter: dict[str, Any] = {"type": reporter_type, "organisation": organisation, "anonymous": anonymous}
        if reporter_type == "custodian" and family.parents:
            reporter["name"] = family.parents[0].name
        if reporter_type in ("school", "health", "police", "social_services"):
            reporter["wants_feedback"] = rng.random() < (0.6 if reporter_type == "school" else 0.25)
        body: dict[str, Any] = {
            "kind": kind,
            "notified_at": notified,
            "channel": rng.choice(("phone", "phone", "digital", "letter")) if kind == "concern" else "phone",
            "summary": text,
            "acute_risk": special == "violence" or rng.random() < 0.03,
            "reporter": reporter,
            "children": kids,
        }
        if kind != ReportKind.CONCERN:
            is_unknown = special == "unknown_time"
            body["occurred_at"] = None if is_unknown else occurred
            body["occurred_at_precision"] = "unknown" if is_unknown else rng.choice(("exact", "exact", "approximate"))
        if special == "unknown":
            age = rng.randint(13, 17)
            body["children"] = [{"approximate_age": age, "description": texts.DESCRIPTION, "summary": text}]
        if special == "caution":
            until = end_of_local_day(local_date(now) + timedelta(days=1))
            body["contact_caution"] = {
                "code": Hold.Code.INVESTIGATION,
                "note": "Enligt förundersökningsledaren.",
                "until": until,
            }
        return body, by

    def _child(self, kid: Kid, family: Family, special: str) -> dict[str, Any]:
        return {
            "identity_number": kid.identity_number,
            "given_name": kid.given_name,
            "family_name": kid.family_name,
            "summary": self.rng.choice(texts.NOTES) if self.rng.random() < 0.2 else "",
            "protected_identity": self.rng.choice(("marked", "protected_registration"))
            if special == "protected"
            else "none",
            "home_municipality": "Borås" if self.rng.random() < 0.93 else "Ulricehamn",
            "whereabouts": self.rng.choice(("Hemma", "Polishuset", "Skolan", "")),
            "guardians": [parent.reported() for parent in family.parents],
        }

    def _fate(self, kind: str, special: str) -> Fate:
        rng = self.rng
        reached = rng.choices(("in_time", "late", "recorded_late"), (91, 7, 2) if kind == "arrest" else (93, 5, 2))[0]
        decided = rng.choices(("in_time", "late", "deviation"), (955, 30, 15))[0]
        held = ""
        if special == "violence" or rng.random() < 0.012:
            held = rng.choice(("one", "all"))
        return Fate(
            reached=reached,
            assessed=rng.choices(("in_time", "late"), (955, 45))[0],
            decided=decided,
            held=held,
            hold_review=rng.choices(("in_time", "late"), (85, 15))[0],
            closes_after=rng.choices((rng.randint(25, 115), rng.randint(124, 150)), (94, 6))[0],
            hands_over=rng.random() < 0.65,
            answered=rng.choices(("in_time", "late"), (90, 10))[0],
        )

    # --- reviews -------------------------------------------------------------------------------------------------

    def _review_round(self) -> None:
        """On working mornings supervisors explain what passed; a few breaches are forgotten for more than a week."""
        if not self.stage.is_office_open:
            return
        waiting = Breach.objects.filter(reviewed_at__isnull=True).select_related("case__unit__supervisor")
        waiting = waiting.exclude(kind=Kind.BREACH_REVIEW).order_by(
            "fired_at", "kind", "case__registered_at", "case__ordinal"
        )
        for breach in waiting:
            is_forgotten = self.seen_breaches.setdefault(
                breach.pk, len(self.seen_breaches) % FORGOTTEN == FORGOTTEN - 1
            )
            age = self.stage.now - breach.fired_at
            is_recent = self.stage.end - breach.fired_at < UNREVIEWED
            if (
                is_recent
                or age < timedelta(days=8 if is_forgotten else 0)
                or (not is_forgotten and self.rng.random() < 0.35)
            ):
                continue
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


_STUCK = Fate(reached="never", assessed="in_time", decided="never")
_UNTOUCHED = Fate(reached="never", assessed="never", decided="never")
#: How the demo begins: minutes before the end, kind of report, how it goes, and what else its report says.
_AT_THE_END: list[tuple[int, str, Fate, dict[str, Any]]] = [
    # passed and never reached: the breach is some hours old
    (27 * 60, "arrest", _STUCK, {"special": "quick"}),
    (29 * 60, "concern", _STUCK, {}),
    # never assessed, and passed
    (26 * 60, "concern", replace(_UNTOUCHED), {}),
    # an hour, three hours and a night are left
    (22 * 60, "arrest", _STUCK, {"special": "quick"}),
    (20 * 60 + 30, "lob_custody", _STUCK, {"special": "quick"}),
    (11 * 60, "arrest", _STUCK, {"special": "quick"}),
    # held for all, held for one, and a review that nobody has made
    (20 * 60, "concern", replace(_STUCK, held="all", hold_review="never"), {"special": "violence"}),
    (16 * 60, "concern", replace(_STUCK, held="one", hold_review="never"), {"special": "violence"}),
    (90 * 60, "concern", replace(_STUCK, held="all", hold_review="never", decided="in_time"), {"special": "violence"}),
    # not taken by anybody yet
    (160, "arrest", _UNTOUCHED, {"special": "quick"}),
    (75, "concern", _UNTOUCHED, {}),
    (35, "lob_custody", _UNTOUCHED, {"special": "quick"}),
    # two weeks without an answer, and a reporter who waits
    (int(15.5 * 24 * 60), "concern", Fate(decided="never"), {}),
    (
        10 * 24 * 60,
        "concern",
        Fate(answered="never"),
        {"reporter": {"type": "school", "organisation": "Almskolan", "wants_feedback": True}},
    ),
    (
        3 * 24 * 60,
        "concern",
        Fate(answered="never"),
        {"reporter": {"type": "school", "organisation": "Bokskolan", "wants_feedback": True}},
    ),
    # four months have passed, and will soon
    (130 * 24 * 60, "concern", Fate(closes_after=400), {}),
    (118 * 24 * 60, "arrest", Fate(closes_after=400), {}),
]
