"""Forms of a person's own profile."""

from django import forms

from accounts.models import User


class ProfileForm(forms.ModelForm):
    """What a person may change about himself; name and memberships are kept by the system administrator."""

    class Meta:
        model = User
        fields = ["email", "phone", "language"]
