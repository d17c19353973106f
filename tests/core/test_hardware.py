from __future__ import annotations

import os

import pytest
import torch
from torch import nn

from zoo_core.config.run import RunOptions
from zoo_core.engine.hardware import (
    Hardware,
    available_devices,
    choose_device,
    choose_hardware,
    determinism,
    slow_bfloat16,
)
from zoo_core.errors import ZooError

CPU = torch.device("cpu")


def hardware(**changes: object) -> Hardware:
    settings: dict[str, object] = {"precision": "float32", "layout": "channels-first", **changes}
    return Hardware(device=CPU, **settings)  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUBLAS_WORKSPACE_CONFIG", ":4096:8")


def refused_on_the_cpu() -> None:
    torch.zeros(3).put_(torch.tensor([0]), torch.ones(1))


def test_an_unknown_device_is_refused() -> None:
    with pytest.raises(ZooError) as caught:
        choose_device("tpu")
    assert caught.value.message == f"no device 'tpu' on this machine (torch {torch.__version__})"
    assert caught.value.hint == (
        f"`--device {available_devices()[0]}`, or `--device auto`; "
        "`zoo doctor` shows what torch sees"
    )


def test_auto_is_the_fastest_device() -> None:
    assert choose_device("auto").type == available_devices()[0]


def test_the_cpu_is_always_there() -> None:
    assert choose_device("cpu") == CPU
    assert available_devices()[-1] == "cpu"


def test_convolutions_run_channels_last() -> None:
    found = choose_hardware(RunOptions(device="cpu"), nn.Sequential(nn.Conv2d(1, 1, 1)))
    assert (found.precision, found.layout) == ("float32", "channels-last")
    assert found.memory_format == torch.channels_last


def test_without_convolutions_the_layout_stays() -> None:
    found = choose_hardware(RunOptions(device="cpu"), nn.Linear(1, 1))
    assert found.layout == "channels-first"
    assert found.memory_format == torch.contiguous_format


def test_what_is_asked_for_is_done() -> None:
    run = RunOptions(device="cpu", precision="bfloat16", layout="channels-first")
    found = choose_hardware(run, nn.Conv2d(1, 1, 1))
    assert (found.precision, found.layout) == ("bfloat16", "channels-first")


def test_bfloat16_is_used_inside_nets() -> None:
    with hardware(precision="bfloat16").autocast():
        assert nn.Linear(2, 2)(torch.ones(1, 2)).dtype == torch.bfloat16


def test_float32_is_left_alone() -> None:
    with hardware().autocast():
        assert nn.Linear(2, 2)(torch.ones(1, 2)).dtype == torch.float32


def test_a_module_is_placed_in_its_layout() -> None:
    net = nn.Conv2d(3, 4, 3)
    hardware(layout="channels-last").place(net)
    assert net.weight.is_contiguous(memory_format=torch.channels_last)


def test_the_description_is_what_a_configuration_records() -> None:
    assert hardware().describe() == {
        "device": "cpu",
        "precision": "float32",
        "layout": "channels-first",
        "threads": torch.get_num_threads(),
    }


def test_float32_is_never_slow() -> None:
    assert slow_bfloat16(hardware()) == ""


def test_slow_bfloat16_is_told() -> None:
    assert slow_bfloat16(hardware(precision="bfloat16")) in (
        "",
        "this CPU has no bfloat16 units: precision bfloat16 is much slower than float32 here",
    )


def test_determinism_refuses_what_is_not_reproducible() -> None:
    with pytest.raises(ZooError) as caught, determinism(asked=True):
        refused_on_the_cpu()
    assert caught.value.message == "`--deterministic` refuses put_"
    assert caught.value.hint == "choose parts without it, or leave `--deterministic` out"


def test_determinism_is_restored_afterwards() -> None:
    with determinism(asked=True):
        assert torch.are_deterministic_algorithms_enabled()
    assert not torch.are_deterministic_algorithms_enabled()


def test_determinism_is_restored_after_an_error() -> None:
    with pytest.raises(ZooError), determinism(asked=True):
        refused_on_the_cpu()
    assert not torch.are_deterministic_algorithms_enabled()


def test_other_errors_pass_through() -> None:
    with pytest.raises(RuntimeError, match="something else"), determinism(asked=True):
        raise RuntimeError("something else")


def test_nothing_is_refused_unless_asked() -> None:
    with determinism(asked=False):
        refused_on_the_cpu()


def test_the_environment_of_the_user_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUBLAS_WORKSPACE_CONFIG", ":16:8")
    with determinism(asked=True):
        assert os.environ["CUBLAS_WORKSPACE_CONFIG"] == ":16:8"
