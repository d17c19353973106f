"""DCGAN: `generator` and `discriminator`, with what both share in `layers` and `sides`."""
