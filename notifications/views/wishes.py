"""The page on which a person says how he wants to be told."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from notifications.forms import WishesForm, channels_in_use


@login_required
def wishes(request: HttpRequest) -> HttpResponse:
    """Class by channel: at once, once a day, not at all."""
    form = WishesForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("How you are told was saved."))
        return redirect("notifications:wishes")
    context = {"form": form, "channels": channels_in_use()}
    return render(request, "notifications/wishes.html", context, status=400 if form.errors else 200)
