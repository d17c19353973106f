"""Every line that a hint of one of the repository's plugins gives, and what runs it."""

from __future__ import annotations

from pasted_hints import ABSENT, FETCHED, PARTS, TINY, D, E, T, V
from pasting import Case, Direct, Parsed, Pasted

AUTOENCODER = "plugins/zoo-plugin-autoencoder/src/zoo_plugin_autoencoder"
CONDITIONAL = "plugins/zoo-plugin-conditional/src/zoo_plugin_conditional"
CYCLEGAN = "plugins/zoo-plugin-cyclegan/src/zoo_plugin_cyclegan"
DCGAN = "plugins/zoo-plugin-dcgan/src/zoo_plugin_dcgan"
METRICS = "plugins/zoo-plugin-metrics/src/zoo_plugin_metrics"
SAMPLERS = "plugins/zoo-plugin-samplers/src/zoo_plugin_samplers"
STABILITY = "plugins/zoo-plugin-stability/src/zoo_plugin_stability"
DEPARTURE = "a sentence of the table of departures"
ALIKE = "needs data of which half the held-out images are training images"

PLUGINS: dict[str, dict[str, Case]] = {
    f"{AUTOENCODER}/coding.py": {
        "--data digits": Pasted(E.replace("digits", "unpaired:pairs/A,pairs/B")),
    },
    f"{AUTOENCODER}/encoding.py": {
        "--init RUN": Pasted(
            f"{V} --game encode --disc vanilla --encoder mlp", put={"RUN": "runs/a"}
        ),
        "-o game.kappa=0": Pasted(f"train --game encode --init bundle {TINY}"),
        "zoo pack RUN DIR --with-critic": Pasted(
            f"train --game encode --init bundle {TINY}", put={"RUN": "runs/a", "DIR": "packed"}
        ),
    },
    f"{AUTOENCODER}/plugin.py": {
        "-o game.scale=1": Direct(DEPARTURE, f"{E} -o game.likelihood=gaussian"),
    },
    f"{AUTOENCODER}/vae.py": {"--sampler normal": Pasted(f"{E} --sampler uniform")},
    f"{CONDITIONAL}/concat.py": {
        "--condition projection": Direct("needs hundreds of classes", V),
    },
    f"{CONDITIONAL}/plugin.py": {
        "-o condition.continuous_weight=1": Direct(DEPARTURE, f"{V} --condition infogan"),
    },
    f"{CONDITIONAL}/pooling.py": {"--disc dcgan": Direct(PARTS, f"{V} --condition ac --size 16")},
    f"{CONDITIONAL}/sides.py": {
        "--size VALUE": Pasted(f"{V} --gen infogan --size 10"),
    },
    f"{CYCLEGAN}/cycle.py": {
        "--data unpaired:A,B": Pasted(
            f"{T} --data folder:photos --game cycle", put={"A,B": "pairs/A,pairs/B"}
        ),
        "--data unpaired:paired:PATH": Pasted(
            f"{T} --data paired:pairs --game cycle", put={"PATH": "pairs"}
        ),
        "--game paired": Pasted(f"{T} --data paired:pairs --game cycle"),
        "-o game.identity_weight=0": Direct("data of two sides have the same channels", T),
    },
    f"{CYCLEGAN}/layers.py": {"--size": Direct(PARTS, T, "16")},
    f"{CYCLEGAN}/paired.py": {
        "--data paired:PATH": Pasted(
            f"{T} --game paired --data folder:photos", put={"PATH": "pairs"}
        ),
        "--game cycle": Pasted(f"{T} --game paired"),
    },
    f"{CYCLEGAN}/patchgan.py": {
        "--disc pixelgan": Pasted(f"{V} --size 4 --disc patchgan"),
        "-o critic.layers=VALUE": Pasted(f"{T} -o critic.layers=4"),
    },
    f"{CYCLEGAN}/plugin.py": {
        "-o generator.schedule=constant -o critic.schedule=constant": Direct(DEPARTURE, T),
    },
    f"{CYCLEGAN}/resnet.py": {"--size VALUE": Pasted(f"{T} --size 13")},
    f"{CYCLEGAN}/unet.py": {
        "--size 256": Pasted(f"{T} --game cycle --gen pix2pix --size 18", "--size 16"),
        "-o generator.depth=VALUE": Pasted(f"{T} --game cycle --gen pix2pix -o generator.depth=6"),
    },
    f"{DCGAN}/plugin.py": {
        "--sampler uniform": Direct(DEPARTURE, D),
        "-o game.share=false": Direct(DEPARTURE, D),
    },
    f"{DCGAN}/sides.py": {"--size VALUE": Pasted(f"{D} --size 30")},
    f"{METRICS}/classifier.py": {
        "--features inception": Parsed(FETCHED),
        "--features pixels": Direct(
            "needs images of two channels", f"{V} --metrics fid --eval-count 60"
        ),
        "pip install --force-reinstall --no-deps zoo-plugin-metrics": Parsed(ABSENT),
    },
    f"{METRICS}/inception.py": {
        "--features pixels": Direct(PARTS, f"{V} --metrics fid --eval-count 60"),
    },
    f"{METRICS}/inception_weights.py": {
        "--features inception:FILE": Parsed(FETCHED),
        "--features inception:FILE.safetensors": Parsed(FETCHED),
        "-o features.download=true": Parsed(FETCHED),
        "-o features.sha256=": Parsed(FETCHED),
    },
    f"{METRICS}/label_accuracy.py": {
        "--condition concat": Direct(PARTS, V),
        "zoo list metric": Direct(PARTS),
        "--features digit-classifier": Direct(PARTS, f"{V} --metrics fid --eval-count 60"),
        "zoo list features": Direct(PARTS),
    },
    f"{METRICS}/memorisation.py": {"zoo data check": Direct(ALIKE, more="folder:photos")},
    f"{METRICS}/reading.py": {
        "--eval-count 10000": Direct(
            "a check before it says so", f"{V} --metrics fid --features pixels", "--eval-count 60"
        ),
        "--features digit-classifier": Direct(
            PARTS, f"{V} --metrics inception-score --eval-count 60"
        ),
        "--features inception": Parsed(FETCHED),
        "zoo list metric": Direct("a check before it says so"),
    },
    "plugins/zoo-plugin-vanilla/src/zoo_plugin_vanilla/mini_conv.py": {
        "--size VALUExVALUE": Pasted(f"{V} --gen mini-conv --size 10"),
    },
    "plugins/zoo-plugin-wgan/src/zoo_plugin_wgan/plugin.py": {
        "-o game.long_rounds=true": Direct(DEPARTURE, f"{V} --loss wgan"),
    },
    f"{SAMPLERS}/gumbel_softmax.py": {
        "--latent-dim VALUE": Pasted(f"{V} --sampler gumbel-softmax --latent-dim 64"),
        "-o sampler.categories=VALUE": Pasted(f"{V} --sampler gumbel-softmax --latent-dim 64"),
    },
    f"{STABILITY}/groups.py": {
        "--disc dcgan": Direct(PARTS, f"{V} --head minibatch-stddev", "-o critic.width=4"),
    },
    f"{STABILITY}/virtual_batch.py": {
        "--condition none": Pasted(f"{D} --constraint virtual-batch --condition concat"),
        "--constraint none": Pasted(
            f"{D} -o generator.norm=instance --constraint virtual-batch",
            drop="--constraint virtual-batch",
        ),
    },
    f"{STABILITY}/weights.py": {
        "--constraint none": Pasted(
            f"{D} -o critic.norm=spectral --constraint spectral", drop="--constraint spectral"
        ),
    },
}
