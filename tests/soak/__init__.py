"""A running Engine for long: many threads at random, and many calls without a leak."""
