"""Routes of the administrator's pages about clients."""

from django.urls import path

from accounts.clients import views

urlpatterns = [
    path("", views.client_list, name="clients"),
    path("new/", views.new_client, name="client-new"),
    path("<int:pk>/", views.client_page, name="client"),
    path("<int:pk>/issue/<slug:kind>/", views.issue, name="client-issue"),
    path("<int:pk>/withdraw/<int:secret>/", views.withdraw, name="client-withdraw"),
    path("<int:pk>/revoke/", views.revoke, name="client-revoke"),
]
