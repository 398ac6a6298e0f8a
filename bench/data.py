"""Cases by the hundred thousand, written by the database itself: what the product would have after some years."""

from uuid import UUID

from django.contrib.auth.models import Group
from django.db import connection, transaction

from riskzon.models import Case, Unit, User
from workflows.demo.people import ensure_people
from workflows.models import Deadline, DeadlineRule, Kind

UNITS = 100


def _fast(sql: str, params: list[object]) -> None:
    """Write past the row triggers: they guard what people do, and cost a visit for every row."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(sql, params)


def load_cases(until: int) -> None:
    """Bring the number of open cases up to `until`: spread over a hundred units, the last one's limits the latest."""
    people = ensure_people()
    units = _units()
    first = Case.objects.filter(report__channel="other", summary="bench").count()
    registrar = people.users["karin.ek"].pk
    _fast(
        """
        INSERT INTO riskzon_child (id, identity_number, birth_date, description, given_name, family_name, name_key,
            given_key, protected_identity, home_municipality, whereabouts)
        SELECT md5('child' || n)::uuid, '', (current_date - INTERVAL '14 years')::date + (n %% 2000), '', 'Barn', 'Nummer' || n,
            'nummer' || n || ' barn', 'barn nummer' || n, 'none', '', ''
          FROM generate_series(%s + 1, %s) n
        """,
        [first, until],
    )
    _fast(
        """
        INSERT INTO riskzon_report (id, number, year, kind, occurred_at_precision, notified_at, registered_at,
            registered_by_id, channel, summary, acute_risk, reporter_type, reporter_name, reporter_organisation,
            reporter_anonymous, feedback_fact, raw)
        SELECT md5('report' || n)::uuid, '20' || lpad((10 + n / 900000)::text, 2, '0') || '-'
            || lpad((n %% 900000)::text, 6, '0'), 2010, 'concern', 'exact', now(), now(), %s, 'other', '', false, '', '',
            '', false, '', '{}'
          FROM generate_series(%s + 1, %s) n
        """,
        [registrar, first, until],
    )
    _fast(
        """
        INSERT INTO riskzon_case (id, report_id, ordinal, child_id, summary, as_reported, unit_id, registered_at,
            guardian_contact_open, feedback_owed, next_due_at, disposition, disposition_reason)
        SELECT md5('case' || n)::uuid, md5('report' || n)::uuid, 1, md5('child' || n)::uuid, 'bench', '{}',
            (%s::uuid[])[1 + n %% %s], now(), true, false,
            now() + CASE WHEN n %% %s = %s - 1 THEN INTERVAL '900 days' ELSE INTERVAL '0' END
                  + (n %% 100000) * INTERVAL '7 minutes', '', ''
          FROM generate_series(%s + 1, %s) n
        """,
        [units, UNITS, UNITS, UNITS, first, until],
    )
    _analyse("riskzon_case", "riskzon_report", "riskzon_child")


def load_deadlines(count: int, *, due_in_seconds: float, step_seconds: float = 0.0) -> None:
    """Give `count` bench cases a running guardian clock more, due from then on."""
    rule = DeadlineRule.objects.filter(kind=Kind.GUARDIAN_CONTACT).first()
    assert rule is not None
    _fast(
        """
        INSERT INTO workflows_deadline (id, case_id, kind, rule_id, starts_at, due_at, created_at, state, exempt_code,
            next_step_at, provisional_start, after_hold)
        SELECT gen_random_uuid(), id, 'guardian_contact', %s, due - INTERVAL '24 hours', due, due - INTERVAL '24 hours',
            'running', '', due + INTERVAL '1 microsecond', false, false
          FROM (SELECT id, riskzon_now() + make_interval(secs => %s + %s * row_number() OVER (ORDER BY id)) AS due
                  FROM riskzon_case WHERE summary = 'bench' ORDER BY id LIMIT %s) found
        """,
        [rule.pk, due_in_seconds, step_seconds, count],
    )
    _analyse("workflows_deadline")


def forget_deadlines() -> None:
    """Remove every deadline and what it led to."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        for table in (
            "notifications_delivery",
            "notifications_message",
            "workflows_deadlineevent",
            "workflows_breach",
            "workflows_deadline",
        ):
            cursor.execute(f"DELETE FROM {table}")
    _analyse("workflows_deadline")


def workers() -> dict[str, User]:
    """A narrow, a wide and a latest-limits social worker; the wide one leads ten units, "city" the other ninety."""
    units = _units()
    users = ensure_people().users
    narrow, wide, late, city = (users[name] for name in ("karin.ek", "sara.lindh", "lina.dahl", "jonas.falk"))
    User.objects.filter(pk=narrow.pk).update(unit=units[0])
    User.objects.filter(pk=late.pk).update(unit=units[-1])
    Unit.objects.filter(supervisor__in=[wide, city]).update(supervisor=None)
    Unit.objects.filter(pk__in=units[:10]).update(supervisor=wide)
    Unit.objects.filter(pk__in=units[10:]).update(supervisor=city)
    chosen = {"narrow": narrow, "wide": wide, "late": late, "city": city}
    return {name: User.objects.get(pk=user.pk) for name, user in chosen.items()}


def _units() -> list[UUID]:

    found = list(Unit.objects.filter(slug__startswith="bench-").order_by("slug").values_list("pk", flat=True))
    if not found:
        for place in range(UNITS):
            group = Group.objects.create(name=f"bench-{place:03}")
            found.append(
                Unit.objects.create(
                    slug=f"bench-{place:03}", name=f"Enhet {place:03}", kind="investigation", group=group
                ).pk
            )
    return found


def _analyse(*tables: str) -> None:
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"VACUUM ANALYZE {table}")


def deadlines_left() -> int:
    """How many of the loaded clocks have not fired."""
    return Deadline.objects.filter(state="running", kind=Kind.GUARDIAN_CONTACT).count()
