"""Django's entry for the upper floor: what must happen by when."""

from django.apps import AppConfig


class WorkflowsConfig(AppConfig):
    name = "workflows"
