"""A new version of a rule or a ladder: the administrator proposes, the head of department answers, the log reviewer is told.

Neither can do it alone: whoever proposes never confirms (also held by the database), and nothing that is only proposed is
ever asked when a deadline is set. A confirmed version holds from the moment that was proposed, or where that has passed
from a minute after the confirmation: what is being registered just then has read the rules that held. Running deadlines
keep their limit and their ladder.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from notifications.outbox import tell
from riskzon import audit
from riskzon.doors import register, unseen
from riskzon.errors import Conflict, Invalid, Unseen
from riskzon.localtime import local_date
from riskzon.matrix import Place, has
from riskzon.models import AuditAction, Role, User
from workflows.lawful import Faults, RungSpec, Track, ladder_faults, rule_faults
from workflows.models import DeadlineRule, Kind, RuleChange, Rung
from workflows.reach import at_limit, holes
from workflows.rules import Rulebook

#: The shortest time from a confirmation to the moment at which the version holds.
LEAD = timedelta(minutes=1)
FARTHEST = timedelta(days=5 * 365)


def propose_rule(
    user: User,
    track: Track,
    *,
    length: str,
    amount: int,
    ground: str,
    reason: str,
    enabled: bool = True,
    valid_from: datetime | None = None,
) -> RuleChange:
    """Propose how long one clock runs from `valid_from` (UTC; None: from now) on. Only the administrator; else Unseen.

    Invalid names the field: longer than the law allows, no ground, no reason, nothing new. Conflict: a proposal waits.
    """
    content: dict[str, Any] = {"length": length, "amount": amount, "enabled": enabled}
    with _proposing(user) as now:
        since = _since(valid_from, now)
        _require(ground, reason, rule_faults(track, first=local_date(since), **content))
        held = Rulebook.read().rule(track.kind, track.report_kind, since)
        if held is not None and enabled and (held.length, held.amount, held.ground) == (length, amount, ground.strip()):
            raise Invalid.field("amount", _("Det är samma regel som redan gäller då."))
        if held is None and not enabled:
            raise Invalid.field("enabled", _("Fristen är redan avstängd då."))
        return _propose(user, RuleChange.What.RULE, track, content, ground, reason, since, now)


def propose_ladder(
    user: User,
    kind: Kind,
    *,
    rungs: Sequence[RungSpec],
    ground: str,
    reason: str,
    valid_from: datetime | None = None,
) -> RuleChange:
    """Propose who is told when about one kind of clock from `valid_from` (UTC; None: from now) on; as `propose_rule`.

    Invalid also where the step at the limit would reach nobody at some hour although the present ladder reaches somebody.
    """
    with _proposing(user) as now:
        since = _since(valid_from, now)
        book = Rulebook.read()
        present = present_ladder(book, kind, now)
        _require(
            ground,
            reason,
            [*ladder_faults(kind, rungs, rules_of(book, kind, since)), *_silence(kind, rungs, present, now)],
        )
        if set(rungs) == set(present_ladder(book, kind, since)):
            raise Invalid.field("", _("Det är samma trappa som redan gäller då."))
        content = {"rungs": [rung.as_json() for rung in rungs]}
        return _propose(user, RuleChange.What.LADDER, Track(kind, ""), content, ground, reason, since, now)


def confirm(user: User, change_id: UUID, *, answer: str = "") -> RuleChange:
    """The head of department lets a proposed version hold. Unseen for everybody else, and for what is not there.

    Conflict: it is answered already. Invalid: it may not hold any more, since the roster or the year has changed.
    """
    with _answering(user, change_id, Place.RULES_ANSWER, "confirm") as (change, now):
        change.holds_from = max(change.valid_from, now + LEAD)
        track = Track(Kind(change.kind), change.report_kind)
        if change.what == RuleChange.What.RULE:
            faults = rule_faults(track, first=local_date(change.holds_from), **change.content)
            latest = DeadlineRule.objects.filter(kind=change.kind, report_kind=change.report_kind).aggregate(
                Max("version")
            )
        else:
            book, rungs = Rulebook.read(), rungs_of(change)
            faults = [
                *ladder_faults(track.kind, rungs, rules_of(book, track.kind, change.holds_from)),
                *_silence(track.kind, rungs, present_ladder(book, track.kind, now), now),
            ]
            latest = Rung.objects.filter(kind=change.kind).aggregate(Max("version"))
        if faults:
            raise Invalid(faults)
        change.version = (latest["version__max"] or 0) + 1
        _write(change)
        _answer(change, RuleChange.State.CONFIRMED, user, answer, now)
        _tell("rule_confirmed", change, [change.proposed_by_id, *_people(Role.LOG_REVIEWER)], now, change.holds_from)
    return change


def refuse(user: User, change_id: UUID, *, answer: str) -> RuleChange:
    """The head of department says no, and why. As `confirm`; Invalid without a reason."""
    with _answering(user, change_id, Place.RULES_ANSWER, "refuse") as (change, now):
        if not answer.strip():
            raise Invalid.field("answer", _("Skriv varför förslaget avslås."))
        _answer(change, RuleChange.State.REFUSED, user, answer, now)
        _tell("rule_refused", change, [change.proposed_by_id, *_people(Role.LOG_REVIEWER)], now)
    return change


def withdraw(user: User, change_id: UUID) -> RuleChange:
    """Whoever proposed it takes it back, as long as nobody has answered. Unseen for everybody else."""
    with _answering(user, change_id, Place.RULES_PROPOSE, "withdraw") as (change, now):
        if change.proposed_by_id != user.pk:
            raise Unseen
        _answer(change, RuleChange.State.WITHDRAWN, user, "", now)
        _tell("rule_withdrawn", change, [*_people(Role.HEAD), *_people(Role.LOG_REVIEWER)], now)
    return change


def rungs_of(change: RuleChange) -> list[RungSpec]:
    """The rungs of a proposed ladder."""
    return [RungSpec.of(said) for said in change.content["rungs"]]


def present_ladder(book: Rulebook, kind: Kind, at: datetime) -> list[RungSpec]:
    """The rungs that hold at `at`, in the order in which they come."""
    return [RungSpec.of(rung) for rung in book.ladder(kind, at)]


def rules_of(book: Rulebook, kind: Kind, at: datetime) -> list[DeadlineRule]:
    """The rules of one kind that hold at `at`, for whatever kind of report."""
    reports = {rule.report_kind for rule in book.rules if rule.kind == kind}
    return [rule for report in sorted(reports) if (rule := book.rule(kind, report, at)) is not None]


def _write(change: RuleChange) -> None:
    version, since = change.version or 1, change.holds_from
    if since is None:
        raise ValueError("a version holds from a moment")
    if change.what == RuleChange.What.RULE:
        DeadlineRule.objects.create(
            kind=change.kind,
            report_kind=change.report_kind,
            length=change.content["length"],
            amount=change.content["amount"],
            enabled=change.content["enabled"],
            ground=change.ground,
            version=version,
            valid_from=since,
        )
        return
    Rung.objects.bulk_create(
        Rung(
            kind=change.kind,
            key=rung.key,
            anchor=rung.anchor,
            offset_seconds=rung.seconds,
            recipients=list(rung.recipients),
            condition=rung.condition,
            version=version,
            valid_from=since,
        )
        for rung in rungs_of(change)
    )


@contextmanager
def _proposing(user: User) -> Iterator[datetime]:
    try:
        if not has(user, Place.RULES_PROPOSE):
            raise Unseen
        with register(user) as now:
            yield now
    except Unseen as refusal:
        raise unseen(user, "rules.propose") from refusal


@contextmanager
def _answering(user: User, change_id: UUID, place: Place, what: str) -> Iterator[tuple[RuleChange, datetime]]:
    """The locked change that waits, for who has this place; the act is logged."""
    try:
        if not has(user, place):
            raise Unseen
        with register(user) as now:
            change = RuleChange.objects.select_for_update(no_key=True).filter(pk=change_id).first()
            if change is None or (what != "withdraw" and change.proposed_by_id == user.pk):
                raise Unseen
            if change.state != RuleChange.State.WAITING:
                raise Conflict(_("Förslaget är redan besvarat eller tillbakadraget."))
            yield change, now
            _log(user, what, change, now)
    except Unseen as refusal:
        raise unseen(user, f"rules.{what}") from refusal


def _since(valid_from: datetime | None, now: datetime) -> datetime:
    if valid_from is None or valid_from == now.replace(second=0, microsecond=0):
        return now
    if not now <= valid_from <= now + FARTHEST:
        raise Invalid.field("valid_from", _("Ange en tid från nu och högst fem år fram."))
    return valid_from


def _require(ground: str, reason: str, faults: Faults) -> None:
    errors = list(faults)
    if not ground.strip():
        errors.append(("ground", _("Skriv vilket lagrum eller beslut regeln vilar på.")))
    if not reason.strip():
        errors.append(("reason", _("Skriv varför regeln ändras.")))
    if errors:
        raise Invalid(errors)


def _silence(kind: Kind, rungs: Sequence[RungSpec], present: Sequence[RungSpec], now: datetime) -> Faults:
    if not all(rung.recipients for rung in rungs) or not at_limit(holes(kind, rungs, present, now)):
        return []
    return [("breach", _("När fristen går ut skulle ingen som är på plats få veta det. Se luckorna och välj fler."))]


def _propose(
    user: User,
    what: RuleChange.What,
    track: Track,
    content: dict[str, Any],
    ground: str,
    reason: str,
    since: datetime,
    now: datetime,
) -> RuleChange:
    try:
        with transaction.atomic():
            change = RuleChange.objects.create(
                what=what,
                kind=track.kind,
                report_kind=track.report_kind,
                content=content,
                ground=ground.strip(),
                reason=reason.strip(),
                valid_from=since,
                proposed_at=now,
                proposed_by=user,
            )
    except IntegrityError as error:
        if "one_change_waits" not in str(error):
            raise
        raise Conflict(_("Ett förslag väntar redan på verksamhetschefen. Dra tillbaka det först.")) from error
    kind = "rule_proposed" if what == RuleChange.What.RULE else "ladder_proposed"
    _tell(kind, change, [*_people(Role.HEAD), *_people(Role.LOG_REVIEWER)], now, since)
    _log(user, "propose", change, now)
    return change


def _answer(change: RuleChange, state: RuleChange.State, user: User, answer: str, now: datetime) -> None:
    change.state, change.answer = state, answer.strip()
    change.answered_at, change.answered_by = now, user
    change.save(update_fields=["state", "answer", "answered_at", "answered_by", "version", "holds_from"])


def _tell(kind: str, change: RuleChange, to: Iterable[UUID], now: datetime, at: datetime | None = None) -> None:
    facts = {"deadline": change.kind} | ({"at": at.isoformat()} if at else {})
    tell(kind, to=to, key=f"{change.pk}:{kind}", now=now, facts=facts)


def _people(role: Role) -> list[UUID]:
    return list(User.objects.filter(role=role, is_active=True).order_by("pk").values_list("pk", flat=True))


def _log(user: User, what: str, change: RuleChange, now: datetime) -> None:
    about = {"change": str(change.pk), "of": change.what, "kind": change.kind, "report_kind": change.report_kind}
    audit.record(AuditAction.CHANGE, by=user, now=now, what=f"rules.{what}", detail=about)
