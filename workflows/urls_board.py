"""Addresses of the overview: the board and the rows behind it, breaches, accounting, figures, and the demo's clock."""

from django.urls import path

from workflows.views import accounting, board, breaches, demo, since, statistics, waiting

urlpatterns = [
    path("board/", board.board, name="board"),
    path("board/in-time/<slug:line>/<slug:part>/", board.in_time, name="board-in-time"),
    path("board/<slug:figure>/", board.rows, name="board-rows"),
    path("breaches/", breaches.listed, name="breaches"),
    path("breaches/<uuid:breach_id>/", breaches.review, name="breach-review"),
    path("since/", since.since, name="since"),
    path("accounting/", accounting.accounting, name="accounting"),
    path("statistics/", statistics.statistics, name="statistics"),
    path("waiting/", waiting.listed, name="waiting"),
    path("demo/clock/", demo.move_clock, name="demo-clock"),
]
