"""Write a bundle: whole or not at all, and the same bytes for the same checkpoint."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import Tensor

from zoo_core.digests import sha256_of
from zoo_core.errors import ZooError
from zoo_core.pictures.sheets import save_grid
from zoo_core.registry.lookup import Registry
from zoo_core.runs.atomic import whole_folder
from zoo_core.weights.bundle.bundle import (
    CARD,
    CONFIG,
    SAMPLES,
    STATE,
    Bundle,
    is_bundle,
    read_bundle,
)
from zoo_core.weights.bundle.config import BundleConfig
from zoo_core.weights.loading import load_pretrained
from zoo_core.weights.pretrained import Pretrained
from zoo_core.weights.publication.card import card
from zoo_core.weights.publication.contents import Contents, Wanted, gathered

DTYPES = {"float32": torch.float32, "float16": torch.float16}

SEED = 0
"""Of the latents in samples.png."""

MOST_COLUMNS = 16


def write_bundle(
    source: str | Path,
    folder: str | Path,
    *,
    average: bool = True,
    with_critic: bool = False,
    with_state: bool = False,
    dtype: str = "float32",
    samples: int = 64,
    registry: Registry | None = None,
) -> Bundle:
    """Write the weights of a run, of one of its checkpoints or of another bundle.

    The same checkpoint gives the same bytes. A bundle that is in the folder already is replaced.

    Args:
        source: what `load` takes.
        folder: gets the bundle; new, empty or a bundle.
        average: the moving average, where there is one.
        with_critic: all nets, not only those that drawing needs.
        with_state: also the whole checkpoint, so that the training can go on from it.
        dtype: "float32" or "float16".
        samples: how many pictures samples.png has; 0 for no picture.
        registry: where names are looked up; all installed plugins by default.

    Raises:
        ZooError: no such source, weights that it does not have, values that do not fit in the
            dtype, parts of a plugin file, or a folder that cannot be written.
    """
    known = registry or Registry.from_installed()
    wanted = Wanted(average=average, critic=with_critic, state=with_state)
    contents = gathered(source, wanted, known)
    return write_contents(contents, folder, dtype=dtype, samples=samples, registry=known)


def write_contents(
    contents: Contents,
    folder: str | Path,
    *,
    dtype: str = "float32",
    samples: int = 64,
    name: str = "",
    registry: Registry | None = None,
) -> Bundle:
    """Write a bundle, and load it once to draw its picture; nothing is left where that fails.

    Args:
        contents: what goes into it.
        folder: gets the bundle; new, empty or a bundle.
        dtype: "float32" or "float16".
        samples: how many pictures samples.png has; 0 for no picture.
        name: under which the card shows how to load it; the folder's by default.
        registry: where names are looked up; all installed plugins by default.

    Raises:
        ZooError: values that do not fit in the dtype, weights that do not fit the composition, or
            a folder that cannot be written.
    """
    target = Path(folder)
    _check_target(target)
    components = {net: _stored(net, tensors, dtype) for net, tensors in contents.tensors.items()}
    with whole_folder(target, over=True) as temporary:
        _write_files(temporary, components, contents)
        config = _write_config(temporary, contents, dtype)
        trained = load_pretrained(temporary, device="cpu", registry=registry)
        if samples and _draw(trained, temporary / SAMPLES, samples, contents.picture):
            config = _write_config(temporary, contents, dtype)
        text = card(config, name or target.name, registry=registry)
        (temporary / CARD).write_bytes(text.encode())
    return read_bundle(target, verify=False)


def _check_target(target: Path) -> None:
    if target.is_dir() and any(target.iterdir()) and not is_bundle(target):
        raise ZooError(
            f"{str(target)!r} is not empty and holds no weights of GAN Zoo",
            hint="choose a new or an empty folder",
        )
    if target.exists() and not target.is_dir():
        raise ZooError(f"{str(target)!r} is a file", hint="choose a new or an empty folder")


def _stored(net: str, tensors: Mapping[str, Tensor], dtype: str) -> dict[str, Tensor]:
    """Return tensors as they are written: contiguous, and in the dtype if they are floating.

    Raises:
        ZooError: a type that no bundle holds, or a value that the dtype cannot hold.
    """
    found = {}
    for name, tensor in tensors.items():
        if not (tensor.is_floating_point() or tensor.dtype == torch.int64):
            raise ZooError(
                f"{name!r} of {net} is of type {str(tensor.dtype).removeprefix('torch.')}, which "
                "no bundle holds",
                hint="floating values and int64 travel; its author must register another type",
            )
        kept = tensor.dtype if tensor.dtype == torch.int64 else DTYPES[dtype]
        plain = tensor.detach().to("cpu", kept, copy=True, memory_format=torch.contiguous_format)
        if not bool(torch.isfinite(plain).all()):
            raise ZooError(
                f"{name!r} of {net} has values that {dtype} does not hold",
                hint="`float32` holds all that a checkpoint has"
                if dtype != "float32"
                else "the weights are not finite, so they draw nothing",
            )
        found[name] = plain
    return found


def _write_files(
    folder: Path, components: Mapping[str, Mapping[str, Tensor]], contents: Contents
) -> None:
    for net, tensors in components.items():
        save_file(dict(tensors), folder / f"{net}.safetensors", metadata={"format": "pt"})
    for name, value in contents.state.items():
        (folder / STATE).mkdir(exist_ok=True)
        if isinstance(value, bytes):
            (folder / STATE / name).write_bytes(value)
        else:
            shutil.copyfile(value, folder / STATE / name)


def _write_config(folder: Path, contents: Contents, dtype: str) -> BundleConfig:
    files = [file for file in folder.rglob("*") if file.is_file() and file.name != CARD]
    config = BundleConfig(
        composition=contents.composition,
        components={net: f"{net}.safetensors" for net in contents.tensors},
        weights=contents.weights,
        dtype=dtype,
        step=contents.step,
        distributions=contents.distributions,
        scores=tuple(contents.scores),
        training=contents.training,
        sha256={
            file.relative_to(folder).as_posix(): sha256_of(file)
            for file in sorted(files)
            if file != folder / CONFIG
        },
        state=tuple(sorted(contents.state)),
        origin=contents.origin,
        licence=contents.licence,
    )
    text = json.dumps(config.to_json(), indent=2, ensure_ascii=False) + "\n"
    (folder / CONFIG).write_bytes(text.encode())
    return config


def _draw(trained: Pretrained, path: Path, count: int, picture: Path | None) -> bool:
    """Write the picture of samples; return whether there is one."""
    if trained.game.translators():
        if picture is None:
            return False
        shutil.copyfile(picture, path)
        return True
    columns = len(trained.classes) if 2 <= len(trained.classes) <= MOST_COLUMNS else 8
    images = trained.sample(max(1, count // columns) * columns if count > columns else count)
    save_grid(images, path, columns=columns)
    return True
