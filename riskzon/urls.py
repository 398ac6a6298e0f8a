"""Which address shows what: the roof, where the floors' pages meet."""

from django.urls import URLPattern, URLResolver, path
from django.views.i18n import set_language

from riskzon import pages

urlpatterns: list[URLPattern | URLResolver] = [
    path("language", set_language, name="set_language"),
    path("accessibility", pages.accessibility, name="accessibility"),
]

handler400 = "riskzon.error_pages.bad_request"
handler403 = "riskzon.error_pages.forbidden"
handler404 = "riskzon.error_pages.not_found"
handler500 = "riskzon.error_pages.server_error"
