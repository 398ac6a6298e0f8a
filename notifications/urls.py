"""Where are the pages about messages?"""

from django.urls import include, path

from notifications import views
from notifications.phone import own_phone

urlpatterns = [
    path("inbox/", views.show_inbox, name="inbox"),
    path("inbox/read/", views.mark_read, name="inbox-read"),
    path("inbox/phone/", own_phone, name="own-phone"),
    path("deliveries/", views.deliveries, name="deliveries"),
    path("mailbox/", views.mailbox, name="mailbox"),
    path("", include("notifications.roster.urls")),
]
