"""Django's entry for the middle floor: who hears of it."""

from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "notifications"
