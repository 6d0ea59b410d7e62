"""What comes in wrong: a clear 4xx with a stable code, nothing changed. test_index.py says where a number is tried.

What can be wrong with any operation is tried on every one that the API's description has, so that a new one is tried
as well.
"""
