"""Curves of several runs in one file."""
