"""What the integration tests, the demo and the benchmarks share: a registrar and endpoints."""
