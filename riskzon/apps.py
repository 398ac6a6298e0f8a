"""Django's entry for the ground floor: what is true and who may see it."""

from importlib import import_module

from django.apps import AppConfig
from django.db.models.signals import post_migrate


def _raise_wall(**_kwargs: object) -> None:
    role = import_module("riskzon.wall_role")
    if role.is_built():
        import_module("riskzon.narrow_roles").raise_roles()
        role.raise_wall()


class RiskzonConfig(AppConfig):
    name = "riskzon"

    def ready(self) -> None:
        # Models are not loaded while this file is.
        import_module("riskzon.checks")
        # Django's own signal, so that every migrate, in tests too, leaves the wall standing.
        post_migrate.connect(_raise_wall, sender=self)
