"""Django's entry for the ground floor: what is true and who may see it."""

from importlib import import_module

from django.apps import AppConfig


class RiskzonConfig(AppConfig):
    name = "riskzon"

    def ready(self) -> None:
        # Models are not loaded while this file is.
        import_module("riskzon.checks")
