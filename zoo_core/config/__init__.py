"""Typed, bounded options, what a user asks for, and the configuration file. Imports no torch."""
