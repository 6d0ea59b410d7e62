"""Keys that must be read again: only this installation reads them."""

import pytest
from pytest_django.fixtures import SettingsWrapper

from accounts.encryption import decrypt, encrypt


def test_what_was_encrypted_is_read_again_and_looks_different_each_time() -> None:
    first, second = encrypt("密钥 key"), encrypt("密钥 key")
    assert first != second
    assert "key" not in first
    assert decrypt(first) == decrypt(second) == "密钥 key"


def test_another_secret_key_cannot_read_it_unless_the_former_one_is_a_fallback(settings: SettingsWrapper) -> None:
    stored, former = encrypt("key"), settings.SECRET_KEY
    settings.SECRET_KEY = "another" * 8
    with pytest.raises(ValueError, match="SECRET_KEY"):
        decrypt(stored)
    settings.SECRET_KEY_FALLBACKS = [former]
    assert decrypt(stored) == "key"


@pytest.mark.parametrize("stored", ["", "nonsense", "密", "gAAAAA=="])
def test_what_is_no_token_is_refused(stored: str) -> None:
    with pytest.raises(ValueError):
        decrypt(stored)
