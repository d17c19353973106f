"""The `zoo` command: click and rich around zoo_core, one file per command."""
