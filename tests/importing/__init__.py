"""Tests of the plan reader; none of them needs a database."""
