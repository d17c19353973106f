"""The first GANs: `mlp` holds the pair of MLPs, `mini_conv` the smallest convolutional pair."""
