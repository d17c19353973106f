"""What is said on the page of results of autoencoders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.pages.scores import protocol_text
from benchmarks.shared.program import read_json
from benchmarks.shared.tables import markdown

FOLDER = "autoencoders"
SHIPPED = ("dcgan.mnist-28", "cdcgan.mnist-28")
"""GANs whose samples are measured beside those of autoencoders."""

Result = Mapping[str, Any]

ABOUT = """
## Autoencoders

DCGAN's generator at half its width as a decoder, with the encoder `conv` of the same width, on
MNIST. **error** is the mean squared difference of all held-out images and their reconstructions,
with values in [-1, 1], and **PCA** that of as many principal components of the training images: of
all linear codes the best. **bits a value** is the bound of a VAE: with a Gaussian likelihood, of
8-bit values; with a Bernoulli likelihood, of black and white pixels drawn by the grey values, so
that the two cannot be compared. `python benchmarks/autoencoders.py` makes all of it.
"""

ABOUT_SAMPLES = """
### Samples of autoencoders

Measured as those of GANs are, beside the two GANs that are shipped, by the same versions. A VAE
that spends few nats on its codes draws better samples than one that makes images again well: the
Gaussian likelihood with a learned deviation is the extreme case of the second.
"""

ABOUT_ODD = """
### One digit left out

A VAE learns nine digits, and all held-out images are ranked by how strange they are to it; so does
a GAN of multilayer perceptrons, for which an encoder is trained (`encode`). AUROC is the
probability that one of the left-out digit ranks above one of the others, by the main score of the
game and by the squared error. The digits are the first three, not chosen. A 1 is made of what the
other digits have too, and has little ink to get wrong: a known weakness of such scores.
"""


def autoencoders_text(folder: Path) -> list[str]:
    """Return the section of autoencoders; nothing where nothing is stored.

    Args:
        folder: of the figures.
    """
    results = [read_json(path) for path in sorted((folder / FOLDER).glob("*.json"))]
    coded = [result for result in results if "pca" in result]
    if not coded:
        return []
    odd = [result for result in results if "auroc" in result]
    scored = [result for result in results if "scores" in result]
    return [
        "\n\n".join(
            [
                ABOUT.strip(),
                markdown([HEAD, *(_row(result) for result in coded)]),
                *_singles(coded),
                *_pictures(coded),
                *(_samples(scored) if scored else ()),
                *(_odd(odd) if odd else ()),
            ]
        )
    ]


HEAD = ["", "code", "steps", "seconds", "error", "PCA", "bits a value"]


def _row(result: Result) -> list[str]:
    training, held_out = result["training"], result["held_out"]
    bits = held_out.get("bits_per_dim")
    return [
        result["name"],
        str(result["latents"]),
        f"{training['steps']:,}",
        f"{training['seconds']:,.0f}",
        f"{held_out['error']:.4f}",
        f"{result['pca']:.4f}",
        "" if bits is None else f"{bits:.3f}",
    ]


def _singles(results: Sequence[Result]) -> list[str]:
    """Return sentences on what only one game has."""
    found = []
    for result in results:
        if "psnr" in result:
            before, after = result["psnr"]["before"], result["psnr"]["after"]
            deviation = result["options"]["amount"]
            found.append(
                f"**denoising**: held-out images with Gaussian noise of deviation {deviation:g} "
                f"have a PSNR of {before:.1f} dB, and what is made of them {after:.1f} dB."
            )
        if "activation" in result:
            mean, largest = result["activation"]["mean"], result["activation"]["largest"]
            found.append(
                f"**sparse**: a mean activation of {result['options']['rho']:g} is asked for; on "
                f"held-out images it is {mean:.3f}, and {largest:.3f} for the most active unit."
            )
    return found


def _pictures(results: Sequence[Result]) -> list[str]:
    said = "; then samples" if any("vae" in result["name"] for result in results) else ""
    lines = [f"Rows in turn: held-out images and what is made of them{said}; noisy images between."]
    for result in results:
        picture = f"pictures/results/{FOLDER}-{result['name']}.png"
        lines += [f"{result['name']}:", f"![images made again by {result['name']}]({picture})"]
    return lines


def _samples(results: Sequence[Result]) -> list[str]:
    cells = [["", "FID", "KID", "modes", "memorisation"]]
    for result in sorted(results, key=lambda result: result["scores"]["scores"]["fid"]):
        scores = result["scores"]["scores"]
        cells.append(
            [
                result["name"],
                f"{scores['fid']:.1f}",
                f"{scores['kid']:.2f}",
                f"{scores['modes']:.0f}",
                f"{scores['memorisation']:.1%}",
            ]
        )
    return [ABOUT_SAMPLES.strip(), markdown(cells), protocol_text(results[0]["scores"])]


def _odd(results: Sequence[Result]) -> list[str]:
    cells = [["", "left out", "main score", "its AUROC", "AUROC of the error"]]
    for result in results:
        main, *_ = result["auroc"]
        found = [f"{result['auroc'][name]:.3f}" for name in (main, "error")]
        cells.append([result["name"].partition("-")[0], str(result["digit"]), main, *found])
    return [ABOUT_ODD.strip(), markdown(cells)]
