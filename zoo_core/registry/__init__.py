"""What plugins provide: entries, hooks, discovery, look-up. Imports no torch."""
