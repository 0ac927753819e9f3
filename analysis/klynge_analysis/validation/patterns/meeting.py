"""Meeting places: P14, P30 to P33, I4, I5. Distance is in distance.py; what a trust tie is, in measures_meeting.py."""
import pandas

from ...decompose import parts
from ..measures_meeting import new_acquaintances, new_trust_ties, relational_capital
from ..registry import pattern
from ..verdict import Estimate, condition, effect, ratio_of

AGGREGATES, TIES, DIGITAL = "meeting", "meeting-ties", "meeting-digital"
START, END = 12, 48  # months over which rates are taken, once the cluster has begun; states at END


def fall(after, before):
    """Relative fall of the mean over replicates, with its interval."""
    ratio = ratio_of(after, before)
    return Estimate(1 - ratio.value, 1 - ratio.high, 1 - ratio.low)


def relative(after, before):
    """Relative change of the mean over replicates, with its interval."""
    ratio = ratio_of(after, before)
    return Estimate(*(end - 1 for end in ratio))


# ---- content -------------------------------------------------------------------------------------------------------------------


def attendance_of_firms(runs):
    """Firms that are members from START to END in both runs: replicate, low (A < 0.5 in month 12 at diffuse content), gain
    (share of gatherings attended in between, concrete less diffuse)."""
    shares = []
    for scenario in ("diffuse", "concrete"):
        panel = runs.panel(AGGREGATES, scenario).set_index(["replicate", "uid"])
        first, last = (panel[panel.month == month] for month in (START, END))
        both = first.join(last, lsuffix="_first", rsuffix="_last", how="inner")
        both = both[both.invited_last > both.invited_first]
        shares.append(pandas.DataFrame({"low": both.anchoring_first < 0.5, "share": (both.attended_last - both.attended_first)
                                        / (both.invited_last - both.invited_first)}))
    both = shares[0].join(shares[1].share, rsuffix="_concrete", how="inner").reset_index()
    return both.assign(gain=both.share_concrete - both.share)


@pattern("P14", kind="E", built="P", honest="C",
         claim="Concrete, weighty content",
         statistic="attendance (share of members) at gatherings of quality 0.8 less that at 0.3, months 12 to 48",
         expected="attendance +0.10 or more; V up; effect larger for low-A firms",
         needs={AGGREGATES: ["diffuse", "concrete"]})
def p14(runs):
    """Low-A firms: A < 0.5 in month 12 of the run with diffuse content; the same firms in both runs."""
    names = "attendance", "utilisation"
    diffuse, concrete = ({name: runs.values(AGGREGATES, s, name) for name in names} for s in ("diffuse", "concrete"))
    gain = attendance_of_firms(runs).pivot_table(index="replicate", columns="low", values="gain")
    return effect(concrete["attendance"].window(START, END) - diffuse["attendance"].window(START, END), 0.10, None, conditions=[
        condition("utilisation, gain in month 48", concrete["utilisation"].at(END) - diffuse["utilisation"].at(END), low=0,
                  whole=True),
        condition("gain in attendance of low-A firms", gain[True].to_numpy()),
        condition("gain in attendance of low-A firms less that of high-A firms", (gain[True] - gain[False]).to_numpy(), low=0,
                  whole=True)],
        note="Content moves the wish to come; whether a firm comes is decided by the hours it has, and firms of low anchoring "
             "have the fewest.")


# ---- formats -------------------------------------------------------------------------------------------------------------------


@pattern("P30", kind="E", built="P", honest="C",
         claim="Multi-day physical > webinar",
         statistic="new trust ties (T >= 0.4) a year, two two-day physical gatherings over half-day webinars, 32 h offered a "
                   "year by each",
         expected="2 or more; two two-day gatherings over four of one day, deep ties: 0.9 to 1.3",
         needs={TIES: ["baseline", "webinars"], AGGREGATES: ["one-day"]})
def p30(runs):
    """Deep ties: strong ties (T > 0.6, not to suppliers) that come about in 48 months. Small projects, calls and all else as
    they are."""
    physical, digital = (new_trust_ties(runs(TIES, s)) for s in ("baseline", "webinars"))
    formats = (TIES, "baseline"), (AGGREGATES, "one-day")
    two_days, one_day = (runs.values(*where, "new_strong_ties").count(0, END) for where in formats)
    return effect(physical - digital, 2.0, None, estimate=ratio_of(physical, digital), conditions=[
        condition("deep ties, two two-day gatherings over four of one day", ratio_of(two_days, one_day), low=0.9, high=1.3)],
        note="A talk is a fraction of an hour and leaves a hundredth of trust, on screen or not. Trust ties come from projects; "
             "half days on screen cost no journey, so that more firms come, and come to know management, which opens these.")


def starts(runs, scenario, window):
    """((replicate) projects started at L1 and L2, (replicate) at L3 and L4) in a window of months."""
    by_level = runs.values(DIGITAL, scenario, "projects_started_by_level").count(*window)
    return by_level[:, :2].sum(axis=1), by_level[:, 2:].sum(axis=1)


@pattern("P31", kind="E", built="P", honest="C",
         claim="Digital loses the informal/tacit",
         statistic="relative fall in L3 and L4 projects started over 24 months in which all that is physical is digital (months "
                   "30 to 54)",
         expected="falls by 25 % or more; L1 and L2 within 10 %; B down; likewise in the pandemic (months 30 to 49)",
         needs={DIGITAL: ["physical", "digital", "open", "covid"]})
def p31(runs):
    """Tacit: L3 and L4, knowledge and technology development. B at the end of the window."""
    conditions = []
    for before, after, window, said in (("physical", "digital", (30, 54), "digital"), ("open", "covid", (30, 49), "pandemic")):
        (easy, deep), (easy_digital, deep_digital) = (starts(runs, s, window) for s in (before, after))
        b, b_digital = (runs.values(DIGITAL, s, "sense_of_community").at(window[1]) for s in (before, after))
        conditions += [condition(f"{said}: L1 and L2 started, relative change", relative(easy_digital, easy), low=-0.10,
                                 high=0.10),
                       condition(f"{said}: fall of sense of community", b - b_digital, low=0, whole=True)]
        if said == "digital":
            effects, estimate = deep - deep_digital, fall(deep_digital, deep)
        else:
            conditions.append(condition("pandemic: relative fall in L3 and L4 started", fall(deep_digital, deep), low=0.25))
    return effect(effects, 0.25, None, estimate=estimate, conditions=conditions,
                  note="Sensitive projects are too rare for one cluster to show anything: one in ten or so begins any in two "
                       "years. Those that begin rest on trust that does not come from meeting. Belonging does not fall, since "
                       "digital gatherings cost no journey.")


@pattern("P32", kind="T", built="M",
         claim="Meeting places necessary, not sufficient",
         statistic="relative fall in new acquaintances (members that one comes to know in a year) without gatherings and "
                   "courses, months 12 to 48",
         expected="falls by 50 % or more without events, fewer new trust ties; stable groups > reshuffled on relational "
                  "capital, < on overview",
         needs={TIES: ["baseline", "no-events"], AGGREGATES: ["stable", "reshuffled"]})
def p32(runs):
    with_events, without = (runs(TIES, s) for s in ("baseline", "no-events"))
    met, alone = new_acquaintances(with_events), new_acquaintances(without)
    stable, reshuffled = ({name: runs.values(AGGREGATES, s, name).at(END) for name in ("social_capital_relational", "overview")}
                          for s in ("stable", "reshuffled"))
    return effect(met - alone, 0.50, None, estimate=fall(alone, met), conditions=[
        condition("new trust ties a year, lost without events", new_trust_ties(with_events) - new_trust_ties(without), low=0,
                  whole=True),
        condition("relational capital, stable less reshuffled",
                  stable["social_capital_relational"] - reshuffled["social_capital_relational"],
                  low=0, whole=True),
        condition("overview, reshuffled less stable", reshuffled["overview"] - stable["overview"], low=0, whole=True)],
        note="Members also become acquainted by chance, by introductions and in projects, and have hours for few days of "
             "gatherings; without those other ways arenas are necessary. Groups of an hour and a half make too little trust for "
             "their continuity to show.")


# ---- growth and the closure ----------------------------------------------------------------------------------------------------

SQUARE = ["no-growth-open", "growth-open", "no-growth-closure", "growth-closure"]
INTERVIEWS = 43  # months: spring 2021


@pattern("I4", kind="I", built="M", honest="P",
         claim="Growth x COVID (digital only)",
         statistic="growth's share (Shapley) of the fall in overview by growth and closure, month 43, when the interviews were",
         expected="both make overview and sense of community fall; how much of the fall each explains is to be reported",
         needs={"meeting-covid": SQUARE})
def i4(runs):
    """The evidence sets no bound on the shares. Shapley: what growth does alone and half of the interaction; `klynge decompose`
    says more."""
    names = "overview", "sense_of_community"
    found = {name: parts(*(runs.values("meeting-covid", s, name).at(INTERVIEWS) for s in SQUARE)) for name in names}
    overview, community = found.values()
    shares = [condition(f"{cause}'s share of the fall in {name.replace('_', ' ')}",
                        ratio_of(each[f"shapley_{part}"], each["fall"]))
              for name, each in found.items() for part, cause in (("first", "growth"), ("second", "the closure"))]
    return effect(overview["fall"], estimate=ratio_of(overview["shapley_first"], overview["fall"]), conditions=[
        *shares[1:], condition("fall of sense of community", community["fall"], low=0, whole=True)])


# ---- the forum -----------------------------------------------------------------------------------------------------------------

# (forum, gatherings) -> where it is run
CROSSED = {(0, 0): (TIES, "no-gatherings"), (0, 1): (TIES, "baseline"), (1, 0): (AGGREGATES, "forum-alone"),
           (1, 1): (AGGREGATES, "forum")}
FORUM = {TIES: ["baseline", "no-gatherings"], AGGREGATES: ["forum", "forum-alone"]}


def crossed(runs, name):
    """{(forum, gatherings): (replicate) in month END}."""
    return {cell: runs.values(*where, name).at(END) for cell, where in CROSSED.items()}


def forum_effect(values, gatherings):
    return values[1, gatherings] - values[0, gatherings]


def interaction(values):
    """(replicate) what the forum does with gatherings less what it does without."""
    return forum_effect(values, 1) - forum_effect(values, 0)


def direct_share(runs, family, scenario):
    """(replicate) share of first contacts that answer a need which did not come through management, as in P34."""
    by_route = runs.values(family, scenario, "need_contacts_by_route")
    counts = by_route.count(START, END)
    return 1 - counts[:, by_route.levels.index("management")] / counts.sum(axis=1)


def brokering_hours(runs, family, scenario):
    """(replicate) management hours spent on brokering, a year."""
    return runs.values(family, scenario, "cost/management_hours").level("brokering").count(START, END) * 12 / (END - START)


@pattern("P33", kind="R", built="M",
         claim="Digital forum",
         statistic="overview (share of other members known) with the forum less that without, month 48",
         expected="O +0.10 or more; DS +0.10 or more; broker load -15 % or more; change of SC_rel alone < 0.1 SD; interaction "
                  "with events >= 0",
         needs=FORUM)
def p33(runs):
    """In the preset; DS and the hours that management spends on brokering over months 12 to 48. "Alone": without gatherings, and
    in the preset too. SD: between firms, in the baseline. Interaction: of SC_rel, forum x gatherings."""
    overview, capital = crossed(runs, "overview"), crossed(runs, "social_capital_relational")
    sd = between_firms(runs)
    direct, direct_without = (direct_share(runs, *CROSSED[cell]) for cell in ((1, 1), (0, 1)))
    load, load_without = (brokering_hours(runs, *CROSSED[cell]) for cell in ((1, 1), (0, 1)))
    return effect(forum_effect(overview, 1), 0.10, None, conditions=[
        condition("direct share of first contacts that answer a need, gain", direct - direct_without, low=0.10),
        condition("hours of brokering, relative change", relative(load, load_without), high=-0.15),
        condition("SC_rel by the forum alone, SD", forum_effect(capital, 0) / sd, low=-0.1, high=0.1, whole=True),
        condition("SC_rel by the forum in the preset, SD", forum_effect(capital, 1) / sd, low=-0.1, high=0.1, whole=True),
        condition("interaction on SC_rel, SD", interaction(capital) / sd, low=0)],
        note="All but the size of the gain in overview holds, or cannot be told from 0: a quarter of members read one or two "
             "profiles a month, which outweighs forgetting by no more. With ten it passes.")


def between_firms(runs):
    """SD between firms of relational capital in the baseline: mean over runs."""
    capital, replicate = relational_capital(runs(TIES, "baseline"))
    return float(pandas.Series(capital).groupby(replicate).std().mean())


@pattern("I5", kind="I", built="M",
         claim="Forum x physical events",
         statistic="interaction of forum and gatherings on relational capital, SD between firms, month 48",
         expected="complement on trust (above 0), partial substitute on overview (below 0, and the forum still adds with "
                  "gatherings)",
         needs=FORUM)
def i5(runs):
    overview, capital = crossed(runs, "overview"), crossed(runs, "social_capital_relational")
    return effect(interaction(capital) / between_firms(runs), 0.0, None, conditions=[
        condition("interaction on overview", interaction(overview), high=0, whole=True),
        condition("overview by the forum with gatherings", forum_effect(overview, 1), low=0, whole=True)],
        note="On overview the forum adds what it adds, with gatherings and without. On trust the two do not meet: it makes "
             "known and gives nobody more hours, and at gatherings one talks to those one trusts, not to those one has read of.")
