"""Routes of signing in, signing out, the own profile, and of the clients of the API."""

from django.contrib.auth import views as auth
from django.urls import include, path, reverse_lazy

from accounts import views
from accounts.forms import SignInForm

app_name = "accounts"
urlpatterns = [
    path(
        "sign-in/",
        auth.LoginView.as_view(
            template_name="accounts/sign_in.html", authentication_form=SignInForm, redirect_authenticated_user=True
        ),
        name="sign-in",
    ),
    path("sign-out/", auth.LogoutView.as_view(), name="sign-out"),
    path("profile/", views.profile, name="profile"),
    path(
        "profile/password/",
        auth.PasswordChangeView.as_view(
            template_name="accounts/password.html", success_url=reverse_lazy("accounts:password-done")
        ),
        name="password",
    ),
    path(
        "profile/password/done/",
        auth.PasswordChangeDoneView.as_view(template_name="accounts/password_done.html"),
        name="password-done",
    ),
    path("language/", views.switch_language, name="language"),
    path("clients/", include("accounts.clients.urls")),
]
