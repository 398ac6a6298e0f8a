"""Where are the roster's pages?"""

from django.urls import path

from notifications.roster import views, views_calendar, views_plans

urlpatterns = [
    path("roster/", views.show, name="roster"),
    path("roster/shifts/<uuid:row_id>/<str:day>/", views.shift, name="roster-shift"),
    path("roster/shifts/<uuid:row_id>/<str:day>/offer/", views.offer, name="roster-offer"),
    path("roster/shifts/<uuid:row_id>/<str:day>/move/", views.move, name="roster-move"),
    path("roster/shifts/<uuid:row_id>/<str:day>/call-off/", views.call_off, name="roster-call-off"),
    path("roster/offers/<uuid:offer_id>/take/", views.take, name="roster-take"),
    path("roster/offers/<uuid:offer_id>/withdraw/", views.withdraw, name="roster-withdraw"),
    path("roster/patterns/", views_plans.patterns, name="roster-patterns"),
    path("roster/patterns/new/", views_plans.NewPattern.as_view(), name="roster-pattern-new"),
    path("roster/patterns/<uuid:pattern_id>/end/", views_plans.EndPattern.as_view(), name="roster-pattern-end"),
    path("roster/extra/new/", views_plans.NewExtra.as_view(), name="roster-extra-new"),
    path("roster/absences/<uuid:absence_id>/end/", views_plans.restore, name="roster-restore"),
    path("roster/import/", views_calendar.upload, name="roster-import"),
    path("roster/import/confirm/", views_calendar.confirm, name="roster-import-confirm"),
    path("roster/feed/", views_calendar.feed_page, name="roster-feed"),
    path("roster/feed/revoke/", views_calendar.revoke, name="roster-feed-revoke"),
    path("roster/feed/<str:token>.ics", views_calendar.feed, name="roster-feed-calendar"),
]
