"""What the quality benchmarks share: a judge, controls, scores and tables. Needs torch only."""

from benchmarks.judging.controls import controls
from benchmarks.judging.judge import Judge, JudgeOptions, train_judge
from benchmarks.judging.panel import Figures, Panel
from benchmarks.judging.real import RealImages, real_images
from benchmarks.judging.scores import (
    class_shares,
    frechet_distance,
    nearest_distances,
    nearest_other_distances,
)
from benchmarks.judging.tables import figures_table
from benchmarks.judging.trainings import Lines, Training, training_of

__all__ = [
    "Figures",
    "Judge",
    "JudgeOptions",
    "Lines",
    "Panel",
    "RealImages",
    "Training",
    "class_shares",
    "controls",
    "figures_table",
    "frechet_distance",
    "nearest_distances",
    "nearest_other_distances",
    "real_images",
    "train_judge",
    "training_of",
]
