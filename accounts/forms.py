"""Forms of signing in and of a person's own profile."""

from django import forms
from django.contrib.auth.forms import AuthenticationForm

from accounts.models import User


class SignInForm(AuthenticationForm):
    """For people; the stand-in of a machine client never signs in, whatever password somebody gave it."""

    def confirm_login_allowed(self, user: User) -> None:
        super().confirm_login_allowed(user)
        if user.is_machine:
            raise self.get_invalid_login_error()


class ProfileForm(forms.ModelForm):
    """What a person may change about himself; name and memberships are kept by the system administrator."""

    class Meta:
        model = User
        fields = ["email", "phone", "language"]
