"""Keys that must be read again (for signing, say) are kept encrypted: Fernet, its key derived from SECRET_KEY.

A new SECRET_KEY makes what was encrypted unreadable, except where the former one stands in SECRET_KEY_FALLBACKS.
"""

from __future__ import annotations

import base64

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

PURPOSE = b"bihuan: keys that are read again"  # part of the derivation: changing it makes what is stored unreadable


def encrypt(text: str) -> str:
    """The text as an ASCII token that only this installation reads; the same text gives another token each time."""
    return _cipher().encrypt(text.encode()).decode()


def decrypt(stored: str) -> str:
    """The text behind a token of `encrypt`. Raises ValueError if it was not made here or with another SECRET_KEY."""
    try:
        return _cipher().decrypt(stored.encode()).decode()
    except InvalidToken as error:
        raise ValueError("This was not encrypted with the SECRET_KEY of this installation.") from error


def _cipher() -> MultiFernet:
    return MultiFernet([_fernet(key) for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)])


def _fernet(secret: str) -> Fernet:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=PURPOSE).derive(secret.encode())
    return Fernet(base64.urlsafe_b64encode(derived))
