"""What comes in wrong: each a clear 4xx with a stable code, nothing changed. Where each number is tried:

B01–B03, B10 bodies that are no JSON, or hold what cannot be kept: test_bodies.py · B03, B06, B07 values that no field
takes: test_fields.py · B04, B05 sizes, lengths, content types: test_transport.py, test_bodies.py · B39, B40 tokens and
signatures: tests/api/test_token.py, tests/api/test_signed.py · B24 references: tests/api/test_upsert.py · B42 keys:
tests/api/test_idempotency.py.

What can be wrong with any write is tried on every operation that the API's description has, so that a new one is tried
as well.
"""
