"""Data sets by name: embedded, of torchvision, made up, and those made of others."""
