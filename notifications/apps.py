"""Django's entry for the middle floor: who hears of it."""

from importlib import import_module

from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "notifications"

    def ready(self) -> None:
        # Models are not loaded while this file is.
        import_module("notifications.checks")
        import_module("riskzon.duty").ask(import_module("notifications.roster").on_duty)
