"""What is written into docs/ of the figures that the programs of benchmarks/ have stored."""
