"""Workers of a sweep as jobs of a Slurm cluster, by submitit."""

from __future__ import annotations

import inspect
import shlex
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from zoo_core.errors import ZooError, nearest

LOGS = "slurm"
"""Folder of the jobs' files, in that of the sweep."""

_OURS = {"command", "folder", "map_count"}
"""Parameters of a submission that are no user's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Jobs:
    """An array of jobs, each of which is one worker of a sweep.

    Args:
        out: folder of the sweep, which all nodes share.
        count: of workers.
        arguments: further ones of `zoo sweep --out FOLDER`.
        parameters: of the submission, such as partition or time, in minutes.

    Raises:
        ZooError: submitit is not installed, or a parameter that a submission has not.
    """

    out: Path
    count: int
    arguments: Sequence[str] = ()
    parameters: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if find_spec("submitit") is None:
            raise ZooError(
                "`--launcher slurm` needs the package submitit, which is not installed",
                hint="`pip install 'gan-zoo[slurm]'`, or `--workers N` on this machine",
            )
        known = _known()
        for name in self.parameters:
            if name not in known:
                raise ZooError(
                    f"a Slurm job has no parameter {name!r}",
                    hint=f"{nearest(name, known)}`--slurm` takes {', '.join(known)}",
                )

    @property
    def command(self) -> list[str]:
        """Return what each job runs."""
        out = str(self.out.resolve())
        return [sys.executable, "-m", "zoo_cli", "sweep", "--out", out, *self.arguments]

    def script(self) -> str:
        """Return the batch script that is submitted, and after it what its jobs run."""
        from submitit.slurm.slurm import _make_sbatch_string

        folder = self.out.resolve() / LOGS
        command = f"{shlex.quote(sys.executable)} -u -m submitit.core._submit {folder}"
        text = _make_sbatch_string(
            command=command, folder=folder, map_count=self.count, **self._typed()
        )
        return f"{text.rstrip()}\n\n# each of the {self.count} jobs runs\n# {self._line()}\n"

    def submit(self) -> list[str]:
        """Submit the jobs; return their ids.

        Raises:
            ZooError: there is no Slurm here, or it refuses them.
        """
        if shutil.which("srun") is None or shutil.which("sbatch") is None:
            raise ZooError(
                "there is no Slurm here: this machine has no `sbatch` and `srun`",
                hint="a login node of a cluster has them; `--dry-run` shows what would be "
                "submitted; `--workers N` works on this machine",
            )
        from submitit import SlurmExecutor
        from submitit.core.utils import FailedJobError, FailedSubmissionError
        from submitit.helpers import CommandFunction

        executor = SlurmExecutor(folder=self.out.resolve() / LOGS)
        executor.update_parameters(**self._typed())
        try:
            with executor.batch():
                jobs = [executor.submit(CommandFunction(self.command)) for _ in range(self.count)]
        except (FailedJobError, FailedSubmissionError) as error:
            raise ZooError(
                f"Slurm refuses the jobs: {' '.join(str(error).split())}",
                hint="`--slurm` says what they need, such as `--slurm partition=gpu`",
            ) from error
        return [job.job_id for job in jobs]

    def _line(self) -> str:
        return shlex.join(self.command)

    def _typed(self) -> dict[str, Any]:
        given = {
            name: int(text) if text.isdigit() else text for name, text in self.parameters.items()
        }
        return {"job_name": f"zoo-{self.out.name}", "time": 24 * 60, **given}


def _known() -> list[str]:
    from submitit.slurm.slurm import _make_sbatch_string

    return sorted(set(inspect.signature(_make_sbatch_string).parameters) - _OURS)
