"""What the benchmarks stand on: people, a load of items, limits in plain SQL, processes, the lines they print."""
