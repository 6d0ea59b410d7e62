"""Benchmarks, one module each (`./run bench NAME`); what they stand on is in rig/."""
