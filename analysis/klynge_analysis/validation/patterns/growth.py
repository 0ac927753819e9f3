"""Growth: P19 to P24, P35, P40, P50, I3, I4, I10."""
import numpy as np

from ..registry import pattern
from ..verdict import Estimate, condition, effect, ratio_of

PEAK = 38  # month in which G+ reaches 83 members
FOUNDERS = "founders"


def founders(runs, scenario, name, month=PEAK):
    """(replicate) of the founding cohort."""
    return runs.values("growth", scenario, f"{name}_by_tenure_cohort").level(FOUNDERS).at(month)


def newcomers(runs, scenario, name, month=PEAK):
    """((replicate) mean over all who are not founders, (replicate) their share of the members)."""
    values = runs.values("growth", scenario, f"{name}_by_tenure_cohort")
    members = runs.values("growth", scenario, "members_by_tenure_cohort")
    new = [k for k, label in enumerate(values.levels) if label != FOUNDERS]
    n = members.at(month)[:, new]
    with np.errstate(invalid="ignore"):
        mean = np.nansum(values.at(month)[:, new] * n, axis=1) / n.sum(axis=1)
    return mean, n.sum(axis=1) / members.at(month).sum(axis=1)


def fall(before, after):
    """Relative fall of the mean over replicates, with its interval: 1 - after / before."""
    ratio = ratio_of(after, before)
    return Estimate(1 - ratio.value, 1 - ratio.high, 1 - ratio.low)


SIZES = ["20", "40", "83", "160"]


def potential_of_the_same(runs, size):
    """(replicate) mean potential in month 6 of the twenty firms that are founders at every size."""
    panel = runs.panel("size", size)
    same = panel[(panel.month == 6) & (panel.uid < int(SIZES[0]))]
    return same.groupby("replicate").potential.mean().to_numpy()


@pattern("P19", kind="E", built="M",
         claim="Growth = opportunities",
         statistic="potential utilisation (project capacity with its best matches) of the same 20 firms among 83 over that among 40, less 1",
         expected="increasing and concave over N = 20 to 160; at 83 by 5 to 25 % above 40",
         needs={"size": SIZES})
def p19(runs):
    potential = {n: potential_of_the_same(runs, n) for n in SIZES}
    rise = [potential[b] - potential[a] for a, b in zip(SIZES, SIZES[1:])]
    slope = [r / (int(b) - int(a)) for r, a, b in zip(rise, SIZES, SIZES[1:])]  # a member
    conditions = [condition(f"rise from {a} to {b} members", r, low=0, whole=True) for r, a, b in zip(rise, SIZES, SIZES[1:])]
    conditions += [condition(f"slope up to {b} members less that beyond", s - t, low=0, whole=True)
                   for s, t, b in zip(slope, slope[1:], SIZES[1:])]
    ratio = ratio_of(potential["83"], potential["40"])
    return effect(rise[1], 0.05, 0.25, estimate=Estimate(*(end - 1 for end in ratio)), conditions=conditions,
                  note="Best and mean-top-5 match are not written out by firm. Potential sums a firm's best matches, as many as its capacity "
                       "allows, weighted by what it needs (ODD 7.19); its U and A stand in it too.")


@pattern("P20", kind="E", built="M",
         claim="Growth = loss of overview",
         statistic="relative fall of overview (mean share of other members known), G+ against G0, month 38",
         expected="falls by 30 % or more, in both cohorts; >= 60 % of dyads mutually unknown at N = 83",
         needs={"growth": ["growth", "no-growth"]})
def p20(runs):
    still, grown = (runs.values("growth", s, "overview").at(PEAK) for s in ("no-growth", "growth"))
    old = fall(founders(runs, "no-growth", "overview"), founders(runs, "growth", "overview"))
    new = fall(newcomers(runs, "no-growth", "overview")[0], newcomers(runs, "growth", "overview")[0])
    unknown = runs.values("growth", "growth", "unknown_dyads").at(PEAK)  # nearest network measure: month 36 or 42
    return effect(still - grown, 0.30, None, estimate=fall(still, grown), conditions=[
        condition("relative fall among founders", old, low=0.30),
        condition("relative fall among later members", new, low=0.30),
        condition("share of dyads mutually unknown", unknown, low=0.60)])


@pattern("P22", kind="E", built="M", honest="P",
         claim="Growth weakens community",
         statistic="fall of mean belonging, G+ against G0, in between-firm SD of G0, month 38",
         expected="0.3 to 1.0 SD lower; old members 0.3 SD or more above new; erosion of old members 20 to 60 % of the fall",
         needs={"growth": ["growth", "no-growth"]})
def p22(runs):
    still, grown = (runs.values("growth", s, "sense_of_community").at(PEAK) for s in ("no-growth", "growth"))
    sd = np.nanmean(runs.values("growth", "no-growth", "sense_of_community_sd").at(PEAK))
    old_still, old_grown = (founders(runs, s, "sense_of_community") for s in ("no-growth", "growth"))
    new_grown, _ = newcomers(runs, "growth", "sense_of_community")
    # Means split exactly: fall = (old in G0 - old in G+) + what the new weigh more in G+ than in G0. The first is erosion.
    erosion = ratio_of(old_still - old_grown, still - grown)
    return effect((still - grown) / sd, 0.3, 1.0, conditions=[
        condition("old above new members in G+, SD", (old_grown - new_grown) / sd, low=0.3),
        condition("erosion, share of the fall", erosion, low=0.20, high=0.60)])
