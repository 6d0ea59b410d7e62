"""The gateway as a process; it ends at SIGTERM or when its parent has gone."""

import argparse
import asyncio
import json
import os
import signal
from pathlib import Path

from tests.gateway.server import Gateway

GLANCE = 0.5  # seconds between two looks at whether the parent lives


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.gateway", description=__doc__)
    parser.add_argument("--port-file", type=Path, required=True, help="gets the addresses as JSON")
    parser.add_argument("--record", type=Path, help="gets a line of JSON for everything that arrives")
    parser.add_argument("--script", type=json.loads, default={}, help="JSON, see scripts.py")
    return parser.parse_args()


def publish(gateway: Gateway, path: Path) -> None:
    """All at once, so that nobody reads half of it."""
    part = path.with_suffix(".part")
    part.write_text(json.dumps({"http": gateway.url, "smtp": gateway.smtp_address}))
    part.replace(path)


async def serve(asked: argparse.Namespace) -> None:
    over, parent = asyncio.Event(), os.getppid()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, over.set)
    gateway = Gateway(asked.script, asked.record)
    serving = asyncio.create_task(gateway.run(over, lambda: publish(gateway, asked.port_file)))
    while not serving.done() and os.getppid() == parent:
        await asyncio.wait([serving], timeout=GLANCE)
    over.set()
    await serving


asyncio.run(serve(arguments()))
