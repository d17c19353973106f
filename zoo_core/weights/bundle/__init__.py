"""A bundle of weights: its form, how it is written, and how it is opened without trust."""
