"""Figures: F09 (with figure 10), F11, F12."""
import numpy as np

from .. import measures_community as measures
from ..experiments import config_path, split_config
from ..registry import pattern
from ..verdict import bootstrap, condition, effect, level, ratio_of, share_of
from .community import AGE, LAST, fall_of_centralisation

# ---- figures 9 and 10 -----------------------------------------------------------------------------------------------------


def with_chosen(runs):
    """Firms of half-raised at month 60 with `chosen`, whether U and A were raised, and SH, ln(1 + joint events of two years).

    Nothing in the file says who was chosen: it is who stands higher in U and A together, by half of what 0.3 + 0.3 leave, in its
    first snapshot than the same firm does in the preset. Firms that are not in both are left out.
    """
    key = ["replicate", "uid"]
    raised, preset = (runs.panel("community-firms", s).sort_values("month") for s in ("half-raised", "preset"))
    first = [panel.groupby(key)[["understanding", "anchoring"]].first().sum(axis=1) for panel in (raised, preset)]
    chosen = ((first[0] - first[1]).dropna() > 0.2).rename("chosen")
    before = raised[raised.month == AGE - 24].set_index(key).joint_events_total.rename("before")
    firms = raised[raised.month == AGE].join(chosen, on=key, how="inner").join(before, on=key).fillna({"before": 0.0})
    return firms.assign(chosen=firms.chosen.astype(float), sh=np.log1p(firms.joint_events_total - firms.before))


def mediated(firms, n):
    """((n) total effect of being chosen on V, (n) its part through SH): product of coefficients in each run."""
    total, through = np.full((2, n), np.nan)
    for replicate, own in firms.groupby("replicate"):
        x, sh, v = (own[c].to_numpy() for c in ("chosen", "sh", "utilisation"))
        total[replicate] = measures.slopes(v, x)[0]
        through[replicate] = measures.slopes(sh, x)[0] * measures.slopes(v, x, sh)[1]
    return total, through


def effect_of_frame(runs):
    """[(replicate) V with facilitation less V without it, month 60] of firms that lack U and A (below 0.5), and that have both.

    U and A are those of the preset in a firm's first snapshot, so that the same firms are compared in both scenarios.
    """
    key = ["replicate", "uid"]
    with_, without = (runs.panel("community-firms", s).sort_values("month") for s in ("preset", "no-facilitation"))
    first = with_.groupby(key)[["understanding", "anchoring"]].first().add_prefix("first_")
    both = with_[with_.month == AGE].set_index(key)[["utilisation"]].join(
        without[without.month == AGE].set_index(key).utilisation.rename("bare"), how="inner").join(first)
    difference = both.utilisation - both.bare
    n = len(runs("community-firms", "preset").done)
    lacks = (both.first_understanding < 0.5) & (both.first_anchoring < 0.5)
    has = (both.first_understanding >= 0.5) & (both.first_anchoring >= 0.5)
    return [difference[rows].groupby("replicate").mean().reindex(range(n)).to_numpy() for rows in (lacks, has)]


@pattern("F09", kind="F", built="P",
         claim="Figures 9 and 10: inner conditions, frame, collaboration, utilisation",
         statistic="share of the effect of U and A (+0.3 each in a random half of the firms) on V that goes through joint events "
                   "(months 36 to 60, product of coefficients), month 60",
         expected="50 % or more through SH; effect of structure on V without U and A small (below 0.2 SD, half that of both)",
         needs={"community-firms": ["preset", "half-raised", "no-facilitation"]})
def f09(runs):
    """Small: below 0.2 SD, as Cohen has it. Half or less: I2 of the evidence, of which the figure's second part is made."""
    total, through = mediated(with_chosen(runs), len(runs("community-firms", "preset").done))
    sd = measures.between_firm_sd(runs.panel("community-firms", "preset"), AGE, "utilisation")
    lacks, has = effect_of_frame(runs)
    return effect(through, 0.50, None, estimate=ratio_of(through, total), conditions=[
        condition("effect of U and A on V, SD", total / sd, low=0, whole=True),
        condition("effect of facilitation on V of firms that lack U and A, SD", lacks / sd, high=0.2),
        condition("that over the effect on firms that have both", ratio_of(lacks, has), high=0.5)],
        note="U and A multiply what each project and talk is worth to a firm, beside what they do to collaboration: the "
             "larger part of their effect is direct, however collaboration is counted.")


# ---- figure 11 ------------------------------------------------------------------------------------------------------------


@pattern("F11", kind="F", built="M",
         claim="Figure 11: from a star through management to direct contact",
         statistic="fall of degree centralisation of the graph of contact within a year with management in it, month 12 to 60",
         expected="falls over time",
         needs={"community": ["preset"]})
def f11(runs):
    return effect(fall_of_centralisation(runs), 0, None,
                  note="Falls in the mean, since staff knows a smaller part of more members; members' own graph does not "
                       "close up meanwhile. With forty members throughout it rises.")


# ---- figure 12 ------------------------------------------------------------------------------------------------------------

PROMOTING = ["understanding", "anchoring", "content", "management", "relations", "community"]
INHIBITING = ["overview-loss", "growing-pains", "lock-in", "competition-and-ip", "largest"]
FACTORS = list(split_config(config_path("figures-factors"))[1])
TRUST_AND_BELONGING, EVENTS, INNER = (0, 1, 2), (3,), (4,)  # factors by place in a scenario's name


def signed(runs):
    """{condition: (replicate) V at month 60 less that of the mid-point, turned so that positive is the claim}."""
    middle = runs.values("community", "preset", "utilisation").at(AGE)
    moved = {name: runs.values("figures", name, "utilisation").at(AGE) - middle
             for name in [f"{p}-{way}" for p in PROMOTING for way in ("more", "less")] + INHIBITING}
    return {name: values if name.endswith("-more") else -values for name, values in moved.items()}


def factor_contrasts(runs, observable):
    """Contrasts (replicate) of an observable's mean over year 5 in figures-factors.cfg."""
    levels = np.array([[1 if letter == "h" else -1 for letter in name] for name in FACTORS])
    values = [runs.values("figures-factors", name, observable).window(*LAST) for name in FACTORS]
    return measures.contrasts(levels, np.array(values))


def totals(runs):
    """Estimates of Sobol's total index on SH of trust and belonging, of events, and of the first less the second."""
    found = factor_contrasts(runs, "collaboration")
    keep = np.all([np.isfinite(v) for v in found.values()], axis=0)
    values = np.array(list(found.values()))[:, keep].T  # (replicate, contrast)

    def total(of):
        return lambda drawn: measures.total_share(dict(zip(found, drawn.mean(axis=0))), of)
    social, events = total(TRUST_AND_BELONGING), total(EVENTS)
    return [bootstrap(each, values) for each in (social, events, lambda drawn: social(drawn) - events(drawn))]


@pattern("F12", kind="F", built="P",
         claim="Figure 12: what promotes and what inhibits",
         statistic="least share of replicates with the right sign on V at month 60, over 6 promoting conditions, their lack, and "
                   "5 inhibiting ones, each moved alone from the preset",
         expected="all 17 in 90 % of replicates or more; total Sobol index on SH of trust and belonging >= that of event count; "
                  "interaction of U, A with facilitation on V > 0",
         needs={"community": ["preset"], "figures": [f"{p}-{way}" for p in PROMOTING for way in ("more", "less")] + INHIBITING,
                "figures-factors": FACTORS})
def f12(runs):
    found = signed(runs)
    shares = [condition(f"right signs: {name}", share_of(v[np.isfinite(v)] > 0), low=0.90) for name, v in found.items()]
    social, events, more = totals(runs)
    meets_frame = factor_contrasts(runs, "utilisation")[INNER + EVENTS]
    least = bootstrap(lambda *arrays: min(np.mean(a > 0) for a in arrays), *found.values())
    return level(least, 0.90, None, conditions=[
        *shares, condition("total index on SH of trust and belonging", social),
        condition("total index on SH of event count", events),
        condition("the first less the second", more, low=0),
        condition("interaction of U and A with events on V", meets_frame, low=0, whole=True)],
        note="Inner conditions, competition and IP, and a lack of management decide V; the others have small effects, most "
             "of them of the right sign in the mean. More events at the same staff displace small projects; with staff and money "
             "enough they weigh more still than trust and belonging, with the right sign.")
