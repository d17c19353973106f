"""Two processes that share a batch train as one does.

What couples the samples of a batch (batch normalisation) is per rank, so the net here has none.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

PROGRAM = """
import json, sys
import torch
import torch.distributed as dist
from safetensors.torch import save_file
torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)
from zoo_core import Registry, compose
from zoo_core.engine import Engine
from zoo_core.engine.feed import Feed
from zoo_core.engine.hardware import choose_hardware
from zoo_core.engine.ranks import Ranks
from zoo_core.engine.assembling import player_options

out, store, plugin = sys.argv[1], sys.argv[4], sys.argv[5]
rank, world = int(sys.argv[2]), int(sys.argv[3])
if world > 1:
    dist.init_process_group("gloo", init_method="file://" + store, rank=rank, world_size=world)
parts, options = json.loads(sys.argv[6])
composition = compose(parts, options, registry=Registry.from_installed(files=[plugin]))
game = composition.build().double()
ranks = Ranks.from_environment()
feed = Feed(composition.dataset.tables("train"), batch=composition.run.batch, seed=0,
            device=torch.device("cpu"), rank=ranks.rank, world=ranks.world)
players = {name: player_options(composition, name) for name in game.players()}
engine = Engine(game, feed, run=composition.run, players=players,
                hardware=choose_hardware(composition.run, game), ranks=ranks)
for _ in range(4):
    engine.step()
save_file({n: p.detach().contiguous() for n, p in game.named_parameters()}, out)
if world > 1:
    # threads of the group that still run would abort the process at its end
    dist.barrier()
    dist.destroy_process_group()
"""

PLAIN = [
    {"generator": "tiny", "critic": "tiny", "sampler": "learned-scale", "loss": "wgan-gp"},
    {
        "run": {"batch": 8, "size": "8", "critic_steps": 2, "layout": "channels-first"},
        "generator": {"drop": False},
    },
]


AGAINST_COLLAPSE = [
    {
        "generator": "tiny",
        "critic": "dcgan",
        "sampler": "mixture",
        "head": ["minibatch-discrimination", "minibatch-stddev"],
        "constraint": "weight-norm",
        "penalty": "historical-averaging",
        "augment": "instance-noise",
    },
    {
        "run": {"batch": 8, "size": "8", "layout": "channels-first"},
        "generator": {"drop": False},
        "critic": {"width": 4, "norm": "none"},
        "head.minibatch-discrimination": {"group": 2, "kernels": 3},
    },
]
"""Groups of images lie within the rows of a process."""


@pytest.mark.parametrize(
    "parts",
    [PLAIN, pytest.param(AGAINST_COLLAPSE, marks=pytest.mark.slow)],
    ids=["plain", "against-collapse"],
)
def test_two_ranks_equal_one_in_float64(
    parts: list[dict[str, object]], stranger: Path, tmp_path: Path
) -> None:
    source = stranger.read_text().replace("self.norm(self.first(latents))", "self.first(latents)")
    plugin = tmp_path / "without_batch_norm.py"
    plugin.write_text(source)
    results = {}
    for world in (1, 2):
        store = str(tmp_path / f"store{world}")
        processes = []
        for rank in range(world):
            out = str(tmp_path / f"{world}-{rank}.safetensors")
            arguments = [out, str(rank), str(world), store, str(plugin), json.dumps(parts)]
            command = [sys.executable, "-W", "ignore", "-c", PROGRAM, *arguments]
            environment = {**os.environ, "OMP_NUM_THREADS": "1"}
            processes.append(subprocess.Popen(command, env=environment))
        assert [process.wait(120) for process in processes] == [0] * world
        for rank in range(world):
            results[world, rank] = load_file(tmp_path / f"{world}-{rank}.safetensors")
    one = results[1, 0]
    for name in one:
        assert torch.equal(results[2, 0][name], results[2, 1][name]), name
        assert torch.allclose(one[name], results[2, 0][name], atol=1e-12, rtol=0), name
