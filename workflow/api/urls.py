"""Routes under /api/v1/."""

from django.urls import path, re_path, register_converter
from django.urls.converters import PathConverter

from workflow.api import (
    bulk,
    evidence,
    feed,
    items_writing,
    notifications,
    pages,
    petitions,
    registers,
    sources,
    statistics,
    views,
    webhook_deliveries,
    webhooks,
)
from workflow.api.actions import action_routes
from workflow.api.records import record_routes


class ReferenceConverter(PathConverter):
    """Line breaks too, so that they are told to be wrong."""

    regex = "(?s:.+)"


register_converter(ReferenceConverter, "reference")
app_name = "api"
urlpatterns = [
    path("items/", items_writing.Items.as_view(), name="items"),
    path("items/bulk/", bulk.Bulk.as_view(), name="bulk"),
    path("items/external/<reference:ref>/", items_writing.ItemByReference.as_view(), name="item-by-reference"),
    path("items/<slug:number>/", items_writing.Item.as_view(), name="item"),
    path("items/<slug:number>/events/", views.ItemEvents.as_view(), name="item-events"),
    path("items/<slug:number>/evidence/", evidence.ItemEvidence.as_view(), name="evidence"),
    path("items/<slug:number>/evidence/<int:pk>/content/", evidence.EvidenceContent.as_view(), name="evidence-content"),
    *record_routes("items/<slug:number>/"),
    *action_routes("items/<slug:number>/actions/"),
    path("events/", feed.Feed.as_view(), name="events"),
    path("webhooks/", webhooks.Webhooks.as_view(), name="webhooks"),
    path("webhooks/<int:pk>/", webhooks.Webhook.as_view(), name="webhook"),
    path("webhooks/<int:pk>/secrets/", webhooks.WebhookSecrets.as_view(), name="webhook-secrets"),
    path("webhooks/<int:pk>/enable/", webhooks.WebhookEnabling.as_view(), name="webhook-enable"),
    path("webhooks/<int:pk>/test/", webhook_deliveries.WebhookTest.as_view(), name="webhook-test"),
    path("webhooks/<int:pk>/deliveries/", webhook_deliveries.WebhookDeliveries.as_view(), name="webhook-deliveries"),
    path("webhooks/<int:pk>/replay/", webhook_deliveries.WebhookReplay.as_view(), name="webhook-replay"),
    path("departments/", registers.Departments.as_view(), name="departments"),
    path("departments/<int:pk>/", registers.OneDepartment.as_view(), name="department"),
    path("regions/", registers.Regions.as_view(), name="regions"),
    path("regions/<int:pk>/", registers.OneRegion.as_view(), name="region"),
    path("sources/", sources.Sources.as_view(), name="sources"),
    path("sources/<int:pk>/", sources.OneSource.as_view(), name="source"),
    path("petitions/", petitions.Petitions.as_view(), name="petitions"),
    path("petitions/<slug:number>/", petitions.OnePetition.as_view(), name="petition"),
    path("procedures/", registers.Procedures.as_view(), name="procedures"),
    path("procedures/<slug:code>/", registers.OneProcedure.as_view(), name="procedure"),
    path("notifications/", notifications.Notifications.as_view(), name="notifications"),
    path("notifications/mark-read/", notifications.NotificationsRead.as_view(), name="notifications-mark-read"),
    path("statistics/", statistics.Statistics.as_view(), name="statistics"),
    path("me/", registers.Me.as_view(), name="me"),
    path("schema/", pages.Description.as_view(), name="schema"),
    path("docs/", pages.Docs.as_view(), name="docs"),
    re_path("", views.NoSuchAddress.as_view()),
]
