"""What a journey does again and again: a person opens pages, fills in a form, reads his inbox and his mail."""

from __future__ import annotations

import html
import re
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models.functions import Now
from django.test import Client
from django.urls import reverse

from accounts.models import User
from notifications import outbox
from notifications.models import Channel, Delivery, StoredMail
from tests.people import PASSWORD
from tests.walking import photo
from workflow.models import WorkItem

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


class Person:
    """Somebody at his desk: signed in with name and password, seeing what the pages show and nothing else."""

    def __init__(self, user: User) -> None:
        self.user = user
        self.client = Client(enforce_csrf_checks=False)
        signed_in = self.client.post(reverse("accounts:sign-in"), {"username": user.username, "password": PASSWORD})
        assert signed_in.status_code == 302, "sign-in failed"

    def opens(self, url: str) -> str:
        """The text of a page."""
        response = self.client.get(url)
        assert response.status_code == 200, (url, response.status_code)
        return text_of(response.content.decode())

    def inbox(self) -> str:
        return self.opens(reverse("workflow:inbox"))

    def does(self, item: WorkItem, action: str, **fields: Any) -> str:
        """Fill in the form of an action on the item's page as it stands, and send it; the text of what comes back."""
        version = WorkItem.objects.values_list("version", flat=True).get(pk=item.pk)
        url = reverse("workflow:action", args=[item.number, action])
        response = self.client.post(url, {"version": version, **fields}, follow=True)
        return text_of(response.content.decode())

    def uploads(self, item: WorkItem, name: str, kind: str = "document") -> str:
        return self._adds(item, SimpleUploadedFile(name, PDF + name.encode()), kind)

    def uploads_photo(self, item: WorkItem, kind: str) -> str:
        return self._adds(item, photo(), kind)

    def _adds(self, item: WorkItem, file: SimpleUploadedFile, kind: str) -> str:
        url = reverse("workflow:evidence-add", args=[item.number])
        response = self.client.post(url, {"file": file, "kind": kind}, follow=True)
        return text_of(response.content.decode())

    def submits(self, item: WorkItem, summary: str) -> str:
        """With every file ticked, as the form offers them."""
        files = item.evidence.filter(cycle=item.cycle).values_list("pk", flat=True)
        return self.does(item, "submit", summary=summary, evidence=list(files))

    def mail(self) -> str:
        """All that this person's mailbox says the next morning: what waited for others has left, alone or with them."""
        Delivery.objects.filter(state=Delivery.State.PENDING).update(next_attempt_at=Now())
        outbox.deliver(Channel.EMAIL)
        mails = StoredMail.objects.filter(to=self.user.email).order_by("pk")
        pages = [reverse("notifications:mailbox"), *(reverse("notifications:mail", args=[mail.pk]) for mail in mails)]
        return "\n".join(self.opens(page) for page in pages)


def text_of(page: str) -> str:
    """What a reader sees of a page, white space folded."""
    without_tags = re.sub(r"<(script|style)\b.*?</\1>|<[^>]+>", " ", page, flags=re.S)
    return " ".join(html.unescape(without_tags).split())
