"""Django's entry for the ground floor: what is true and who may see it."""

from django.apps import AppConfig


class RiskzonConfig(AppConfig):
    name = "riskzon"
