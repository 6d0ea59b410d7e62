"""What comes in wrong, by the numbers of docs/bad-input.md: each a clear 4xx with a stable code, nothing changed.

What can be wrong with any write is tried on every operation that the API's description has, so that a new one is tried
as well; what is wrong with one thing alone is tried beside its like, and docs/bad-input.md says where.
"""
