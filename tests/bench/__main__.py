"""`python -m tests.bench NAME [OPTIONS]`: a benchmark on a database of its own; lines on stdout, progress on stderr."""

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from types import ModuleType

import django


@contextmanager
def own_database() -> Iterator[None]:
    """Migrated and empty; gone afterwards."""
    from django.db import connection

    usual = connection.settings_dict["NAME"]
    connection.settings_dict["TEST"]["NAME"] = "bihuan_bench"
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        yield
    finally:
        connection.creation.destroy_test_db(usual, verbosity=0)


def run(benchmark: ModuleType, options: argparse.Namespace) -> int:
    from tests.bench.rig.lines import Unfit, is_durable, say

    with own_database():
        say(
            "servers write as durably as in production"
            if is_durable()
            else "servers do not keep what a power cut takes"
        )
        try:
            for line in benchmark.run(options):
                print(line.as_json() if options.json else line.as_text(), flush=True)
        except Unfit as unfit:
            print(unfit, file=sys.stderr)
            return 2
    return 0


def main(name: str, arguments: list[str]) -> int:
    django.setup()
    benchmark = import_module(f"tests.bench.{name}")
    parser = argparse.ArgumentParser(prog=f"./run bench {name}", description=benchmark.__doc__)
    parser.add_argument("--json", action="store_true", help="a JSON object a line")
    benchmark.add_arguments(parser)
    return run(benchmark, parser.parse_args(arguments))


if __name__ == "__main__":
    import os

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    sys.exit(main(sys.argv[1], sys.argv[2:]))
