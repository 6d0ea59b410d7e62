"""Reads plan documents and ledgers: bytes to numbered lines, lines to rows with their meaning, all errors together."""
