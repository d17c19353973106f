"""Weights that travel: bundles, the Hugging Face Hub, import and export. Nothing here executes."""
