"""Data sets of image files: a folder, pairs, and two folders without pairs."""
