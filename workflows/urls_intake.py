"""Addresses of what comes in: registering, receipts, and each reporter's own list."""

from django.urls import path

from workflows.views import intake, known, liaison, partner

urlpatterns = [
    path("reports/new/", intake.choose, name="report-new"),
    path("reports/new/<slug:slug>/", intake.form, name="report-form"),
    path("reports/own/", liaison.reports, name="liaison-reports"),
    path("reports/colleagues/", liaison.colleagues, name="colleagues-reports"),
    path("reports/sent/", partner.receipts, name="partner-receipts"),
    path("reports/known/", known.known, name="known"),
    path("reports/<str:number>/receipt/", intake.receipt, name="report-receipt"),
    path("reports/<str:number>/take-over/", liaison.take, name="report-take-over"),
]
