"""The data sets of the built-in plugin. Imports no torch."""

from __future__ import annotations

from zoo_core.registry.entry import Entry

DATASETS: tuple[Entry, ...] = (
    Entry(
        kind="dataset",
        name="digits",
        target="zoo_core.data.sets.digits:Digits",
        summary="1,797 real handwritten digits, embedded: 8x8 scans enlarged, ten classes.",
        paper="doi:10.24432/C50P49",
    ),
    Entry(
        kind="dataset",
        name="mnist",
        target="zoo_core.data.sets.mnist:Mnist",
        summary="70,000 handwritten digits, 28x28 grey, ten classes.",
        paper="doi:10.1109/5.726791",
        tags=("needs:download",),
    ),
    Entry(
        kind="dataset",
        name="fashion-mnist",
        target="zoo_core.data.sets.mnist:FashionMnist",
        summary="70,000 pictures of clothes, 28x28 grey, ten classes.",
        paper="arXiv:1708.07747",
        tags=("needs:download",),
    ),
    Entry(
        kind="dataset",
        name="stacked-mnist",
        target="zoo_core.data.sets.stacked:StackedMnist",
        summary="Three digits of MNIST as the colours of one image: 1,000 modes to count.",
        paper="arXiv:1611.02163",
        tags=("needs:download",),
    ),
    Entry(
        kind="dataset",
        name="gaussians",
        target="zoo_core.data.sets.gaussians:Gaussians",
        summary="Points of a 5x5 grid of Gaussians in the plane: 25 modes to count.",
        paper="arXiv:1712.04086",
    ),
    Entry(
        kind="dataset",
        name="cifar10",
        target="zoo_core.data.sets.cifar:Cifar10",
        summary="60,000 colour photographs, 32x32, ten classes.",
        paper="https://www.cs.toronto.edu/~kriz/learning-features-2009-TR.pdf",
        aliases=("cifar-10",),
        tags=("needs:download",),
    ),
    Entry(
        kind="dataset",
        name="celeba",
        target="zoo_core.data.sets.celeba:CelebA",
        summary="Photographs of faces, 218x178 colour; one of 40 attributes as two classes.",
        paper="arXiv:1411.7766",
        tags=("needs:download",),
    ),
    Entry(
        kind="dataset",
        name="folder",
        target="zoo_core.data.folders.folder:Folder",
        summary="The images below a folder; sub-folders are classes.",
    ),
    Entry(
        kind="dataset",
        name="few-labels",
        target="zoo_core.data.sets.few_labels:FewLabels",
        summary="Another data set with the labels of a few training images.",
        paper="arXiv:1606.03498",
    ),
    Entry(
        kind="dataset",
        name="unpaired",
        target="zoo_core.data.folders.unpaired:Unpaired",
        summary="Two data sets or folders as sides A and B, without partners.",
        paper="arXiv:1703.10593",
    ),
    Entry(
        kind="dataset",
        name="paired",
        target="zoo_core.data.folders.paired:Paired",
        summary="Pairs of images, side by side in one file or under one name in A/ and B/.",
        paper="arXiv:1611.07004",
    ),
)
"""What the built-in plugin offers of the kind `dataset`."""
