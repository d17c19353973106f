"""Where and how a run computes: device, precision, memory layout."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from typing import Literal

import torch
from torch import nn

from zoo_core.config.run import RunOptions
from zoo_core.errors import ZooError

Layout = Literal["channels-first", "channels-last"]
Precision = Literal["float32", "bfloat16"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hardware:
    """What a run computes on; recorded, so that a resumed run does the same."""

    device: torch.device
    precision: Precision
    layout: Layout

    @property
    def memory_format(self) -> torch.memory_format:
        """Return the layout in PyTorch's words."""
        last = self.layout == "channels-last"
        return torch.channels_last if last else torch.contiguous_format

    def autocast(self) -> AbstractContextManager[object]:
        """Return the context in which nets run."""
        if self.precision == "float32":
            return nullcontext()
        return torch.autocast(self.device.type, torch.bfloat16)

    def place(self, module: nn.Module) -> None:
        """Move a module to the device and layout, in place."""
        module.to(device=self.device)
        if self.layout == "channels-last":
            module.to(memory_format=torch.channels_last)

    def describe(self) -> dict[str, str | int]:
        """Return what the configuration records."""
        return {
            "device": self.device.type,
            "precision": self.precision,
            "layout": self.layout,
            "threads": torch.get_num_threads(),
        }


def choose_hardware(run: RunOptions, module: nn.Module) -> Hardware:
    """Decide what `auto` means on this machine, for this game.

    Nets run in float32; bfloat16 can be asked for. Convolutions run channels-last on a CPU and
    wherever they run in bfloat16. `benchmarks/layouts.py` measures all four on the machine at hand.

    Raises:
        ZooError: a device that this machine does not have.
    """
    device = choose_device(run.device)
    precision: Precision = "float32" if run.precision == "auto" else run.precision
    convolves = any(isinstance(m, nn.Conv2d | nn.ConvTranspose2d) for m in module.modules())
    fits = device.type == "cpu" or (device.type == "cuda" and precision == "bfloat16")
    auto: Layout = "channels-last" if convolves and fits else "channels-first"
    layout = auto if run.layout == "auto" else run.layout
    return Hardware(device=device, precision=precision, layout=layout)


def choose_device(name: str) -> torch.device:
    """Return the device of a name; "auto" takes the fastest that is there.

    Raises:
        ZooError: the machine has no such device.
    """
    there = available_devices()
    if name == "auto":
        return torch.device(there[0])
    if name not in there:
        raise ZooError(
            f"no device {name!r} on this machine (torch {torch.__version__})",
            hint=f"`--device {there[0]}`, or `--device auto`; `zoo doctor` shows what torch sees",
        )
    return torch.device(name)


def available_devices() -> list[str]:
    """Return the devices of this machine, the fastest first."""
    found = ["cpu"]
    if torch.backends.mps.is_available():
        found.insert(0, "mps")
    if torch.cuda.is_available():
        found.insert(0, "cuda")
    return found


def slow_bfloat16(hardware: Hardware) -> str:
    """Return a remark if bfloat16 was asked for where it is emulated."""
    if hardware.precision != "bfloat16" or hardware.device.type != "cpu":
        return ""
    if torch.ops.mkldnn._is_mkldnn_bf16_supported() and has_bfloat16_units():
        return ""
    return "this CPU has no bfloat16 units: precision bfloat16 is much slower than float32 here"


def has_bfloat16_units() -> bool:
    """Return whether the CPU multiplies bfloat16 in hardware."""
    capabilities = torch.backends.cpu.get_cpu_capability()
    flags = getattr(torch.cpu, "_is_avx512_bf16_supported", lambda: False)()
    return bool(flags) or "SVE" in capabilities


@contextmanager
def determinism(*, asked: bool) -> Iterator[None]:
    """Refuse operations that are not reproducible, if asked; restore the setting afterwards."""
    if not asked:
        yield
        return
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    before = torch.are_deterministic_algorithms_enabled()
    benchmark = torch.backends.cudnn.benchmark
    torch.use_deterministic_algorithms(mode=True)
    torch.backends.cudnn.benchmark = False
    try:
        yield
    except RuntimeError as error:
        if "does not have a deterministic implementation" not in str(error):
            raise
        raise ZooError(
            "`--deterministic` refuses " + str(error).split(" does not have", 1)[0],
            hint="choose parts without it, or leave `--deterministic` out",
        ) from error
    finally:
        torch.use_deterministic_algorithms(mode=before)
        torch.backends.cudnn.benchmark = benchmark
