"""Inside the firm: P01 to P13, P25."""
import numpy as np

from ..registry import pattern
from ..verdict import condition, effect, level, share_of

STATE = 40  # month in which the state of the preset is read, as in section 9 of the evidence
SURVEY = 15  # firms that the field study interviewed
QUADRANTS = ["LL", "HL", "LH", "HH"]  # understanding, then anchoring


def at_month(runs, month, scenario="preset"):
    """The preset's firms in the snapshot nearest to a month, all replicates: a frame."""
    panel = runs.panel("firms", scenario)
    months = panel.month.unique()
    return panel[panel.month == months[np.argmin(np.abs(months - month))]]


def with_quadrant(firms):
    """The frame with a column quadrant: U and A split at 0.5."""
    return firms.assign(quadrant=np.array(QUADRANTS)[(firms.understanding >= 0.5) + 2 * (firms.anchoring >= 0.5)])


@pattern("P03", kind="E", built="P", honest="C",
         claim="Table 1 order of utilisation",
         statistic="mean utilisation of HH less that of LL firms, in between-firm SD, month 40",
         expected="HH - LL 1.0 SD or more; both mixed cells strictly between in 90 % of runs or more",
         needs={"firms": ["preset"]})
def p03(runs):
    firms = with_quadrant(at_month(runs, STATE))
    means = firms.pivot_table(index="replicate", columns="quadrant", values="utilisation").reindex(columns=QUADRANTS)
    sd = firms.groupby("replicate").utilisation.std().mean()
    mixed = means[["HL", "LH"]]
    between = (mixed.min(axis=1) > means.LL) & (mixed.max(axis=1) < means.HH)
    return effect((means.HH - means.LL) / sd, 1.0, None,
                  conditions=[condition("share of runs with both mixed cells strictly between", share_of(between), low=0.90)])


@pattern("P05", kind="E", built="C",
         claim="Half lack anchoring",
         statistic="share of firms with A < 0.5, month 40",
         expected="0.40 to 0.60 (target of the calibration); a survey of 15 firms within 0.25 to 0.75",
         needs={"firms": ["preset"]})
def p05(runs):
    firms = at_month(runs, STATE)
    lacks = firms.assign(lacks=firms.anchoring < 0.5).groupby("replicate").lacks
    found = surveys(lacks, np.random.default_rng(1))
    # The evidence names a tolerance and no share of surveys within it. 90 % is the default rule's; from 95 % a population of 0.40,
    # which it allows, could not pass.
    return level(lacks.mean().to_numpy(), 0.40, 0.60, conditions=[
        condition("share of surveys of 15 firms within 0.25 to 0.75", share_of((found >= 0.25) & (found <= 0.75)), low=0.90)])


def surveys(lacks, rng, n=1000):
    """(n) share in surveys of SURVEY firms of one cluster, drawn without replacement; clusters in turn."""
    clusters = [group.to_numpy() for _, group in lacks]
    return np.array([rng.choice(clusters[k % len(clusters)], SURVEY, replace=False).mean() for k in range(n)])
