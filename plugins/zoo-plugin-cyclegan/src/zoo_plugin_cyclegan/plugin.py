"""CycleGAN and pix2pix for the GAN zoo: what this distribution provides. Imports no torch."""

from __future__ import annotations

from zoo_core import AVERAGED, Entry, hookimpl

CYCLEGAN = "arXiv:1703.10593"
PIX2PIX = "arXiv:1611.07004"
ADAM = {"optimizer": "adam", "lr": 2e-4, "betas": (0.5, 0.999)}
JITTER = {"jitter": 286 / 256, "mirror": True}
"""How both papers vary their training images, as options of folders."""

FALLING = {**ADAM, "schedule": "linear", "decay_from": 0.5}

CUT = (
    "images are brought to the size of the run by cutting off what is too long, and enlarged from "
    "there for the random crop; the original squeezes the file's own pixels to 286 x 286"
)
FALLS = (
    "the learning rate falls with every step of the second half of a run; the original lets it "
    "fall once an epoch, for 100 of 200 epochs"
)

NETS = (
    Entry(
        kind="generator",
        name="cyclegan",
        target="zoo_plugin_cyclegan.resnet:ResNetGenerator",
        summary="Translates images in residual blocks at a quarter of their sides.",
        paper=CYCLEGAN,
        defaults={"parts": {"critic": "patchgan", "game": "cycle"}, "data": JITTER},
        departures=(CUT, AVERAGED),
    ),
    Entry(
        kind="generator",
        name="pix2pix",
        target="zoo_plugin_cyclegan.unet:UNetGenerator",
        summary="Translates images in a U-Net, with connections at every size.",
        paper=PIX2PIX,
        defaults={
            "parts": {"critic": "patchgan", "game": "paired"},
            "critic": {"norm": "batch"},
            "data": JITTER,
        },
        departures=(
            CUT,
            "no dropout in pictures and translations, so that they can be repeated; the original "
            "draws with it, and with the statistics of the batch",
            AVERAGED,
        ),
    ),
    Entry(
        kind="discriminator",
        name="patchgan",
        target="zoo_plugin_cyclegan.patchgan:PatchGAN",
        summary="Scores every patch of 70x70 pixels, or less for small images.",
        paper=PIX2PIX,
        defaults={"critic": ADAM},
    ),
    Entry(
        kind="discriminator",
        name="pixelgan",
        target="zoo_plugin_cyclegan.pixelgan:PixelGAN",
        summary="Scores every pixel by itself.",
        paper=PIX2PIX,
        defaults={"critic": ADAM},
    ),
)

GAMES = (
    Entry(
        kind="game",
        name="cycle",
        target="zoo_plugin_cyclegan.cycle:Cycle",
        summary="Two generators translate unpaired images there and back.",
        paper=CYCLEGAN,
        defaults={
            "parts": {"loss": "lsgan"},
            # the loss itself halves both players' squares; here only the critics' are halved
            "loss": {"generator_weight": 1.0},
            "generator": FALLING,
            "critic": FALLING,
            "run": {"batch": 1},
        },
        departures=(FALLS,),
    ),
    Entry(
        kind="game",
        name="paired",
        target="zoo_plugin_cyclegan.paired:Paired",
        summary="A generator translates images whose translations are known.",
        paper=PIX2PIX,
        defaults={
            "parts": {"loss": "non-saturating"},
            "generator": FALLING,
            "critic": FALLING,
            "run": {"batch": 1},
        },
        departures=(
            "the learning rate falls over the second half of a run, as in the authors' PyTorch "
            "code; the paper keeps it (`-o generator.schedule=constant "
            "-o critic.schedule=constant`)",
            FALLS,
        ),
    ),
)

IMPORTERS = (
    Entry(
        kind="importer",
        name="cyclegan-original",
        target="zoo_plugin_cyclegan.importing:CycleGANOriginal",
        summary="The original PyTorch CycleGAN: latest_net_G_A.pth, and G_B, D_A and D_B.",
        paper=CYCLEGAN,
    ),
    Entry(
        kind="importer",
        name="pix2pix-original",
        target="zoo_plugin_cyclegan.importing_unet:Pix2PixOriginal",
        summary="The original PyTorch pix2pix with its U-Net: latest_net_G.pth, and D.",
        paper=PIX2PIX,
    ),
)


WEIGHTS = (
    Entry(
        kind="weights",
        name="cyclegan.digits-mnist-32",
        target="zoo_plugin_cyclegan:weights/cyclegan.digits-mnist-32",
        summary="From the embedded digits to MNIST and back, 1,200 steps.",
        paper=CYCLEGAN,
        tags=("needs:zoo-plugin-losses",),
    ),
)


@hookimpl
def zoo_entries() -> tuple[Entry, ...]:
    return (*NETS, *GAMES, *IMPORTERS, *WEIGHTS)
