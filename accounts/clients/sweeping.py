"""Away with what can no longer matter: used nonces, old counts of wrong secrets, tokens and secrets that are over."""

from datetime import timedelta

from django.db.models.functions import Now
from oauth2_provider.models import AccessToken

from accounts.clients.guesses import WINDOW as GUESSES_COUNT_FOR
from accounts.clients.signatures import WINDOW
from accounts.models import ClientSecret, FailedAttempts, UsedNonce

TOKENS_KEPT = timedelta(days=1)  # after their end


def sweep() -> None:
    """A nonce goes no sooner than a whole window after its request could last be accepted."""
    UsedNonce.objects.filter(expires_at__lt=Now() - WINDOW).delete()
    FailedAttempts.objects.filter(since__lt=Now() - GUESSES_COUNT_FOR).delete()
    ClientSecret.objects.filter(ends_at__lt=Now()).delete()
    AccessToken.objects.filter(expires__lt=Now() - TOKENS_KEPT).delete()
