"""Addresses of the gallery; the names are those of the real pages, so that the header is whole."""

from django.urls import path
from django.views.i18n import set_language

from tests.front import gallery

urlpatterns = [
    path("worklist", gallery.worklist, name="worklist"),
    path("case", gallery.case, name="case"),
    path("form", gallery.form, name="report-new"),
    path("saved", gallery.saved, name="saved"),
    path("board", gallery.board, name="board"),
    path("accounting", gallery.board, name="accounting"),
    path("inbox", gallery.worklist, name="inbox"),
    path("mailbox", gallery.worklist, name="mailbox"),
    path("search", gallery.worklist, name="search"),
    path("demo-clock", gallery.worklist, name="demo-clock"),
    path("login", gallery.login, name="login"),
    path("logout", gallery.login, name="logout"),
    path("draft", gallery.saved, name="draft"),
    path("error/<int:status>", gallery.error),
    path("statement", gallery.statement, name="accessibility"),
    path("language", set_language, name="set_language"),
]
handler404 = "riskzon.error_pages.not_found"
handler500 = "riskzon.error_pages.server_error"
