"""The health of a run: what is measured at log points, and what is said of it."""
