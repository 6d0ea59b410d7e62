"""What this machine must offer, asked at the start."""

from __future__ import annotations

from django.core.checks import CheckMessage, Warning, register

from accounts.clients.signatures import ALGORITHMS, AVAILABLE


@register()
def signing_algorithms(**_kwargs: object) -> list[CheckMessage]:
    """An OpenSSL without SM3 is told of when the house starts; requests signed with it are refused by name."""
    missing = [name for name, hash_name in ALGORITHMS.items() if hash_name not in AVAILABLE]
    sentence = "This machine's OpenSSL does not offer %s; requests signed with it are refused."
    return [Warning(sentence % name, id="accounts.W001") for name in missing]
