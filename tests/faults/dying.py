"""The pages behind a door that falls shut: a process dies when the effect is committed and no answer is sent yet."""

import os
from collections.abc import Callable, Iterable
from typing import Any

from config.wsgi import application as pages

HEADER = "Die-Before-Answering"  # of the request that kills


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """The transaction of a view is over when it returns; nothing has gone to the client by then."""
    answer = pages(environ, start_response)
    if f"HTTP_{HEADER.upper().replace('-', '_')}" in environ:
        os._exit(1)
    return answer
