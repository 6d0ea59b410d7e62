"""What the pages' templates need besides Django's own tags."""
