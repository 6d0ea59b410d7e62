"""Routes of the pages."""

from django.http import HttpResponse
from django.urls import path

app_name = "workflow"
urlpatterns = [
    path("", lambda r: HttpResponse(), name="inbox"),
    path("items/<str:number>/", lambda r, number: HttpResponse(), name="item"),
]
