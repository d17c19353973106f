"""Tensors of images as sheets and files."""
