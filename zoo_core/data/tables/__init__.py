"""Rows of uint8 images in memory or in files, and how a file becomes such a row."""
