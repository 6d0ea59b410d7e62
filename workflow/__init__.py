"""WHAT: the work items, their road, their pages and their API."""
