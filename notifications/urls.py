"""Routes of messages, wishes, the operators' page and the demo's mailbox."""

from django.urls import path

from notifications.views import alarms, mailbox, messages, operations, targets, wishes

app_name = "notifications"
urlpatterns = [
    path("", messages.messages, name="messages"),
    path("read/", messages.read_all, name="read-all"),
    path("unread/", messages.unread, name="unread"),
    path("<int:pk>/", messages.open_message, name="open"),
    path("<int:pk>/read/", messages.read, name="read"),
    path("wishes/", wishes.wishes, name="wishes"),
    path("operations/", operations.operations, name="operations"),
    path("operations/passes/<int:pk>/", operations.decide, name="decide-pass"),
    path("operations/deliveries/<int:pk>/resend/", operations.resend_delivery, name="resend"),
    path("targets/", targets.target_list, name="targets"),
    path("targets/<int:pk>/withdraw/", targets.withdraw, name="withdraw-target"),
    path("alarms/<int:pk>/clear/", alarms.clear, name="clear-alarm"),
    path("mailbox/", mailbox.mailbox, name="mailbox"),
    path("mailbox/<int:pk>/", mailbox.mail, name="mail"),
]
