"""The built-in plugin: what every composition needs, through the same hooks as everybody's."""
