"""Addresses of the rules and ladders: what holds, what is proposed, and the yearly calendar."""

from django.urls import path

from workflows.views import rules, rules_calendar, rules_new

urlpatterns = [
    path("rules/", rules.overview, name="rules"),
    path("rules/calendar/", rules_calendar.this_year, name="rules-calendar"),
    path("rules/calendar/<int:year>/", rules_calendar.calendar, name="rules-calendar-year"),
    path("rules/changes/<uuid:change_id>/", rules.change, name="rule-change"),
    path("rules/changes/<uuid:change_id>/confirm/", rules.confirm, name="rule-confirm"),
    path("rules/changes/<uuid:change_id>/refuse/", rules.refuse, name="rule-refuse"),
    path("rules/changes/<uuid:change_id>/withdraw/", rules.withdraw, name="rule-withdraw"),
    path("rules/<slug:kind>/new/", rules_new.ProposeRule.as_view(), name="rule-new"),
    path("rules/<slug:kind>/<slug:report_kind>/new/", rules_new.ProposeRule.as_view(), name="rule-new-of"),
    path("ladders/<slug:kind>/new/", rules_new.ProposeLadder.as_view(), name="ladder-new"),
]
