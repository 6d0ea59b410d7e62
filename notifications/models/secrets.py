"""A text that is kept encrypted: plain in Python, unreadable in the database and its backups."""

import logging
from typing import Any

from django.db import models

from accounts.encryption import decrypt, encrypt

logger = logging.getLogger(__name__)


class EncryptedField(models.TextField):
    """Not to be searched by: the same text is stored differently each time.

    One that another SECRET_KEY has encrypted reads as empty, so that what needs it says so and lists still open.
    """

    def get_prep_value(self, value: Any) -> str:
        return encrypt(str(value)) if value else ""

    def from_db_value(self, value: str | None, expression: object, connection: object) -> str:
        try:
            return decrypt(value) if value else ""
        except ValueError:
            logger.exception("%s cannot be read", self)
            return ""
