"""What benchmarks/metrics.py is made of: agreement, speed and controls of zoo-plugin-metrics."""
