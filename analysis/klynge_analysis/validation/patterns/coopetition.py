"""Cooperation and competition: P42 to P44, I7 (family of projects.md)."""
import numpy as np

from .. import measures_projects as measures
from ..registry import pattern
from ..verdict import Estimate, bootstrap, condition, effect, ratio_of

RIVALS = "projects-rivals"
LAST = 60  # month in which what came of it is read
ALL = {RIVALS: ["rivals-low", "none-low", "rivals-high", "none-high"]}


def competing(runs, scenario):
    """Share of ties between competitors, all replicates."""
    kind = runs.ties(RIVALS, scenario).kind
    return float(((kind & measures.COMPETITOR) > 0).mean())


def lost_between_competitors(runs, band, which):
    """((replicate) lost a tie, its Estimate): the part of what is shared in talk that competitors keep back, in a band of trust.

    The two runs of a band differ by who counts as a competitor and in nothing else, so that the same pairs talk the same hours:
    what is shared less over what would be shared, by the share of ties that compete, is lost a tie. 48 months."""
    shared = [runs.values(RIVALS, f"{s}-{band}", f"shared_{which}").count(0, 48) for s in ("rivals", "none")]
    share = competing(runs, f"rivals-{band}") - competing(runs, f"none-{band}")
    ratio = ratio_of(*shared)
    return (1 - shared[0] / shared[1]) / share, Estimate(*((1 - end) / share for end in (ratio.value, ratio.high, ratio.low)))


@pattern("P42", kind="E", built="C",
         claim="Coopetition gap",
         statistic="part shared in talk between competitors over that between the same firms without competition, at trust below "
                   "0.4",
         expected="0.4 to 0.8 at T < 0.4; 0.8 or more at T > 0.7",
         needs=ALL)
def p42(runs):
    lost, low = lost_between_competitors(runs, "low", "open")
    _, high = lost_between_competitors(runs, "high", "closed")
    shared = [Estimate(1 - e.value, 1 - e.high, 1 - e.low) for e in (low, high)]
    return effect(lost, 0.4, 0.8, estimate=shared[0], conditions=[condition("the same at trust above 0.7", shared[1], low=0.8)])


@pattern("I7", kind="I", built="P", honest="C",
         claim="Competition x trust",
         statistic="part of what is shared in talk that competition takes away, at trust below 0.4 less at trust above 0.7",
         expected="above 0; 0.2 or less is lost at trust above 0.7 (the number of P42)",
         needs=ALL)
def i7(runs):
    (low, _), (high, high_estimate) = (lost_between_competitors(runs, *band) for band in (("low", "open"), ("high", "closed")))
    return effect(low - high, 0, None, conditions=[condition("lost at trust above 0.7", high_estimate, high=0.2)])


COMPETITION, COOPERATION = ["alone", "some", "rivals"], ["low", "mid", "high"]
GRID = [f"{a}-{b}" for a in COMPETITION for b in COOPERATION]


@pattern("P43", kind="T", built="M", honest="P",
         claim="Fig 2 simultaneity",
         statistic="mean V in month 60 of the best mix with both competition and cooperation (preset's or more of each), less "
                   "the best with one of the two at its least; in V",
         expected="highest with both, not with either alone; spillover lowers V at low trust",
         needs={"projects": [*GRID, "wary-safe", "wary-leaky"]})
def p43(runs):
    """Overlap of markets: who counts as a competitor (profile cosine 0.95, 0.74, 0.3). Incentive to cooperate: the rate of ideas,
    half, as in the preset, double. Best are those of the highest mean over replicates. Leak 0 against 1 (its range) at
    trust.hours of 120."""
    v = {name: runs.values("projects", name, "utilisation").at(LAST) for name in [*GRID, "wary-safe", "wary-leaky"]}
    grid = np.stack([v[name] for name in GRID], axis=1).reshape(-1, 3, 3)  # (replicate, competition, cooperation)
    both = grid[:, 1:, 1:].reshape(-1, 4)
    either = np.concatenate([grid[:, 0, :], grid[:, 1:, 0]], axis=1)

    def ahead(b, e):
        return b.mean(axis=0).max() - e.mean(axis=0).max()
    keep = np.isfinite(both).all(axis=1) & np.isfinite(either).all(axis=1)
    best = both[:, np.nanmean(both, axis=0).argmax()], either[:, np.nanmean(either, axis=0).argmax()]
    return effect(best[0] - best[1], 0, None, estimate=bootstrap(ahead, both[keep], either[keep]), conditions=[
        condition("V lost to spillover at low trust", v["wary-safe"] - v["wary-leaky"], low=0, whole=True)],
        note="Rivals in sight add to ideas, but members' hours and the gates let few ideas become projects, while competition "
             "takes from what is shared in every talk. Even a strong spur and a light penalty leave the two within a hair of "
             "each other.")


RESTRICTED = {"none": 0.0, "a-fifth": 0.2, "half": 0.5}


def free_firms(runs):
    """{scenario: (replicate) mean V in month 60 of the firms that are free at 50 %, those that are members then in both}"""
    panels = {s: runs.panel("projects-restricted", s) for s in ("none", "half")}
    panels = {s: panel[panel.month == LAST].set_index(["replicate", "uid"]) for s, panel in panels.items()}
    half = panels["half"]
    both = half[half.restricted == 0].index.intersection(panels["none"].index)
    return {s: panel.loc[both].groupby("replicate").utilisation.mean() for s, panel in panels.items()}


@pattern("P44", kind="E", built="P", honest="C",
         claim="Corporate/IP limits",
         statistic="relative fall of open sharing (h a member, months 12 to 60) over the share restricted, at 50 % against 0 %",
         expected="more than proportional (above 1), at 20 % too; value of others lower; closed sharing unchanged or up "
                  "(interval above -5 %)",
         needs={"projects-restricted": list(RESTRICTED)})
def p44(runs):
    """Proportional is a fall by the share of firms that are restricted. Value of others: V of the same firms, free in both
    (free_firms)."""
    opened, closed = ({s: runs.values("projects-restricted", s, f"shared_{which}").window(12, LAST) for s in RESTRICTED}
                      for which in ("open", "closed"))

    def fall_over_share(scenario):
        ratio = ratio_of(opened[scenario], opened["none"])
        return Estimate(*((1 - end) / RESTRICTED[scenario] for end in (ratio.value, ratio.high, ratio.low)))
    value, change = free_firms(runs), ratio_of(closed["half"], closed["none"])
    return effect(opened["none"] - opened["half"], 1, None, estimate=fall_over_share("half"), conditions=[
        condition("the same at 20 %", fall_over_share("a-fifth"), low=1),
        condition("V that free firms lose at 50 %", (value["none"] - value["half"]).to_numpy(), low=0, whole=True),
        condition("relative change of closed sharing at 50 %", Estimate(*(end - 1 for end in change)), low=-0.05, whole=True)],
        note="A restricted firm shares openly what it does not withhold (0.6 is withheld), so that the fall is less than their "
             "share; it is proportional where all is withheld. All else holds.")
