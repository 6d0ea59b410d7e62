"""Routes of a person's messages and of the demo's mailbox."""

from django.urls import path

from notifications import alarm_views, views

app_name = "notifications"
urlpatterns = [
    path("", views.messages, name="messages"),
    path("read/", views.read_all, name="read-all"),
    path("unread/", views.unread, name="unread"),
    path("<int:pk>/", views.open_message, name="open"),
    path("<int:pk>/read/", views.read, name="read"),
    path("mailbox/", views.mailbox, name="mailbox"),
    path("mailbox/<int:pk>/", views.mail, name="mail"),
    path("alarms/<int:pk>/clear/", alarm_views.clear, name="clear-alarm"),
]
