"""The contract between parts: what a generator, a loss or a game is, and what they exchange."""

from zoo_core.interfaces.data import UNKNOWN, Dataset, Datasets, Rows, Split, Table, Variation
from zoo_core.interfaces.duel import Due, Duel, DuelNames
from zoo_core.interfaces.games import (
    DUEL,
    Duels,
    Game,
    GameParts,
    Play,
    Player,
    Role,
    Round,
    Task,
)
from zoo_core.interfaces.importers import Imported, Importer, StateDict
from zoo_core.interfaces.metrics import (
    Comparison,
    Features,
    ImageSet,
    Metric,
    Real,
    Reference,
    Seen,
)
from zoo_core.interfaces.nets import Discriminator, Encoder, Generator, Styled
from zoo_core.interfaces.parts import (
    Augment,
    Condition,
    Constraint,
    Head,
    Loss,
    Penalty,
    Sampler,
)
from zoo_core.interfaces.pixels import as_bytes, as_floats
from zoo_core.interfaces.pooling import pooled, pooled_length
from zoo_core.interfaces.positions import Positions
from zoo_core.interfaces.randomness import Dropout, NetStreams, Noise, net_draws, net_stream
from zoo_core.interfaces.showing import how_many, in_rows
from zoo_core.interfaces.slopes import slopes
from zoo_core.interfaces.trackers import Tracked, Tracker
from zoo_core.interfaces.values import Batch, Draws, Notes, Scores, Terms, Turn, in_full

__all__ = [
    "DUEL",
    "UNKNOWN",
    "Augment",
    "Batch",
    "Comparison",
    "Condition",
    "Constraint",
    "Dataset",
    "Datasets",
    "Discriminator",
    "Draws",
    "Dropout",
    "Due",
    "Duel",
    "DuelNames",
    "Duels",
    "Encoder",
    "Features",
    "Game",
    "GameParts",
    "Generator",
    "Head",
    "ImageSet",
    "Imported",
    "Importer",
    "Loss",
    "Metric",
    "NetStreams",
    "Noise",
    "Notes",
    "Penalty",
    "Play",
    "Player",
    "Positions",
    "Real",
    "Reference",
    "Role",
    "Round",
    "Rows",
    "Sampler",
    "Scores",
    "Seen",
    "Split",
    "StateDict",
    "Styled",
    "Table",
    "Task",
    "Terms",
    "Tracked",
    "Tracker",
    "Turn",
    "Variation",
    "net_draws",
    "net_stream",
    "pooled",
    "pooled_length",
    "as_bytes",
    "as_floats",
    "how_many",
    "in_full",
    "in_rows",
    "slopes",
]
