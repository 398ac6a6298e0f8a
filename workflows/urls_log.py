"""Addresses of the review of the access log."""

from django.urls import path

from workflows.views import log_reviews

urlpatterns = [
    path("log-reviews/", log_reviews.listed, name="log-reviews"),
    path("log-reviews/<uuid:review_id>/", log_reviews.review, name="log-review"),
    path("log-reviews/<uuid:review_id>/block/", log_reviews.block, name="log-review-block"),
]
