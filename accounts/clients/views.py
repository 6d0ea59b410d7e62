"""The system administrator's pages about the clients of the API. A secret is on one answer, to a POST."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.clients import credentials, registry
from accounts.clients.callers import clients
from accounts.clients.forms import ChangeForm, NewClientForm
from accounts.clients.history import history_of, in_words
from accounts.clients.records import ClientRefused, Kind
from accounts.models import ClientSecret, MachineClient
from accounts.roles import Permission

State = MachineClient.State


def administrators_only(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Others are refused, strangers are asked to sign in. Nothing of these pages is kept on the way."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if not request.user.may(Permission.MANAGE_PEOPLE):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return never_cache(login_required(guarded))


@require_safe
@administrators_only
def client_list(request: HttpRequest) -> HttpResponse:
    """All of them, those that are let in first."""
    rows = clients().select_related("department", "application__user").order_by("application__name", "pk")
    rows = rows.prefetch_related("application__user__memberships")
    listed = [_entry(row) for row in rows]
    listed.sort(key=lambda entry: State.values.index(entry["state"]))
    return render(request, "accounts/clients/list.html", {"listed": listed})


def _entry(client: MachineClient) -> dict[str, object]:
    memberships = client.application.user.memberships.all()
    return {
        "client": client,
        "state": client.state_at(client.asked_at),
        "roles": "、".join(dict.fromkeys(row.get_role_display() for row in memberships)),
        "scopes": in_words(client.scopes),
    }


@require_http_methods(["GET", "HEAD", "POST"])
@administrators_only
def new_client(request: HttpRequest) -> HttpResponse:
    """Register one; the answer shows its id and its secret."""
    form = NewClientForm(request.POST or None)
    if not (request.method == "POST" and form.is_valid()):
        return render(request, "accounts/clients/new.html", {"form": form})
    client_id, secret = registry.register_client(**form.cleaned_data, by=request.user)
    client = MachineClient.objects.get(application__client_id=client_id)
    return _shown_once(request, client, Kind.SECRET, secret)


@require_http_methods(["GET", "HEAD", "POST"])
@administrators_only
def client_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One client, its secrets and its record; POST changes what it is allowed."""
    client = _client_or_404(pk)
    form = ChangeForm(request.POST or None, client=client)
    if request.method == "POST" and form.is_valid():
        return _done(request, client, lambda: registry.change_client(client, **form.cleaned_data, by=request.user))
    context = {
        "client": client,
        "state": client.state_at(client.asked_at),
        "roles": client.application.user.memberships_today,
        "secrets": [(kind, credentials.live(client, kind).select_related("created_by")) for kind in Kind],
        "form": form,
        "history": history_of(client),
    }
    return render(request, "accounts/clients/client.html", context)


@require_POST
@administrators_only
def issue(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """Another secret or signing key; the answer shows it."""
    if kind not in Kind.values:
        raise Http404
    client = _client_or_404(pk)
    try:
        text = credentials.issue(client, Kind(kind), by=request.user)
    except ClientRefused as refused:
        messages.error(request, str(refused))
        return redirect("accounts:client", pk)
    return _shown_once(request, client, Kind(kind), text)


@require_POST
@administrators_only
def withdraw(request: HttpRequest, pk: int, secret: int) -> HttpResponse:
    """One of its secrets or keys opens nothing from now on."""
    client = _client_or_404(pk)
    found = get_object_or_404(ClientSecret, pk=secret, client=client)
    return _done(request, client, lambda: credentials.withdraw(found, by=request.user))


@require_POST
@administrators_only
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """The whole client, for good."""
    client = _client_or_404(pk)
    said = _("“{name}” was revoked: from the next request on nothing of it opens anything.").format(name=client.name)
    return _done(request, client, lambda: registry.revoke_client(client, by=request.user), said)


def _client_or_404(pk: int) -> MachineClient:
    return get_object_or_404(clients().select_related("department", "application__user", "created_by"), pk=pk)


def _done(request: HttpRequest, client: MachineClient, do: Callable[[], object], said: str = "") -> HttpResponse:
    """Back to the client's page with what came of it."""
    try:
        do()
    except ClientRefused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, said or _("Done; it holds from the next request on."))
    return redirect("accounts:client", client.pk)


def _shown_once(request: HttpRequest, client: MachineClient, kind: Kind, text: str) -> HttpResponse:
    """No redirect: on the way to another page the secret would lie in the session."""
    context = {"client": client, "kind": kind, "text": text}
    return render(request, "accounts/clients/shown_once.html", context)
