"""Autoencoders: encoders for any generator, and the games that train the two together."""
