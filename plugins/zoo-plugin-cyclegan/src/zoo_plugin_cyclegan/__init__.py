"""CycleGAN and pix2pix: nets that translate images, their critics, and the two games."""
