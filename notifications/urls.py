"""Where are the pages about messages?"""

from django.urls import include, path

from notifications import views

urlpatterns = [
    path("inbox/", views.show_inbox, name="inbox"),
    path("inbox/read/", views.mark_read, name="inbox-read"),
    path("deliveries/", views.deliveries, name="deliveries"),
    path("mailbox/", views.mailbox, name="mailbox"),
    path("", include("notifications.roster.urls")),
]
