"""What runs have in common, what not, and what came of it."""
