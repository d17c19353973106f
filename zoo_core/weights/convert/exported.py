"""Export a model for other programs; what is exported is run and compared before it is there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

import torch

from zoo_core.engine.modes import evaluating
from zoo_core.errors import ZooError, memory_errors, nearest
from zoo_core.runs.atomic import whole_file
from zoo_core.weights.convert import export_formats
from zoo_core.weights.convert.export_nets import Exportable, exportable
from zoo_core.weights.pretrained import Pretrained

ExportFormat = Literal["safetensors", "torch-export", "onnx"]

BATCHES = (2, 1, 5)
"""Images of the passes that are compared: the number of the trace, one, and another number."""


@dataclass(frozen=True, slots=True)
class Format:
    """How one format is written and run.

    Args:
        ending: of its files.
        write: writes what is exported of a model to a file.
        runner: returns what runs the file.
        tolerance: largest difference of a pixel in [-1, 1].
    """

    ending: str
    write: Callable[[Exportable, Path], None]
    runner: Callable[[Exportable, Path], export_formats.Runner]
    tolerance: float


FORMATS: dict[str, Format] = {
    "safetensors": Format(
        ".safetensors",
        export_formats.write_safetensors,
        export_formats.run_safetensors,
        0.0,
    ),
    "torch-export": Format(".pt2", export_formats.write_program, export_formats.run_program, 1e-5),
    "onnx": Format(".onnx", export_formats.write_onnx, export_formats.run_onnx, 1e-4),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """What was written, and how it compared.

    Args:
        path: the file.
        format: of the file.
        inputs: name of each input to the shape of one row.
        largest: absolute difference of a pixel between ours and the exported one.
        batches: numbers of images that were compared.
        size: of the file, in bytes.
        remarks: what a user should be told.
    """

    path: Path
    format: str
    inputs: dict[str, tuple[int, ...]]
    largest: float
    batches: tuple[int, ...]
    size: int
    remarks: tuple[str, ...]


def export(
    model: Pretrained,
    path: str | Path,
    *,
    format: ExportFormat,  # noqa: A002 - what everybody calls it
    direction: str = "",
) -> Exported:
    """Write what makes images, run the file, and compare; a file that differs is not left behind.

    The exported net takes any number of images. Where there was a file before, it stays until the
    new one has been compared.

    Args:
        model: loaded on the CPU.
        path: the file, with the ending of its format: .safetensors, .pt2 or .onnx.
        format: safetensors (weights alone), torch-export or onnx.
        direction: of a translator, such as "ab"; the first one by default.

    Raises:
        ZooError: an unknown format, another ending, a package that is missing, a net that the
            format cannot take, pictures that differ, or a file that cannot be written.
    """
    known = _known(format)
    path = Path(path)
    _check_path(path, known, format)
    asked = exportable(model, direction)
    with whole_file(path, hint="`path` names another file") as temporary:
        with memory_errors(), evaluating({"net": asked.net}):
            known.write(asked, temporary)
            largest = _largest(asked, known.runner(asked, temporary))
        if not largest <= known.tolerance:
            raise ZooError(
                f"the {format} file differs from the model by up to {largest:.3g}, and "
                f"{known.tolerance:g} is allowed; it is not kept",
                hint="another `format`, or another version of torch",
            )
    return Exported(
        path=path,
        format=format,
        inputs=dict(zip(asked.names, asked.shapes, strict=True)),
        largest=largest,
        batches=BATCHES,
        size=path.stat().st_size,
        remarks=asked.remarks,
    )


def _largest(asked: Exportable, run: export_formats.Runner) -> float:
    """Return the largest difference of a pixel over passes of several sizes."""
    differences = []
    for count in BATCHES:
        inputs = asked.inputs(count)
        ours, theirs = asked.net(*inputs), run(*inputs)
        if ours.shape != theirs.shape:
            raise ZooError(
                f"the exported net makes images of shape {tuple(theirs.shape)} where the model "
                f"makes {tuple(ours.shape)}; it is not kept",
                hint="another `format`, or another version of torch",
            )
        differences.append((ours - theirs).abs().max())
    return float(torch.stack(differences).max())


def _known(name: str) -> Format:
    if name not in FORMATS:
        raise ZooError(
            f"no format {name!r} to export to",
            hint=f"{nearest(name, FORMATS)}the formats are {', '.join(get_args(ExportFormat))}",
        )
    return FORMATS[name]


def _check_path(path: Path, known: Format, name: str) -> None:
    if path.suffix != known.ending:
        raise ZooError(
            f"{str(path)!r} does not end as {name} files do",
            hint=f"`path={str(path.with_suffix(known.ending))!r}`",
        )
    if path.is_dir():
        raise ZooError(f"{str(path)!r} is a folder", hint="`path` names a file")
