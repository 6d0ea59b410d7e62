"""One scan in a process of its own, at the moment given (ISO 8601), in batches of the size given."""

import sys
from datetime import datetime

import django

if __name__ == "__main__":
    django.setup()
    from workflow.deadline_scan import scan

    scan(datetime.fromisoformat(sys.argv[1]), batch=int(sys.argv[2]))
