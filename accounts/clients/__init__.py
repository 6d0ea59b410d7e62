"""The clients of the API: who calls (callers), what is done to them (registry, credentials), tokens and signatures."""

from accounts.clients.callers import Caller, caller_of
from accounts.clients.records import ClientRefused
from accounts.clients.registry import register_client

__all__ = ["Caller", "ClientRefused", "caller_of", "register_client"]
