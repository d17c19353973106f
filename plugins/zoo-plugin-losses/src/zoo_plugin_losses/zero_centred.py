"""R1 and R2 (Mescheder et al. 2018, arXiv:1801.04406, equations 9 and 10)."""

from abc import abstractmethod
from typing import Annotated, ClassVar

from zoo_core import Between
from zoo_core.interfaces import Batch, Penalty, Scores, Terms, Turn, slopes


class ZeroCentred(Penalty):
    """Add weight / 2 * E[||dD/dx||^2], over C, H and W of each sample together.

    The scores of the loss are differentiated, so that no scoring pass is added. A lazy one acts on
    every so many moves, that many times as strong (arXiv:1912.04958, appendix B).

    Args:
        weight: gamma of the paper.
        every: moves between the moves that have the penalty.
    """

    per_sample: ClassVar[bool] = True
    name: ClassVar[str] = ""

    def __init__(
        self,
        *,
        weight: Annotated[float, Between(0, 1e6)] = 10.0,
        every: Annotated[int, Between(1, 1000)] = 1,
    ) -> None:
        super().__init__()
        self.weight, self.every = weight, every

    def forward(self, turn: Turn) -> Terms:
        scores, batch = self.of(turn)
        squares = slopes(scores.logits, batch.images).square().sum(1)
        return Terms({self.name: 0.5 * self.weight * squares.mean()})

    @abstractmethod
    def of(self, turn: Turn) -> tuple[Scores, Batch]:
        """Return what is differentiated, and where."""


class R1(ZeroCentred):
    """Add weight / 2 * E[||dD/dx||^2] at real images (equation 9).

    Args:
        weight: gamma of the paper.
        every: moves between the moves that have the penalty, which is that many times as strong
            (arXiv:1912.04958, appendix B).
    """

    differentiates: ClassVar[frozenset[str]] = frozenset({"real"})
    name = "r1"

    def of(self, turn: Turn) -> tuple[Scores, Batch]:
        assert turn.real_scores is not None, "a critic's move scores the real batch"
        return turn.real_scores, turn.real


class R2(ZeroCentred):
    """Add weight / 2 * E[||dD/dx||^2] at generated images (equation 10).

    Args:
        weight: gamma of the paper.
        every: moves between the moves that have the penalty, which is that many times as strong
            (arXiv:1912.04958, appendix B).
    """

    differentiates: ClassVar[frozenset[str]] = frozenset({"fake"})
    name = "r2"

    def of(self, turn: Turn) -> tuple[Scores, Batch]:
        return turn.fake_scores, turn.fake
