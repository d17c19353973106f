"""The Hugging Face Hub: names on it, its client, and bundles that come from there."""
