"""Does anybody have a right on all cases, past the policy or past the wall? Asked by `manage.py check --database default`."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group
from django.core.checks import CheckMessage, Error, register
from django.core.checks import Warning as Caution
from django.db import connection
from guardian.models import GroupObjectPermission, UserObjectPermission

from riskzon import narrow_roles, wall_role
from riskzon.embedded import SILENT
from riskzon.models import CasePermission, Unit, User

#: Levels of messages that are still fewer than those of the embedded server.
_AS_SILENT = ("fatal", "panic")


@register("access")
def check_no_right_past_the_policy(databases: Sequence[str] | None = None, **_kwargs: Any) -> list[CheckMessage]:
    """E001: a case permission model-wide; E002: an active superuser; E003: a row in guardian's generic tables."""
    if not databases or not _tables_exist():
        return []
    rights = list(CasePermission.values)
    everywhere = [
        *User.objects.filter(user_permissions__codename__in=rights).distinct(),
        *Group.objects.filter(permissions__codename__in=rights).distinct(),
    ]
    generic = [
        *UserObjectPermission.objects.filter(permission__codename__in=rights),
        *GroupObjectPermission.objects.filter(permission__codename__in=rights),
    ]
    return [
        *(_error("a right on all cases has been given", "access.E001", one) for one in everywhere),
        *(_error("a superuser is active", "access.E002", one) for one in User.objects.filter(is_superuser=True)),
        *(_error("a grant stands in guardian's generic tables", "access.E003", one) for one in generic),
    ]


@register("access")
def check_units_of_the_sign_on(databases: Sequence[str] | None = None, **_kwargs: Any) -> list[CheckMessage]:
    """E004: a group of the municipality's gives a role in a unit that does not exist; nobody would come in by it."""
    if not databases or not _tables_exist():
        return []
    named = {rule.unit for rule in settings.OIDC_GROUPS if rule.unit}
    missing = named - set(Unit.objects.filter(slug__in=named).values_list("slug", flat=True))
    return [
        Error(f"OIDC_GROUPS names the unit {slug}, which does not exist", id="access.E004") for slug in sorted(missing)
    ]


@register("access")
def check_the_wall(databases: Sequence[str] | None = None, **_kwargs: Any) -> list[CheckMessage]:
    """W001: no page is shown until `migrate` has run; W002: the database would let a page read more than its person may.

    Not errors, since `migrate` asks first and mends both; where it cannot, it fails, and each page asks for itself.
    """
    if not databases or not wall_role.is_built():
        return []
    hint = "`manage.py migrate` raises the wall anew."
    if not wall_role.is_role_there():
        return [Caution("The role of the pages is missing, and no page is shown.", hint=hint, id="access.W001")]
    return [Caution(f"The wall has a hole: {hole}.", hint=hint, id="access.W002") for hole in wall_role.find_holes()]


@register("access")
def check_the_narrow_roles(databases: Sequence[str] | None = None, **_kwargs: Any) -> list[CheckMessage]:
    """W003: what writes and works unseen has all the login's rights; W004: its role may more, or less, than it needs."""
    if not databases or not wall_role.is_built():
        return []
    hint = "`manage.py migrate` makes the roles anew."
    return [
        *(
            Caution(f"The role {name} is missing, and all rights are used.", hint=hint, id="access.W003")
            for name in narrow_roles.missing_roles()
        ),
        *(Caution(f"Not as it must be: {wide}.", hint=hint, id="access.W004") for wide in narrow_roles.find_wide()),
    ]


@register("database_log")
def check_the_database_log(databases: Sequence[str] | None = None, **_kwargs: Any) -> list[CheckMessage]:
    """W005: PostgreSQL writes values that somebody typed into a log of its own, where no right holds."""
    if not databases:
        return []
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, setting FROM pg_settings WHERE name = ANY(%s) ORDER BY name", [list(SILENT)])
        loud = [(name, value) for name, value in cursor.fetchall() if value not in {SILENT[name], *_AS_SILENT}]
    return [
        Caution(
            f"The database's own log may hold what somebody typed: {name} is {value}.",
            hint=f"An administrator of the database: ALTER ROLE the_login SET {name} = '{SILENT[name]}'.",
            id="access.W005",
        )
        for name, value in loud
    ]


def _tables_exist() -> bool:
    """False on a database that is about to be migrated for the first time: nobody has any right there."""
    asked = (Unit, User, Group, UserObjectPermission, GroupObjectPermission)
    return {model._meta.db_table for model in asked} <= set(connection.introspection.table_names())


def _error(words: str, code: str, given: object) -> Error:
    hint = "Rights on cases are given on one case at a time, by riskzon.access.grant."
    return Error(words, hint=hint, obj=type(given).__name__, id=code)
