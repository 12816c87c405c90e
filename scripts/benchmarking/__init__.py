"""What scripts/benchmark_train measures beside the loop."""
