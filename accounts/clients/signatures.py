"""Signed requests: what is signed, with what, and that each is accepted once. docs/api-signing.md is the recipe."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, quote

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.addresses import Address
from accounts.clients.callers import Caller, clients, is_let_in, note_use
from accounts.clients.credentials import signing_keys
from accounts.models import ClientSecret, MachineClient, UsedNonce

PREFIX = "X-Bihuan-"
HEADERS = ("Key", "Timestamp", "Nonce", "Signature")
ALGORITHMS = {"hmac-sha256": "sha256", "hmac-sm3": "sm3"}  # by the name that hashlib uses
WINDOW = timedelta(seconds=300)
_SIGNATURE = re.compile(r"(\S+) ([0-9A-Fa-f]{64})")
_TIMESTAMP = re.compile(r"[0-9]{1,11}", re.ASCII)
_NONCE = re.compile(r"[\x21-\x7e]{16,64}")
_KEY = re.compile(r"[\x21-\x7e]{1,100}")


class SignatureRefused(Exception):
    """Why a signed request is not accepted: a stable code and a sentence."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


@dataclass(frozen=True)
class Claim:
    """What the headers of a signed request say."""

    client_id: str
    timestamp: str
    nonce: str
    hash: str  # of the algorithm
    mac: bytes

    @property
    def signed_at(self) -> datetime:
        return datetime.fromtimestamp(int(self.timestamp), UTC)


def is_signed(headers: Mapping[str, str]) -> bool:
    """Does a request claim to be signed, by any of the four headers?"""
    return any(f"{PREFIX}{name}" in headers for name in HEADERS)


def read_claim(headers: Mapping[str, str]) -> Claim:
    """Raises SignatureRefused for headers that are missing or say nothing."""
    missing = [f"{PREFIX}{name}" for name in HEADERS if f"{PREFIX}{name}" not in headers]
    if missing:
        sentence = _("A signed request carries four headers; missing: {names}.")
        raise SignatureRefused("signature-missing", sentence.format(names=", ".join(missing)))
    key, timestamp, nonce, signature = (headers[f"{PREFIX}{name}"] for name in HEADERS)
    for name, pattern, text in (("Key", _KEY, key), ("Timestamp", _TIMESTAMP, timestamp), ("Nonce", _NONCE, nonce)):
        if not pattern.fullmatch(text):
            raise _malformed(name)
    if (said := _SIGNATURE.fullmatch(signature)) is None:
        raise _malformed("Signature")
    return Claim(key, timestamp, nonce, _hash_of(said[1]), bytes.fromhex(said[2]))


def _malformed(name: str) -> SignatureRefused:
    sentence = _("The header {name} is not as docs/api-signing.md says.").format(name=f"{PREFIX}{name}")
    return SignatureRefused("signature-malformed", sentence)


def is_available(hash_name: str) -> bool:
    """Does this machine's OpenSSL know the hash?"""
    try:
        hashlib.new(hash_name)
    except ValueError:
        return False
    return True


AVAILABLE = frozenset(name for name in ALGORITHMS.values() if is_available(name))


def _hash_of(algorithm: str) -> str:
    name = ALGORITHMS.get(algorithm.lower(), "")
    if name not in AVAILABLE:
        sentence = _("The algorithm “{name}” is not offered here; these are: {names}.")
        offered = ", ".join(known for known, hash_name in ALGORITHMS.items() if hash_name in AVAILABLE)
        raise SignatureRefused("signature-malformed", sentence.format(name=algorithm[:40], names=offered))
    return name


def text_to_sign(method: str, path: str, query: str, body_digest: str, timestamp: str, nonce: str) -> bytes:
    """Six lines. `path` is decoded, `query` as it stands in the address, `body_digest` hexadecimal."""
    lines = (method.upper(), quote(path, safe="/-._~"), canonical_query(query), body_digest, timestamp, nonce)
    return "\n".join(lines).encode()


def canonical_query(query: str) -> str:
    """Sorted by name and value, each percent-encoded by RFC 3986. As everywhere here, `+` means a space.

    Raises SignatureRefused where there are more parameters than anything takes.
    """
    try:
        pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=settings.DATA_UPLOAD_MAX_NUMBER_FIELDS)
    except ValueError as error:
        raise SignatureRefused("signature-malformed", _("There are too many parameters.")) from error
    coded = sorted((quote(name, safe="-._~"), quote(value, safe="-._~")) for name, value in pairs)
    return "&".join(f"{name}={value}" for name, value in coded)


def caller_by(claim: Claim, address: Address | None, text: Callable[[], bytes]) -> Caller:
    """The client that signed this text, which is asked for once it is known and in time. Raises SignatureRefused.

    A request counts once: its nonce is kept (and committed) before anything is done for it.
    """
    client = clients().filter(application__client_id=claim.client_id).first()
    if client is None or not is_let_in(client, address, client.asked_at):
        raise _wrong()
    if abs(claim.signed_at - client.asked_at) > WINDOW:
        sentence = _("The timestamp is more than 300 seconds away from this server's clock.")
        raise SignatureRefused("timestamp-outside-window", sentence)
    key = _key_of(client, claim, text)
    _use_up(client, claim)
    for row in (client, key):
        note_use(row, address, client.asked_at)
    return Caller(client.application.user, client.client_id, frozenset(client.scopes))


def _wrong() -> SignatureRefused:
    """The same for every reason: an unknown client, one that is not let in, another key, another text."""
    return SignatureRefused("signature-wrong", _("The signature does not fit this request."))


def _key_of(client: MachineClient, claim: Claim, text: Callable[[], bytes]) -> ClientSecret:
    """The client's key with which the text was signed."""
    keys = signing_keys(client)
    signed = text() if keys else b""
    for row, key in keys:
        if hmac.compare_digest(hmac.new(key, signed, claim.hash).digest(), claim.mac):
            return row
    raise _wrong()


def _use_up(client: MachineClient, claim: Claim) -> None:
    try:
        with transaction.atomic(durable=True):  # never within a transaction that may be rolled back
            UsedNonce.objects.create(client=client, nonce=claim.nonce, expires_at=claim.signed_at + WINDOW)
    except IntegrityError as error:
        raise SignatureRefused("nonce-used", _("This nonce was used before; each request needs a new one.")) from error
