"""Many requests at one moment, each on a connection of its own."""

import threading
from collections.abc import Callable

from django.db import connections
from django.http import HttpResponse


def at_once(send: Callable[[int], HttpResponse], times: int) -> list[HttpResponse]:
    """What all of them were answered; `send` is told which one it is."""
    start, answers = threading.Barrier(times), []

    def run(number: int) -> None:
        start.wait()
        try:
            answers.append(send(number))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=[number]) for number in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers
