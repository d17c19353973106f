"""The weights that ship draw the same pictures in eight threads as in one."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import torch
from torch import Tensor

from zoo_core import load

THREADS, PICTURES = 8, 70


def test_threads_that_draw_classes_at_once_get_what_one_alone_gets() -> None:
    model = load("cdcgan.mnist-28", device="cpu")

    def draw(label: int, truncation: float | None) -> Tensor:
        return model.sample(PICTURES, seed=label, labels=label, truncation=truncation)

    wanted = [(label, 0.5 if label % 2 else None) for label in range(THREADS)]
    alone = [draw(*each) for each in wanted]
    before = {name: tensor.clone() for name, tensor in model.generator.state_dict().items()}
    start = Barrier(THREADS)

    def drawn_at_once(number: int) -> list[Tensor]:
        start.wait()
        return [draw(*wanted[number]) for _ in range(3)]

    with ThreadPoolExecutor(THREADS) as pool:
        for number, pictures in enumerate(pool.map(drawn_at_once, range(THREADS))):
            assert all(torch.equal(found, alone[number]) for found in pictures)
    assert all(
        torch.equal(found, before[name]) for name, found in model.generator.state_dict().items()
    )
    assert not any(module.training for module in model.generator.modules())
