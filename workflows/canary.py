"""Does an hour pass in which a report would not become a mail? Tried by one that is made up, each hour, from end to end.

Two halves, so that nothing of it can ever stand in a list, a figure or the series of numbers. First a made-up report goes
through intake, case, clocks, firing and outbox by the very functions that real ones go through, against the database's
own guards, in a transaction that is undone: nobody ever sees it, and its number is given to the next report. Then, five
minutes later, a dispatcher's sweep puts a message of the canary's own into the outbox, which the relay sends like any
other, to a technical account. What is not tried: that the sweep claims a deadline's row (the auditor looks for overdue
ones itself), SMS, and what a mail server does with a mail that it has taken.

The real clock alone counts here. The auditor judges what became of each.
"""

from datetime import timedelta
from functools import partial

import structlog
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import connection, transaction
from django.db.models.functions import Now

from notifications.kinds_of_the_house import CANARY
from notifications.models import Message
from notifications.outbox import tell
from riskzon import clock, narrow
from riskzon.localtime import local_date
from riskzon.models import CANARY_USERNAME, Canary, Case, Role, User
from riskzon.narrow import Part
from workflows.firing import fire
from workflows.ladder import BREACH
from workflows.models import Breach, Deadline, DeadlineEvent
from workflows.recipients import Directory
from workflows.verbs.intake import register_report

log = structlog.get_logger()

EVERY = timedelta(hours=1)
DUE_AFTER = timedelta(minutes=5)
#: For how long one is kept.
KEPT = timedelta(days=14)
#: Codes of `Canary.rehearsal`: under way, and not to be had where no unit takes reports yet.
BEGUN, NO_INTAKE = "begun", "no_intake"


def keep() -> Canary | None:
    """Make the hour's canary if none has been made; returns it. Any number of dispatchers may ask, at any time."""
    _account()
    made = narrow.turn(Part.WORK, _begin)
    if made is None:
        return None
    # Written before and after: one whose process dies in between has failed.
    # Twice before it counts: somebody may have held the series of numbers just then.
    made.rehearsal = rehearse() and rehearse()
    narrow.turn(Part.WORK, lambda: Canary.objects.filter(pk=made.pk).update(rehearsal=made.rehearsal))
    return made


def _begin() -> Canary | None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended('riskzon canary', 0))")
        if not cursor.fetchone()[0] or Canary.objects.filter(made_at__gt=Now() - EVERY).exists():
            return None
        _forget_old()
        return Canary.objects.create(due_at=Now() + DUE_AFTER, rehearsal=BEGUN)


def fire_due() -> int:
    """Send off what is due, once each; returns how many. One question to an empty index where nothing is."""
    with transaction.atomic():
        due = list(Canary.objects.select_for_update(skip_locked=True).filter(fired_at=None, due_at__lte=Now()))
        for canary in due:
            tell(CANARY, to=[_account()], key=f"canary:{canary.pk}", now=clock.now())
        Canary.objects.filter(pk__in=[canary.pk for canary in due]).update(fired_at=Now())
    return len(due)


def rehearse() -> str:
    """Let a made-up report come in and its first limit pass, and undo it all; "" if it told somebody, else a code."""
    try:
        with transaction.atomic():
            if Directory.read(clock.now()).staff.intake is None:
                return NO_INTAKE
            account = _account()
            with connection.cursor() as cursor:
                cursor.execute("SELECT set_config('statement_timeout', '10s', true)")
            code = _play(account)
            transaction.set_rollback(True)
    except Exception as problem:  # whatever goes wrong here would go wrong for a child, and is told as that
        # Never the problem's own words, which may quote a row.
        log.error("rehearsal_failed", error=type(problem).__name__)
        return type(problem).__name__
    return code


def _play(account: User) -> str:
    now = clock.now()
    child = {
        "birth_date": local_date(now - timedelta(days=4000)),
        "given_name": "Prov",
        "family_name": "Kanariefågel",
        "guardians": [{"name": "Prov Kanariefågel", "relation": "mother", "is_custodian": True}],
    }
    came_in = register_report(account, {"kind": "concern", "notified_at": now, "children": [child]}, key=str(now))
    if not came_in.report.number:
        return "no_number"
    case = Case.objects.get(report=came_in.report)
    first = (
        Deadline.objects.select_for_update(of=("self",), no_key=True)
        .filter(case=case)
        .select_related("case__child")
        .order_by("due_at", "kind")
        .first()
    )
    if first is None:
        return "no_deadline"
    # As the sweep does it: a right that lacks there ends the rehearsal, and is told.
    narrow.turn(Part.WORK, partial(fire, [first], now=first.due_at + timedelta(seconds=1)))
    told = DeadlineEvent.objects.filter(deadline=first, step=BREACH).values_list("told", flat=True).first()
    if told is None or not Breach.objects.filter(deadline=first).exists():
        return "no_breach"
    # Where no person is there to be told the roster is what is wrong, and is told as that.
    if told and not Message.objects.filter(case=case, key=f"{first.pk}:{BREACH}").exists():
        return "no_message"
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    return ""


def _account() -> User:
    """Whom canaries are addressed to: in the role that sees least, without unit, name or password.

    Made and readdressed by the login: no part that works unseen may do that to an account.
    """
    account, _made = User.objects.defer("password").get_or_create(
        username=CANARY_USERNAME,
        defaults={"role": Role.PARTNER, "email": settings.CANARY_MAIL_TO, "password": make_password(None)},
    )
    if account.email != settings.CANARY_MAIL_TO:
        User.objects.filter(pk=account.pk).update(email=settings.CANARY_MAIL_TO)
        account.email = settings.CANARY_MAIL_TO
    return account


def _forget_old() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT workflows_forget_canaries(%s, %s)", [KEPT, settings.CANARY_MAIL_TO])
