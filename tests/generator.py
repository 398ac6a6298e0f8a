"""What can happen to a municipality? Anything, in any order: random intakes and transitions through the verbs.

Everything follows from the seed. The generator keeps its own books of what was acknowledged, outside the database, so
that a test can compare the two.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from uuid import UUID

from django.db import transaction

from riskzon import clock
from riskzon.errors import Invalid, Refused
from riskzon.localtime import local_date
from riskzon.models import Case, EndProposal, Hold, Report, User
from workflows.demo.names import Family, Kid, Town
from workflows.demo.people import DUTY, INTAKE, NORTH, SOUTH, People
from workflows.ends import WAITING
from workflows.models import Breach
from workflows.proposed_end import Wanted
from workflows.sweep import sweep
from workflows.verbs.assessment import assess
from workflows.verbs.contacts import inform_child, register_contact, write_off
from workflows.verbs.disposition import dispose, running_investigation
from workflows.verbs.ends import confirm_end, propose_end, refuse_end
from workflows.verbs.family import add_guardian, identify_child
from workflows.verbs.feedback import give_feedback, request_feedback
from workflows.verbs.holds import confirm_hold, decide_hold, end_hold, renew_hold
from workflows.verbs.intake import register_report
from workflows.verbs.notes import write_note
from workflows.verbs.people import assign, hand_over, name_liaison, take
from workflows.verbs.reviews import review_breach
from workflows.verbs.supplements import supplement

STAFF = {
    INTAKE: ("karin.ek", "omar.nyman", "sara.lindh"),
    NORTH: ("lina.dahl", "jonas.falk"),
    SOUTH: ("ivar.sjo", "hanna.vide"),
    DUTY: ("jour.vakt",),
}
LEADS = {INTAKE: "sara.lindh", NORTH: "jonas.falk", SOUTH: "hanna.vide"}
#: So many cases are worked with at a time; older ones are forgotten half way, as happens.
POOL = 80
START = datetime(2026, 9, 1, 6, tzinfo=UTC)


@dataclass
class Live:
    """One case that the generator works with, as it knows it."""

    id: UUID
    number: str
    guardians: list[UUID]
    kid: Kid | None
    unit: str = INTAKE


@dataclass
class Books:
    """What was acknowledged, and what was refused, by kind."""

    done: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    numbers: list[str] = field(default_factory=list)
    cases: set[UUID] = field(default_factory=set)


class Undone(Exception):
    """Raised to roll a finished registration back."""


class Generator:
    """Random work by random people, with time passing and dispatchers that are sometimes late."""

    def __init__(self, seed: int, people: People, start: datetime = START) -> None:
        self.rng = Random(seed)
        self.people = people
        self.now = start
        self.town = Town(self.rng)
        self.books = Books()
        self.pool: list[Live] = []
        self.families: list[Family] = []
        self.keys = 0
        self.acts: list[tuple[int, Callable[[], bool]]] = [
            (20, self.intake),
            (2, self.intake_repeated),
            (2, self.intake_undone),
            (2, self.intake_refused),
            (22, self.contact),
            (12, self.protect),
            (12, self.decide),
            (5, self.tell_child),
            (4, self.give_up_guardian),
            (4, self.review),
            (3, self.hold),
            (3, self.change_hold),
            (3, self.answer),
            (2, self.ask),
            (2, self.move),
            (4, self.staff),
            (3, self.propose_other_end),
            (3, self.answer_other_end),
            (2, self.complete),
            (2, self.write),
        ]
        clock.stand_still(start)

    def run(self, steps: int) -> Books:
        """Go on until `steps` things have been done; refusals do not count. Ends with everything swept."""
        weights = [weight for weight, _act in self.acts]
        wanted = self.books.done.total() + steps
        while self.books.done.total() < wanted:
            self.pass_time()
            act = self.rng.choices(self.acts, weights)[0][1]
            try:
                done = act()
            except Refused as refusal:
                self.books.refused[f"{act.__name__}: {type(refusal).__name__}"] += 1
                continue
            if done:
                self.books.done[act.__name__] += 1
        sweep(self.now)
        return self.books

    def pass_time(self) -> None:
        self.now += timedelta(seconds=round(self.rng.expovariate(1 / 400)))
        clock.stand_still(self.now)
        if self.rng.random() < 0.2:
            sweep(self.now)

    def user(self, name: str) -> User:
        return self.people.users[name]

    def worker(self, live: Live) -> User:
        return self.user(self.rng.choice(STAFF[live.unit]))

    @contextmanager
    def one(self) -> Iterator[Live | None]:
        """A case to work with, and what its closing means for the pool."""
        live = self.rng.choice(self.pool) if self.pool else None
        yield live
        if live and Case.objects.filter(pk=live.id, closed_at__isnull=False).exists():
            self.pool.remove(live)

    # --- intake --------------------------------------------------------------------------------------------------

    def intake(self) -> bool:
        self.keys += 1
        user, family, body = self.body()
        made = register_report(user, body, key=f"key-{self.keys}")
        self.books.numbers.append(made.report.number)
        self.families.append(family)
        for case, kid in zip(made.cases, [*family.kids, *[None] * len(made.cases)], strict=False):
            self.books.cases.add(case.pk)
            links = case.child.guardianships.order_by("pk").values_list("guardian_id", flat=True)
            self.pool.append(Live(case.pk, made.report.number, list(links), kid))
        while len(self.pool) > POOL:
            self.pool.pop(self.rng.randrange(len(self.pool) // 2))
        return True

    def intake_repeated(self) -> bool:
        self.keys += 1
        user, _family, body = self.body()
        first = register_report(user, body, key=f"key-{self.keys}")
        again = register_report(user, body, key=f"key-{self.keys}")
        assert again.repeated
        assert again.report.number == first.report.number
        self.books.numbers.append(first.report.number)
        self.books.cases.update(case.pk for case in first.cases)
        return True

    def intake_undone(self) -> bool:
        self.keys += 1
        user, _family, body = self.body()
        try:
            with transaction.atomic():
                register_report(user, body, key=f"key-{self.keys}")
                raise Undone
        except Undone:
            return True

    def intake_refused(self) -> bool:
        self.keys += 1
        user, _family, body = self.body()
        try:
            register_report(user, body | {"notified_at": self.now + timedelta(hours=2)}, key=f"key-{self.keys}")
        except Invalid:
            return True
        raise AssertionError("a report from the future was accepted")

    def body(self) -> tuple[User, Family, dict[str, object]]:
        """Somebody who may register it, the family, and the body of a report."""
        rng = self.rng
        if self.families and rng.random() < 0.25:
            family = rng.choice(self.families)
        else:
            family = self.town.family(local_date(self.now), oldest=16)
        kind = rng.choices(("concern", "arrest", "lob_custody"), (60, 28, 12))[0]
        notified = self.now - timedelta(minutes=rng.choices((rng.randint(0, 90), rng.randint(1400, 3000)), (95, 5))[0])
        occurred = notified - timedelta(
            minutes=rng.choices((rng.randint(1, 300), rng.randint(1300, 1500)), (90, 10))[0]
        )
        mandated = rng.choice(("police", "school", "health", "social_services", "security_officer"))
        reporter_type = mandated if kind != "concern" or rng.random() < 0.7 else rng.choice(("private", "business"))
        body: dict[str, object] = {
            "kind": kind,
            "notified_at": notified,
            "channel": rng.choice(("phone", "letter", "digital", "protocol")),
            "summary": "Slumpad händelse.",
            "reporter": {"type": reporter_type, "wants_feedback": reporter_type == mandated and rng.random() < 0.4},
            "children": self.children(family, kind),
        }
        if kind != "concern":
            unknown = rng.random() < 0.05
            body["occurred_at"] = None if unknown else occurred
            body["occurred_at_precision"] = "unknown" if unknown else "exact"
        if rng.random() < 0.06:
            body["contact_caution"] = {
                "code": rng.choice(Hold.Code.values),
                "note": "Vänta.",
                "until": self.now + timedelta(hours=rng.randint(1, 70)),
            }
        names = ("per.holm", "nadia.rask") if kind != "concern" else ("karin.ek", "omar.nyman", "jour.vakt", "per.holm")
        return self.user(rng.choice(names)), family, body

    def children(self, family: Family, kind: str) -> list[dict[str, object]]:
        rng = self.rng
        if rng.random() < 0.04:
            return [{"approximate_age": rng.randint(5, 17), "description": "Grön jacka, vill inte säga sitt namn."}]
        kids = family.kids if rng.random() < 0.6 and kind == "concern" else family.kids[:1]
        parents = [] if rng.random() < 0.05 else [parent.reported() for parent in family.parents]
        return [
            {
                "identity_number": kid.identity_number,
                "given_name": kid.given_name,
                "family_name": kid.family_name,
                "summary": "Slumpad text.",
                "guardians": parents,
            }
            for kid in kids
        ]

    # --- the first days ------------------------------------------------------------------------------------------

    def contact(self) -> bool:
        with self.one() as live:
            if live is None or not live.guardians:
                return False
            register_contact(
                self.worker(live),
                live.id,
                guardian=self.rng.choice(live.guardians),
                at=self.now - timedelta(minutes=self.rng.choice((0, 1, 5, 60, 600))),
                channel=self.rng.choice(("phone", "visit")),
                outcome=self.rng.choices(
                    ("reached", "refused", "no_answer", "message_left", "wrong_number"), (60, 5, 20, 10, 5)
                )[0],
                initiated_by=self.rng.choices(("staff", "guardian"), (95, 5))[0],
                also_cases=[other.id for other in self.pool if other.number == live.number and other is not live],
            )
        return True

    def protect(self) -> bool:
        with self.one() as live:
            if live is None:
                return False
            outcome = self.rng.choices(("no_immediate_need", "immediate_need", "reassess"), (80, 12, 8))[0]
            assess(
                self.worker(live),
                live.id,
                outcome=outcome,
                at=self.now,
                note="Bedömt.",
                reassess_at=self.now + timedelta(hours=20) if outcome == "reassess" else None,
            )
        return True

    def decide(self) -> bool:
        with self.one() as live:
            if live is None:
                return False
            case = Case.objects.get(pk=live.id)
            if case.disposition:
                return False
            if self.rng.random() < 0.05:
                dispose(self.user(LEADS[live.unit]), live.id, disposition="deviation", reason="Skäl.")
            else:
                wanted = "linked" if running_investigation(case) else "opened"
                dispose(self.worker(live), live.id, disposition=wanted)
        return True

    def propose_other_end(self) -> bool:
        with self.one() as live:
            if live is None:
                return False
            wanted = self.rng.choice(
                (
                    Wanted("transferred", "Bor där.", municipality="Ulricehamn", recipient="Ulla"),
                    Wanted("void", "Ingen vet.", "not_identified"),
                    Wanted("void", "Är 19 år.", "adult", recipient="Vuxna"),
                    Wanted("void", "Två gånger.", "duplicate", duplicate_of=self.rng.choice(self.pool).number),
                    Wanted("void", "Fel namn.", "wrong_person", replaced_by=str(self.rng.choice(self.pool).id)),
                )
            )
            propose_end(self.worker(live), live.id, wanted)
        return True

    def answer_other_end(self) -> bool:
        waiting = EndProposal.objects.filter(WAITING).order_by("proposed_at", "case__registered_at").first()
        if waiting is None:
            return False
        by = self.user(self.rng.choice(STAFF[waiting.case.unit.slug]))
        if self.rng.random() < 0.3:
            refuse_end(by, waiting.case_id, reason="Nej.")
            return True
        confirm_end(by, waiting.case_id)
        self.pool = [live for live in self.pool if live.id != waiting.case_id]
        return True

    def tell_child(self) -> bool:
        with self.one() as live:
            if live is None or not Case.objects.filter(pk=live.id, todos__what="inform_child").exists():
                return False
            inform_child(self.worker(live), live.id, at=self.now)
        return True

    def give_up_guardian(self) -> bool:
        with self.one() as live:
            if live is None:
                return False
            if live.guardians:
                write_off(self.worker(live), live.id, guardian=self.rng.choice(live.guardians), reason="Utomlands.")
            else:
                write_off(self.user(LEADS[live.unit]), live.id, guardian=None, reason="Ingen finns i landet.")
        return True

    def review(self) -> bool:
        breach = Breach.objects.filter(reviewed_at__isnull=True).order_by("due_at", "kind", "case__report").first()
        if breach is None:
            return False
        lead = breach.case.unit.supervisor
        review_breach(lead, breach.pk, cause=self.rng.choice(Breach.Cause.values), action="Pratat igenom.")
        return True

    # --- holds ---------------------------------------------------------------------------------------------------

    def hold(self) -> bool:
        with self.one() as live:
            if live is None or not live.guardians:
                return False
            by = LEADS[live.unit] if self.rng.random() < 0.7 else "jour.vakt"
            for guardian in live.guardians if self.rng.random() < 0.5 else live.guardians[:1]:
                decide_hold(
                    self.user(by),
                    live.id,
                    guardian=guardian,
                    code=self.rng.choice(Hold.Code.values),
                    reason="Samråd väntar.",
                    until=self.now + timedelta(hours=self.rng.randint(1, 71)),
                )
        return True

    def change_hold(self) -> bool:
        hold = Hold.objects.filter(ended_at__isnull=True).order_by("until", "decided_at").first()
        if hold is None:
            return False
        lead = hold.case.unit.supervisor
        if hold.needs_confirmation and hold.confirmed_at is None:
            confirm_hold(lead, hold.pk)
        elif not hold.provisional and self.rng.random() < 0.3:
            renew_hold(lead, hold.pk, until=self.now + timedelta(hours=48), reason="Samrådet är inte klart.")
        else:
            end_hold(lead, hold.pk, reason="Samrådet är klart.")
        return True

    # --- the rest ------------------------------------------------------------------------------------------------

    def ask(self) -> bool:
        with self.one() as live:
            if live is None or not Report.objects.filter(number=live.number, reporter_type__in=["police", "school"]):
                return False
            request_feedback(self.worker(live), live.number)
        return True

    def answer(self) -> bool:
        with self.one() as live:
            case = live and Case.objects.filter(pk=live.id, feedback_owed=True).first()
            if not live or not case:
                return False
            give_feedback(self.worker(live), live.number, fact="ongoing" if not case.disposition else "opened")
        return True

    def move(self) -> bool:
        with self.one() as live:
            if live is None:
                return False
            unit = self.rng.choice([slug for slug in (INTAKE, NORTH, SOUTH) if slug != live.unit])
            hand_over(self.worker(live), live.id, unit=unit, note="Hör till er.")
            live.unit = unit
        return True

    def staff(self) -> bool:
        with self.one() as live:
            if live is None:
                return False
            match self.rng.randrange(3):
                case 0:
                    take(self.worker(live), live.id)
                case 1:
                    assign(self.user(LEADS[live.unit]), live.id, username=self.rng.choice(STAFF[live.unit]))
                case _:
                    name_liaison(self.worker(live), live.id, username="nadia.rask")
        return True

    def complete(self) -> bool:
        with self.one() as live:
            if live is None:
                return False
            family = self.town.family(local_date(self.now), oldest=16, kids=1)
            if live.kid is None:
                kid = family.kids[0]
                identify_child(self.worker(live), live.id, identity_number=kid.identity_number, given_name="Känd")
                live.kid = kid
            else:
                live.guardians.append(add_guardian(self.worker(live), live.id, **family.parents[0].reported()).pk)
        return True

    def write(self) -> bool:
        with self.one() as live:
            if live is None:
                return False
            if self.rng.random() < 0.5:
                write_note(self.worker(live), live.id, text="Antecknat.")
            else:
                supplement(self.worker(live), live.number, text="Ett tillägg.", released_at=self.now)
        return True
