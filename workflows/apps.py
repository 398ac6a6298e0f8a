"""Django's entry for the upper floor: what must happen by when."""

from importlib import import_module

from django.apps import AppConfig
from django.db.models.signals import post_migrate


def _load_rules(**_kwargs: object) -> None:
    from workflows import rules  # noqa: PLC0415 - models are not loaded while apps.py is

    rules.load()


class WorkflowsConfig(AppConfig):
    name = "workflows"

    def ready(self) -> None:
        # Django's own signal, so that every migrate, in tests too, leaves the reference data in place.
        post_migrate.connect(_load_rules, sender=self)
        # Models are not loaded while this file is.
        login_code, own_login = map(import_module, ("riskzon.login_code", "workflows.verbs.own_login"))
        login_code.codes_used_up.connect(own_login.tell_of_codes)
