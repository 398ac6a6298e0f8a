"""Which address shows what: the roof, where the floors' pages meet."""

from django.urls import URLPattern, URLResolver

urlpatterns: list[URLPattern | URLResolver] = []
