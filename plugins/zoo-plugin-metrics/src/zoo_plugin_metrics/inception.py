"""InceptionV3 (Szegedy et al. 2015, arXiv:1512.00567), as FID and the inception score know it."""

from __future__ import annotations

from typing import Any, ClassVar

import torch
from torch import Tensor

from zoo_core import ImageSpec, ZooError
from zoo_core.interfaces import Features, Seen
from zoo_plugin_metrics import inception_weights as weights
from zoo_plugin_metrics.precision import full_precision


class Inception(Features):
    """Read the 2048 pooled features and the 1008 logits without bias of InceptionV3.

    The net, its weights of 2015-12-05 and its bilinear scaling are those of torch-fidelity, so
    that figures can be compared with published ones. Grey images are repeated in three channels.
    Weights are looked for in `path`, else in torch's own cache folder; their hash is checked.

    Args:
        path: a file of weights: the published one, or safetensors with a `sha256` of their own.
        sha256: of weights of one's own; of the published file by default.
        download: fetch the published file where it is missing.

    Shapes:
        images (N, 1 or 3, H, W) -> features (N, 2048), logits (N, 1008).

    Raises:
        ZooError: weights that are missing or others than expected, or images of other channels.
    """

    argument: ClassVar[str] = "path"
    classifies: ClassVar[bool] = True
    reads = "bilinear to 299x299 as TensorFlow 1 scales, values (x - 128) / 128"

    def __init__(
        self, *, image: ImageSpec, path: str = "", sha256: str = "", download: bool = False
    ) -> None:
        if image.channels not in (1, 3):
            raise ZooError(
                f"inception reads images of 1 or 3 channels, and these have {image.channels}",
                hint="`--features pixels` reads any",
            )
        self.digest = weights.expected_sha256(path, sha256)
        self.path = weights.locate(path, self.digest, download=download)
        self._net: Any = None

    def __call__(self, images: Tensor) -> Seen:
        if self._net is None:
            self._net = build_net(weights.read(self.path, self.digest))
        net = self._net.to(images.device)
        with torch.no_grad(), full_precision(images.device):
            features, logits = net(images.expand(-1, 3, -1, -1))
        return Seen(features, logits)


def build_net(state: dict[str, Tensor]) -> Any:
    """Return torch-fidelity's net with these weights, in evaluation mode.

    Raises:
        ZooError: weights of another net.
    """
    from torch_fidelity.feature_extractor_inceptionv3 import FeatureExtractorInceptionV3

    try:
        return FeatureExtractorInceptionV3(
            "inception", ["2048", "logits_unbiased"], weights.as_file(state)
        )
    except RuntimeError as error:
        reason = str(error).partition("\n")[2].strip().partition("\n")[0] or str(error)
        raise ZooError(
            f"the weights are not those of this InceptionV3: {reason[:200]}",
            hint=f"it takes {weights.NAMES[0]}, or the same tensors as safetensors",
        ) from error
