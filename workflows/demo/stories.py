"""What happens with one case, from the first assessment to the end of the investigation?"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from riskzon.errors import Conflict, Unseen
from riskzon.localtime import STOCKHOLM, local_date, start_of_local_day
from riskzon.models import Case, Contact, Disposition, Guardianship, Hold, User
from workflows.demo import texts
from workflows.demo.fates import Fate
from workflows.demo.inquiries import investigate
from workflows.demo.people import INTAKE, NORTH, SOUTH
from workflows.demo.stage import Stage
from workflows.models import Todo
from workflows.verbs.assessment import assess
from workflows.verbs.contacts import inform_child, register_contact, write_off
from workflows.verbs.disposition import dispose, running_investigation
from workflows.verbs.family import change_guardian
from workflows.verbs.feedback import give_feedback
from workflows.verbs.holds import confirm_hold, decide_hold, end_hold, renew_hold
from workflows.verbs.investigations import OUTCOMES, close_investigation
from workflows.verbs.notes import write_note
from workflows.verbs.people import hand_over, take

WORKERS = {INTAKE: ("karin.ek", "omar.nyman"), NORTH: ("lina.dahl",), SOUTH: ("ivar.sjo",)}
LEADS = {INTAKE: "sara.lindh", NORTH: "jonas.falk", SOUTH: "hanna.vide"}
DAY = 24 * 60


@dataclass(repr=False)
class Story:
    """One case on the stage, and the people around it."""

    stage: Stage
    case_id: UUID
    number: str
    kind: str
    notified_at: datetime
    due_at: datetime
    guardians: list[UUID]
    fate: Fate
    registrar: str
    siblings: list["Story"] = field(default_factory=list)
    unit: str = INTAKE
    holds: list[UUID] = field(default_factory=list)
    reached_first: bool = False
    #: The police have asked that nobody is called yet.
    waits: bool = False

    def begin(self) -> None:
        """Put the first days on the stage."""
        stage, fate = self.stage, self.fate
        if fate.assessed != "never":
            late = fate.assessed == "late"
            stage.at(self.notified_at + stage.minutes(25 * 60, 40 * 60) if late else self._soon(20, 200), self.assess)
        if fate.held and not self.waits:
            stage.at(self._soon(60, 300), self.hold)
        if self.guardians and fate.held != "all" and not self.waits:
            self._plan_contact()
        if fate.decided != "never":
            days = {"late": (15, 20), "soon": (0, 1)}.get(fate.decided)
            days = days or ((0, 2) if stage.rng.random() < 0.55 else (2, 11))
            stage.at(stage.office_days(*days), self.decide)
        if stage.rng.random() < 0.15:
            stage.at(stage.office_days(0, 6), self.note)

    # --- the first day -------------------------------------------------------------------------------------------

    def assess(self) -> None:
        stage = self.stage
        by = self._whoever_is_there()
        if stage.is_office_open and stage.rng.random() < 0.3 and Case.objects.filter(pk=self.case_id, assignee=None):
            take(stage.user(by), self.case_id)
        chance = stage.rng.random()
        outcome = "immediate_need" if chance < 0.07 else "reassess" if chance < 0.11 else "no_immediate_need"
        assess(
            stage.user(by),
            self.case_id,
            outcome=outcome,
            at=stage.now,
            note=texts.PROTECTED if outcome == "immediate_need" else texts.ASSESSED,
            reassess_at=stage.now + timedelta(hours=18) if outcome == "reassess" else None,
        )
        if outcome == "reassess":
            stage.at(stage.in_office(stage.now + timedelta(hours=10)), partial(self._assess_again, by))

    def _assess_again(self, by: str) -> None:
        assess(self._worker(), self.case_id, outcome="no_immediate_need", at=self.stage.now, note=texts.ASSESSED)

    def _plan_contact(self) -> None:
        stage = self.stage
        moment = self._first_call()
        if self.fate.reached == "in_time":
            tries = stage.rng.choices((0, 1, 2), (74, 20, 6))[0]
        else:
            tries = stage.rng.choices((1, 2, 3), (30, 45, 25))[0]
        for _ in range(tries):
            stage.at(moment, self.attempt)
            moment += stage.minutes(40, 200)
        match self.fate.reached:
            case "in_time":
                stage.at(moment, self.reach)
            case "late":
                stage.at(self.due_at + stage.minutes(20, 20 * 60), self.reach)
            case "recorded_late":
                stage.at(
                    self.due_at + stage.minutes(60, 15 * 60), partial(self.reach, self.due_at - stage.minutes(60, 300))
                )

    def attempt(self) -> None:
        """Nobody answers; nothing if somebody has been reached already."""
        free = self._free_guardians()
        if self.reached_first or not free:
            return
        outcome = self.stage.rng.choices(("no_answer", "message_left", "wrong_number"), (70, 25, 5))[0]
        self._contact(free[0], outcome)

    def reach(self, spoke_at: datetime | None = None) -> None:
        """The first guardian is reached, for the siblings too; the other guardians and the child follow within days."""
        stage = self.stage
        free = self._free_guardians()
        if not free:
            return
        outcome = "refused" if stage.rng.random() < 0.04 else "reached"
        together = [sibling for sibling in self.siblings if sibling.fate.held == "" and not sibling.holds]
        self._contact(free[0], outcome, spoke_at, together)
        for story in (self, *together):
            story.reached_first = True
            for guardian in free[1:]:
                gone = stage.rng.random() < 0.12
                after = stage.office_days(5, 20) if gone else stage.office_days(0, 3)
                stage.at(after, partial(story.give_up if gone else story.reach_too, guardian))
            stage.at(stage.office_days(0, 4), story.tell_child)
        stage.at(stage.office_days(0, 3), self.check_custody)

    def reach_too(self, guardian: UUID) -> None:
        """One more guardian, about this child alone; nothing while contact with that guardian waits."""
        if guardian in self._free_guardians():
            self._contact(guardian, "reached")

    def check_custody(self) -> None:
        for link in Guardianship.objects.filter(child__cases=self.case_id, is_custodian__isnull=True):
            change_guardian(self._worker(), link.guardian_id, is_custodian=True)

    def give_up(self, guardian: UUID | None) -> None:
        """A guardian is not sought any more; none at all is for the supervisor to decide."""
        user = self._worker() if guardian else self.stage.user(LEADS[self.unit])
        write_off(user, self.case_id, guardian=guardian, reason=texts.GIVEN_UP if guardian else texts.NO_GUARDIAN)

    def tell_child(self) -> None:
        if Todo.objects.filter(case=self.case_id, what=Todo.What.INFORM_CHILD, done_at__isnull=True).exists():
            inform_child(self._worker(), self.case_id, at=self.stage.now)

    # --- holds ---------------------------------------------------------------------------------------------------

    def hold(self) -> None:
        """Contact waits, with one guardian or all; at night Socialjouren decides alone and the supervisor confirms."""
        stage = self.stage
        case = Case.objects.get(pk=self.case_id)
        at_night = not stage.is_office_open and (case.guardian_contact_open or case.assessed_at is None)
        by = stage.user("jour.vakt" if at_night else LEADS[self.unit])
        code = stage.rng.choice((Hold.Code.GUARDIAN_SUSPECT, Hold.Code.HONOUR, Hold.Code.INVESTIGATION))
        until = stage.now + timedelta(hours=stage.rng.choice((24, 48, 72)))
        for guardian in self.guardians[:1] if self.fate.held == "one" else list(self.guardians):
            hold = decide_hold(by, self.case_id, guardian=guardian, code=code, reason=texts.HELD, until=until)
            self.holds.append(hold.pk)
            if at_night:
                stage.at(stage.in_office(stage.now, 30, 60), partial(self._confirm, hold.pk))
            self._plan_review(hold.pk, until)

    def _plan_review(self, hold: UUID, until: datetime) -> None:
        stage = self.stage
        match self.fate.hold_review:
            case "in_time" if stage.rng.random() < 0.4:
                stage.at(until - stage.minutes(60, 240), partial(self.renew, hold))
            case "in_time":
                stage.at(until - stage.minutes(30, 240), partial(self.release, hold))
            case "late":
                stage.at(until + stage.minutes(120, 900), partial(self.release, hold))

    def _confirm(self, hold: UUID) -> None:
        if Hold.objects.filter(pk=hold, ended_at__isnull=False).exists():
            # Renewed or ended before anybody came to confirm it.
            return
        confirm_hold(self.stage.user(LEADS[self.unit]), hold)

    def renew(self, hold: UUID) -> None:
        until = self.stage.now + timedelta(hours=48)
        new = renew_hold(self.stage.user(LEADS[self.unit]), hold, until=until, reason=texts.STILL_HELD)
        self.holds = [new.pk if one == hold else one for one in self.holds]
        self.stage.at(until - self.stage.minutes(60, 300), partial(self.release, new.pk))

    def release(self, hold: UUID) -> None:
        end_hold(self.stage.user(LEADS[self.unit]), hold, reason=texts.RELEASED)
        self.holds.remove(hold)
        if not self.holds:
            self.stage.at(self.stage.later(20, 400), self._reach_after_hold)

    def _reach_after_hold(self) -> None:
        reached = set(Contact.objects.filter(case=self.case_id, counts=True).values_list("guardian_id", flat=True))
        for guardian in self.guardians:
            if guardian not in reached:
                self._contact(guardian, "reached")
        self.reached_first = True
        self.stage.at(self.stage.office_days(0, 2), self.tell_child)

    # --- the investigation ---------------------------------------------------------------------------------------

    def decide(self) -> None:
        stage = self.stage
        if self.fate.decided == "deviation":
            dispose(
                stage.user(LEADS[self.unit]),
                self.case_id,
                disposition=Disposition.DEVIATION,
                reason=texts.DEVIATION,
            )
            self._plan_answer()
            return
        case = Case.objects.select_related("child").get(pk=self.case_id)
        running = running_investigation(case)
        if self.fate.hands_over and case.closed_at is None and running is None:
            receiver = stage.rng.choices((NORTH, SOUTH), (60, 40))[0]
            hand_over(self._worker(), self.case_id, unit=receiver, note=texts.HANDED_OVER)
            self.unit = receiver
        wanted = Disposition.LINKED if running else Disposition.OPENED
        decided = dispose(self._worker(), self.case_id, disposition=wanted)
        self._plan_answer()
        if wanted == Disposition.OPENED:
            worker = stage.user(WORKERS[self.unit][0])
            investigate(
                stage,
                decided.investigation_id,
                number=self.number,
                worker=worker,
                case=self.case_id,
                guardians=self.guardians,
            )
            stage.at(
                stage.office_days(self.fate.closes_after, self.fate.closes_after + 4),
                partial(self.end, decided.investigation_id),
            )

    def _plan_answer(self) -> None:
        days = {"in_time": (0, 5), "late": (8, 12)}.get(self.fate.answered)
        if days and Case.objects.filter(pk=self.case_id, feedback_owed=True).exists():
            self.stage.at(self.stage.office_days(*days), self.answer)

    def answer(self) -> None:
        case = Case.objects.get(pk=self.case_id)
        if not case.feedback_owed:
            return
        running = running_investigation(case)
        if case.disposition == Disposition.DEVIATION:
            fact = "not_opened"
        elif case.disposition == Disposition.LINKED and running:
            fact = "ongoing"
        elif case.disposition:
            fact = "opened"
        elif running:
            fact = "ongoing"
        else:
            return
        give_feedback(self._worker(), self.number, fact=fact)

    def end(self, investigation: UUID) -> None:
        outcome = self.stage.rng.choices(list(OUTCOMES), (45, 30, 15, 4, 0, 0, 6))[0]
        close_investigation(self._worker(), investigation, outcome=outcome, reason=texts.CLOSED)

    def note(self) -> None:
        write_note(self._worker(), self.case_id, text=self.stage.rng.choice(texts.NOTES))

    # --- who and when --------------------------------------------------------------------------------------------

    def _contact(
        self, guardian: UUID, outcome: str, spoke_at: datetime | None = None, together: Sequence["Story"] = ()
    ) -> None:
        call = partial(
            register_contact,
            guardian=guardian,
            at=spoke_at or self.stage.now,
            channel=self.stage.rng.choices(("phone", "visit"), (88, 12))[0],
            outcome=outcome,
        )
        by = self.stage.user(self._whoever_is_there())
        try:
            call(by, self.case_id, also_cases=[story.case_id for story in together])
        except (Unseen, Conflict):
            # Socialjouren's part is over, or one of the siblings has gone another way: the unit calls about each.
            call(self._worker(), self.case_id)
            for story in together:
                self.stage.at(self.stage.in_office(self.stage.now, 10, 60), partial(story.reach_too, guardian))

    def _free_guardians(self) -> list[UUID]:
        if not self.holds:
            return self.guardians
        held = set(Hold.objects.filter(pk__in=self.holds).values_list("guardian_id", flat=True))
        return [guardian for guardian in self.guardians if guardian not in held]

    def _soon(self, low: float, high: float) -> datetime:
        """Some minutes from now: at night a little later, because one person does it all."""
        factor = 1 if self.stage.is_office_open else 1.4
        return self.stage.later(low * factor, high * factor)

    def _first_call(self) -> datetime:
        """Soon; but about a concern nobody is woken at night."""
        moment = self._soon(30, 420)
        hour = moment.astimezone(STOCKHOLM).hour
        if self.kind == "concern" and not 8 <= hour < 21:
            morning = local_date(moment) + timedelta(days=hour >= 21)
            moment = start_of_local_day(morning) + timedelta(hours=8) + self.stage.minutes(5, 150)
        return moment

    def _worker(self) -> User:
        return self.stage.user(self.stage.rng.choice(WORKERS[self.unit]))

    def _whoever_is_there(self) -> str:
        """Somebody of the unit in office hours; at night Socialjouren, while the first days' work is not done."""
        if not self.stage.is_office_open and not self.reached_first:
            return "jour.vakt"
        return self.stage.rng.choice(WORKERS[self.unit])
