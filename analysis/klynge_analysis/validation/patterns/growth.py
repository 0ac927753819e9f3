"""Growth, and what it does to overview, community and benefit: P19 to P24, P50, I3, I10. Sizes and staff: sizes.py."""
import numpy as np

from .. import measures_growth as measures
from ..registry import pattern
from ..verdict import SHARE, condition, effect, ratio_of, share_of

PEAK = 38  # month in which G+ reaches 83 members
END = 62  # last month of the configs
FOUNDERS = measures.FOUNDERS
SOME = 1e-6  # above 0: what is exactly 0 in all replicates does not hold


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


def above(what, values):
    """Two conditions on a further contrast: above 0 with its whole interval, and in as many replicates as the rule asks for."""
    return [condition(what, values, low=SOME, whole=True),
            condition("the same, share of replicates", share_of(values > 0), low=SHARE)]


@pattern("P20", kind="E", built="M",
         claim="Growth = loss of overview",
         statistic="relative fall of overview (mean share of other members known), G+ against G0, month 38",
         expected="falls by 30 % or more, in both cohorts; >= 60 % of dyads mutually unknown at N = 83",
         needs={"growth": ["growth", "no-growth"]})
def p20(runs):
    still, grown = (runs.values("growth", s, "overview").at(PEAK) for s in ("no-growth", "growth"))
    old = measures.fall(founders(runs, "no-growth", "overview"), founders(runs, "growth", "overview"))
    new = measures.fall(newcomers(runs, "no-growth", "overview")[0], newcomers(runs, "growth", "overview")[0])
    unknown = runs.values("growth", "growth", "unknown_dyads").at(PEAK)
    return effect(still - grown, 0.30, None, estimate=measures.fall(still, grown), conditions=[
        condition("relative fall among founders", old, low=0.30),
        condition("relative fall among later members", new, low=0.30),
        condition("share of dyads mutually unknown", unknown, low=0.60)],
        note="The number of members that a founder knows grows with the cluster, since entrants bring acquaintances and "
             "suppliers, and chance brings every pair together alike. Without these it stays, and the pattern passes.")


SPEEDS = ["at-once", "19-months", "38-months", "76-months"]
BEGAN = 24  # month in which growth begins


@pattern("P21", kind="E", built="M",
         claim="Untapped potential: growing pains",
         statistic="relative shortfall of V/Vpot, 40 to 83 members at once against in 76 months, 12 months after growth began, "
                   "standardised for tenure",
         expected="faster = lower at 12 months, 5 % or more; the difference halves by 36 months if facilitated",
         needs={"growth-speed": [*SPEEDS, "at-once-facilitated", "76-months-facilitated"]})
def p21(runs):
    """All paths begin in the same month, the 25th, so that a calendar month is the same time after it on each. V and Vpot are
    standardised each, then divided. Firms of a stratum of tenure are pooled over replicates, since slow paths have few new ones;
    the sign is that of single runs. Facilitated: staff in proportion to members, which is what growth without it lacks."""
    early, late = (at_speeds(runs, SPEEDS, after) for after in (12, 36))
    kept = [at_speeds(runs, ["at-once-facilitated", "76-months-facilitated"], after) for after in (12, 36)]
    fast, slow = measures.standardised([early[0], early[-1]], measures.tenure_of(early))
    steps = [condition(f"{b} less {a}, V/Vpot at 12 months", measures.over_runs(lambda r, k=k: r[k + 1] - r[k], early), low=SOME,
                       whole=True) for k, (a, b) in enumerate(zip(SPEEDS, SPEEDS[1:]))]
    return effect(slow - fast, 0.05, None, estimate=measures.over_runs(shortfall, early), conditions=steps + [
        condition("difference at 36 months over that at 12, facilitated", measures.over_runs(
            lambda first, then: (then[-1] - then[0]) / (first[-1] - first[0]), *kept), high=0.5),
        condition("shortfall at 12 months, facilitated", measures.over_runs(shortfall, kept[0])),
        condition("shortfall at 36 months, facilitated", measures.over_runs(shortfall, kept[1])),
        condition("shortfall at 36 months, staff fixed", measures.over_runs(shortfall, late)),
        *(condition(f"shortfall of {name} alone at {after} months", measures.over_runs(
            lambda means, k=k: shortfall(means[:, k]), path, of=measures.standardised_means))
          for after, path in ((12, early), (36, late)) for k, name in ((measures.V, "V"), (measures.POTENTIAL, "Vpot")))],
        note="A year after growth began the fast path has lost no benefit: what is higher is its potential, with more to match. "
             "The loss of benefit comes later, and most of it is not there with staff in proportion; single runs differ by far more.")


def shortfall(ratios):
    """Of the fastest path to the slowest, relative."""
    return 1 - ratios[0] / ratios[-1]


def at_speeds(runs, scenarios, after):
    """Firms by tenure of each path, so many months after growth began."""
    return [measures.by_tenure(runs.panel("growth-speed", s), BEGAN + after, runs("growth-speed", s).months,
                               len(runs("growth-speed", s).done)) for s in scenarios]


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
        condition("erosion, share of the fall", erosion, low=0.20, high=0.60)],
        note="Members come with a belonging that is above the mean of a cluster that has grown, so that they hardly lower it by "
             "being new. With a lower one the pattern passes.")


THEMES_AT = 36


@pattern("P23", kind="E", built="P",
         claim="Breadth blurs the focus",
         statistic="fall of cognitive social capital, 40 members of three sectors against of seven, month 36",
         expected="SC_cog falls in both (diversity; N doubled); joint themes per pair fall with diversity, potential novelty "
                  "rises",
         needs={"growth-themes": ["narrow", "broad", "narrow-doubled", "broad-doubled"]})
def p23(runs):
    """Joint themes: domains in which both of a pair hold a competence; potential novelty: the pair's cognitive distance. Both are
    expectations given the two firms' sectors (measures_growth.py), of all pairs of members."""
    capital = {s: runs.values("growth-themes", s, "social_capital_cognitive").at(THEMES_AT)
               for s in ("narrow", "broad", "narrow-doubled", "broad-doubled")}
    joint, novelty = zip(*(measures.themes_of_pairs(runs.panel("growth-themes", s), THEMES_AT) for s in ("narrow", "broad")))
    return effect(capital["narrow"] - capital["broad"], 0, None, conditions=[
        *above("fall by doubling, three sectors", capital["narrow"] - capital["narrow-doubled"]),
        *above("fall by doubling, seven sectors", capital["broad"] - capital["broad-doubled"]),
        condition("fall of domains in common a pair, expected", joint[0] - joint[1], low=0, whole=True),
        condition("rise of distance of pairs, expected", novelty[1] - novelty[0], low=0, whole=True)],
        note="Diversity lowers shared aims in every run. Numbers do so by a firm's own part in the mean profile, small among "
             "forty already, and by goals that are hardly less clear: in the mean, but not in single runs.")


@pattern("P24", kind="T", built="M", honest="P",
         claim="Unmanaged growth -> drop-out",
         statistic="exits a member and year, months 38 to 62 of G+: staff fixed over staff in proportion to members",
         expected="hazard ratio >= 1.15, interval above 1; veterans' B lower too",
         needs={"growth": ["growth", "growth-scaled"]})
def p24(runs):
    """Facilitation per member is what is held: gatherings and courses ask every member in both, what follows staff is the
    rest."""
    fixed, scaled = (exits_a_member(runs, s) for s in ("growth", "growth-scaled"))
    hazard = ratio_of(fixed, scaled)
    old = [runs.values("growth", s, "sense_of_community_by_tenure_cohort").level(FOUNDERS).window(PEAK, END)
           for s in ("growth", "growth-scaled")]
    return effect(fixed - scaled, 1.15, None, estimate=hazard, conditions=[
        condition("hazard ratio, lower end of its interval", hazard.low, low=1),
        condition("founders' belonging, scaled less fixed", old[1] - old[0], low=0, whole=True)],
        note="Growth drives members out, but staff does not keep them: more of it opens more small projects and does nothing "
             "else, and these go to firms that have benefit already and would have stayed.")


def exits_a_member(runs, scenario):
    """(replicate) exits a member and year in the 24 months after the peak."""
    exits, members = (runs.values("growth", scenario, name).window(PEAK, END) for name in ("exits", "members"))
    return exits / members


@pattern("I3", kind="I", built="M",
         claim="Growth x facilitation capacity",
         statistic="share of the fall of V/Vpot by growth (month 38) that is not there with staff in proportion to members",
         expected="growth harms V/Vpot, O and B only (or mostly) where staff and activity per member fall",
         needs={"growth": ["no-growth", "growth", "growth-scaled"]})
def i3(runs):
    """Mostly: half of the fall or more is not there when facilitation per member is held."""
    harm, saved = {}, {}
    for name in ("realised", "overview", "sense_of_community"):
        still, grown, scaled = (runs.values("growth", s, name).at(PEAK) for s in ("no-growth", "growth", "growth-scaled"))
        harm[name], saved[name] = still - grown, scaled - grown
    share = {name: ratio_of(saved[name], harm[name]) for name in harm}
    scenarios = ("no-growth", "growth", "growth-scaled")
    further = {"founders' V": [founders(runs, s, "utilisation") for s in scenarios],
               f"V/Vpot, month {END}": [runs.values("growth", s, "realised").at(END) for s in scenarios]}
    return effect(saved["realised"], 0.5, None, estimate=share["realised"], conditions=[
        condition("fall of V/Vpot, staff fixed", harm["realised"], low=0, whole=True),
        condition("fall of overview, staff fixed", harm["overview"], low=0, whole=True),
        condition("fall of belonging, staff fixed", harm["sense_of_community"], low=0, whole=True),
        condition("share of the fall of overview", share["overview"], low=0.5),
        condition("share of the fall of belonging", share["sense_of_community"], low=0.5),
        *(condition(f"share of the fall of {what}", ratio_of(scaled - grown, still - grown))
          for what, (still, grown, scaled) in further.items())],
        note="Most of the fall is newcomers, who begin without benefit whatever staff there is. Founders' benefit is kept by "
             "staff in proportion, and two years later much of all members'; overview and belonging are not.")


@pattern("P50", kind="R", built="M",
         claim="Governance mix by phase",
         statistic="V/Vpot under G+, relational less structural strategy at equal budget, month 62",
         expected="V/Vpot and B: REL, mix > STR; COG lowers waiting-on-management share by >= 0.1; pause raises O, B, V/Vpot",
         needs={"growth": ["growth"],
                "growth-mix": ["structural", "relational", "cognitive", "mixed", "on", "pause"]})
def p50(runs):
    """Waiting on management: the share of joint events that go through it (as in P06), months 50 to 62, against ACT's own mix of
    the same planned cost. The pause: nobody is admitted in months 38 to 62, against growth that goes on; read at its end."""
    ratio, belonging, overview = ({s: runs.values("growth-mix", s, name).at(END) for s in
                                   ("structural", "relational", "cognitive", "mixed", "on", "pause")}
                                  for name in ("realised", "sense_of_community", "overview"))
    waiting = through_management(runs, "growth", "growth") - through_management(runs, "growth-mix", "cognitive")
    def more(values, strategy, base="structural"):
        return values[strategy] - values[base]
    return effect(more(ratio, "relational"), 0, None, conditions=[
        *above("V/Vpot, mixed less structural", more(ratio, "mixed")),
        *above("B, relational less structural", more(belonging, "relational")),
        *above("B, mixed less structural", more(belonging, "mixed")),
        condition("share through management, ACT's mix less cognitive", waiting, low=0.1),
        *above("O, pause less none", more(overview, "pause", "on")),
        *above("B, pause less none", more(belonging, "pause", "on")),
        *above("V/Vpot, pause less none", more(ratio, "pause", "on"))])


def through_management(runs, config, scenario):
    """(replicate) share of joint events through management in the last year."""
    mediated, all_ = (runs.values(config, scenario, name).window(END - 12, END) for name in ("mediated", "collaboration"))
    return mediated / all_


@pattern("I10", kind="I", built="M",
         claim="Entry requirement x growth target",
         statistic="relative change of total value (V times N) by requirements, 1 less 6 staff, 40 to 126 members, months 50 to "
                   "62",
         expected="requirements cost members but save facilitation capacity; net sign depends on staff",
         needs={"growth": ["growth"],
                "growth-requirements": ["growth-on", *(f"steep-{staff}-{r}" for staff in (1, 6) for r in ("off", "on"))]})
def i10(runs):
    """Scarce staff gains from what is saved, so that the net is expected above 0 with 1 staff and below with 6, the ends of its
    range. Capacity: management hours a member for all but admission and screening. Both targets are of month 38."""
    off, on = ("growth", "growth"), ("growth-requirements", "growth-on")
    steep = {(staff, r): ("growth-requirements", f"steep-{staff}-{r}") for staff in (1, 6) for r in ("off", "on")}
    n = {at: runs.values(*at, "members").window(END - 12, END) for at in [off, on, *steep.values()]}
    value = {at: n[at] * runs.values(*at, "utilisation").window(END - 12, END) for at in steep.values()}
    net = {staff: (steep[staff, "off"], steep[staff, "on"]) for staff in (1, 6)}
    change = {staff: value[b] / value[a] - 1 for staff, (a, b) in net.items()}
    conditions = [
        condition("members lost, target of 83, 2.5 staff", n[off] - n[on], low=SOME, whole=True),
        *(condition(f"members lost, target of 126, {staff} staff", n[a] - n[b], low=0, whole=True)
          for staff, (a, b) in net.items()),
        *(condition(f"rise of management hours a member, {staff} staff", hours_a_member(runs, b) - hours_a_member(runs, a),
                    low=0, whole=True) for staff, (a, b) in net.items()),
        condition("change of total value, 1 staff", change[1], low=0, whole=True),
        condition("change of total value, 6 staff", change[6], high=0, whole=True)]
    return effect(change[1] - change[6], 0, None, conditions=conditions,
                  note="Requirements pay by whom they choose, at any staff. Where staff is scarce they cost capacity, since "
                       "screening takes the hours of small projects; with cheap screening the sign is the expected one.")


def hours_a_member(runs, at):
    """(replicate) management hours a member and year, admission and screening left out, in the last year."""
    used, members = (runs.values(*at, name).window(END - 12, END) for name in ("staff_hours_used", "members"))
    entry = sum(runs.values(*at, "cost/management_hours").level(name).window(END - 12, END) * 12
                for name in ("recruitment", "requirements"))  # hours a tick
    return (used - entry) / members
