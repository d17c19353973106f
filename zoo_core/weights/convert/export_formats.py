"""Write and run the formats: safetensors, torch.export programs, ONNX."""

from __future__ import annotations

import importlib
import importlib.util
import io
import json
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import Tensor

from zoo_core.engine.modes import evaluating
from zoo_core.engine.state import load_tensors
from zoo_core.errors import ZooError
from zoo_core.runs.checkpoint import tensors_in
from zoo_core.version import VERSION
from zoo_core.weights.bundle.game import critics_of
from zoo_core.weights.convert.export_nets import Exportable, exportable
from zoo_core.weights.pretrained import Pretrained

Runner = Callable[..., Tensor]

BATCH = "batch"
"""Name of the axis of which any number may be given."""

TRACED = 2
"""Images of the pass that is traced: one could be taken for a constant."""

ONNX_PACKAGES = ("onnx", "onnxruntime", "onnxscript")

OWN_AFFAIRS = ("The given buffer is not writable", r"`isinstance\(treespec, LeafSpec\)`")
"""How the warnings begin that torch 2.11 has about its own code, and nobody here can mend."""


def write_safetensors(asked: Exportable, path: Path) -> None:
    """Write the generator's weights under their own names, with the composition as metadata."""
    model = asked.model
    tensors = model.game.nets()[asked.name].state_dict()
    plain = {name: tensor.detach().contiguous().clone() for name, tensor in tensors.items()}
    composition = json.dumps(model.composition.config().to_json(), sort_keys=True)
    save_file(plain, path, metadata={"format": "pt", "gan-zoo": composition})


def run_safetensors(asked: Exportable, path: Path) -> Runner:
    """Return a newly built net with the file's weights."""
    model = asked.model
    game, held = model.composition.build(), model.game.nets()
    critics = critics_of(game)
    for name, net in game.nets().items():
        if name not in critics:
            tensors = tensors_in(path) if name == asked.name else held[name].state_dict()
            load_tensors(net, tensors, name)
    again = Pretrained(model.composition, game, model.device)
    directions = {name: each for each, name in game.translators().items()}
    net = exportable(again, directions.get(asked.name, "")).net

    def run(*inputs: Tensor) -> Tensor:
        with evaluating({"net": net}):
            images: Tensor = net(*inputs)
        return images

    return run


def write_program(asked: Exportable, path: Path) -> None:
    """Write a program of torch.export, for any number of images."""
    with _quietly():
        torch.export.save(_traced(asked), path)


def run_program(_asked: Exportable, path: Path) -> Runner:
    """Return the program that torch.export reads back."""
    with _quietly():
        run: Runner = torch.export.load(path).module()
    return run


def write_onnx(asked: Exportable, path: Path) -> None:
    """Write one ONNX file, for any number of images, that says what it is."""
    _check_onnx()
    with _quietly():
        # of a program that is traced already, torch's exporter makes neither words nor warnings
        torch.onnx.export(
            _traced(asked),
            asked.inputs(TRACED),
            path,
            input_names=asked.names,
            output_names=["images"],
            dynamo=True,
            external_data=False,
            verbose=False,
        )
    _describe(asked, path)


def _describe(asked: Exportable, path: Path) -> None:
    """Name the free axis of an ONNX file, and say in its metadata what it draws."""
    onnx = importlib.import_module("onnx")
    found = onnx.load(path)
    graph = found.graph
    free = graph.input[0].type.tensor_type.shape.dim[0].dim_param
    for value in (*graph.input, *graph.output, *graph.value_info):
        for dim in value.type.tensor_type.shape.dim:
            if dim.dim_param:
                dim.dim_param = BATCH if dim.dim_param == free else dim.dim_param
    onnx.helper.set_model_props(found, _facts(asked))
    onnx.checker.check_model(found)
    onnx.save(found, path)


def _facts(asked: Exportable) -> dict[str, str]:
    model, plan = asked.model, asked.model.composition.plan
    source = model.origin.source
    return {
        "gan-zoo": VERSION,
        "generator": plan.name("generator"),
        # where a folder lies is nobody's business
        "source": Path(source).name if Path(source).exists() else source,
        "classes": json.dumps(model.classes if asked.classes else []),
        "range": "-1 to 1",
        "licence": model.licence,
    }


def run_onnx(asked: Exportable, path: Path) -> Runner:
    """Return what runs the file in ONNX Runtime on the CPU."""
    onnxruntime = importlib.import_module("onnxruntime")
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])

    def run(*inputs: Tensor) -> Tensor:
        named = {name: value.numpy() for name, value in zip(asked.names, inputs, strict=True)}
        return torch.from_numpy(session.run(None, named)[0])

    return run


@contextmanager
def _quietly() -> Iterator[None]:
    """Keep what PyTorch's tracer and exporter say of their own code from users.

    Some versions warn of what they call themselves, and print which rules they applied.
    """
    with warnings.catch_warnings(), redirect_stdout(io.StringIO()):
        for begin in OWN_AFFAIRS:
            warnings.filterwarnings("ignore", begin)
        yield


def _traced(asked: Exportable) -> torch.export.ExportedProgram:
    """Return the net's program.

    Raises:
        ZooError: what it does depends on values, or on the number of images.
    """
    batch = torch.export.Dim(BATCH, min=1)
    shapes = tuple({0: batch} for _ in asked.names)
    try:
        return torch.export.export(asked.net, asked.inputs(TRACED), dynamic_shapes=shapes)
    except Exception as error:
        # whatever a part or the tracer raises, this net cannot be traced
        line = str(error).strip().split("\n", 1)[0][:160]
        raise ZooError(
            f"this net cannot be traced: {type(error).__name__}: {line}",
            hint="`format='safetensors'` writes the weights of any net",
        ) from error


def _check_onnx() -> None:
    missing = [name for name in ONNX_PACKAGES if importlib.util.find_spec(name) is None]
    if missing:
        raise ZooError(
            f"the format onnx needs {', '.join(missing)}, which "
            f"{'are' if len(missing) > 1 else 'is'} not installed",
            hint="`pip install gan-zoo[onnx]`",
        )
