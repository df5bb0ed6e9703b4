//! A fake teacher server over real HTTP, with seeded latencies and faults, for tests and benchmarks.
