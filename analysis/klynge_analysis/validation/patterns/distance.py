"""Distance: P26 to P29, I6. What a trust tie is, and who belongs to the centre, stands in measures_meeting.py."""
import numpy as np

from ..measures_meeting import ANY_TRUST, by_centre, known_members, rate_near_far, slope, slope_by_run, transitions, trust_ties
from ..registry import pattern
from ..verdict import CannotTell, Estimate, Outcome, bootstrap, condition, effect

TIES = "meeting-ties"
FORMED = slice(0, 2)  # bands below a trust tie
HELD = 2


def formed(run):
    """(at risk, formed), both (replicate, cell): pairs that are no trust tie, and those of them that are one a year later."""
    risk, risen = transitions(run)
    return risk[:, FORMED].sum(axis=1), risen[:, FORMED].sum(axis=1)


def any_trust(run):
    """The same of pairs without any trust, and those of them that have some a year later."""
    risk, risen = transitions(run, (ANY_TRUST,), ANY_TRUST)
    return risk[:, 0], risen[:, 0]


def held(run):
    """(at risk, kept), both (replicate, cell): trust ties, and those of them that still are a year later."""
    risk, risen = transitions(run)
    return risk[:, HELD], risen[:, HELD]


def near_over_far(risen, risk):
    """Rate of near pairs over that of far ones, runs pooled; both (replicate, 2)."""
    k, n = risen.sum(axis=0), risk.sum(axis=0)
    return k[0] / n[0] / (k[1] / n[1])


@pattern("P26", kind="E", built="P",
         claim="Geography: forming",
         statistic="rate at which pairs within 30 km become trust ties (T >= 0.4 a year later) over that beyond 300 km, with "
                   "events; sign: logit slope on log(1 + km) of each run",
         expected="slope < 0; rate ratio 2 or more with events, larger without",
         needs={TIES: ["baseline", "no-events"]})
def p26(runs):
    """Events off: neither gatherings nor courses. Suppliers left out; pairs of members who are there at both ends of a year."""
    (risk, risen), (risk_off, risen_off) = (formed(runs(TIES, s)) for s in ("baseline", "no-events"))
    (k, n), (k_off, n_off) = rate_near_far(risk, risen), rate_near_far(risk_off, risen_off)
    more = bootstrap(lambda a, b, c, d: np.log(near_over_far(c, d) / near_over_far(a, b)), k, n, k_off, n_off)
    return effect(-slope_by_run(risk, risen), 2.0, None, estimate=bootstrap(near_over_far, k, n), conditions=[
        condition("slope without events", Estimate(*slope(risk_off, risen_off)), high=0, whole=True),
        condition("rate ratio without events", bootstrap(near_over_far, k_off, n_off)),
        condition("log of that ratio over the one with events", more, low=0, whole=True),
        *(condition(f"rate ratio of coming to any trust (T >= 0.01), {said}",
                    bootstrap(near_over_far, *rate_near_far(*any_trust(runs(TIES, s)))))
          for said, s in (("with events", "baseline"), ("without", "no-events")))],
        note="Trust of 0.4 is made in projects, and nearly all of these have a team that management put together without a look "
             "at the map. Chance meetings bring near firms to some trust more often, as the claim says, but never to that much.")


@pattern("P27", kind="E", built="M",
         claim="Geography: not sustaining",
         statistic="logit slope on log(1 + km) of: trust tie (T >= 0.4) still one after 12 months; runs pooled, errors "
                   "clustered by run",
         expected="no more than 1/3 of the slope of forming (P26), interval covers 0; void if that slope is below 0.1",
         needs={TIES: ["baseline"]})
def p27(runs):
    """No effect: the whole interval within a third of the forming slope, and 0 in it. Suppliers left out in both slopes."""
    run = runs(TIES, "baseline")
    forming, low, high = slope(*formed(run))
    if abs(forming) < 0.1:
        raise CannotTell(f"void: the slope of forming is {forming:.3f}; where trust ties are formed without regard to distance, "
                         "that they are kept so too shows nothing")
    keeping = Estimate(*slope(*held(run)))
    third = abs(forming) / 3
    return Outcome(keeping, (-third, third), null=True, conditions=[
        condition("slope of forming", Estimate(forming, low, high), high=-0.1),
        condition("interval covers 0 (lower end)", keeping.low, high=0),
        condition("interval covers 0 (upper end)", keeping.high, low=0)])


@pattern("I6", kind="I", built="M", honest="P",
         claim="Distance x existing trust",
         statistic="logit slope on log(1 + km) of being a trust tie a year later, of pairs with T >= 0.4 less that of pairs "
                   "with T < 0.1",
         expected="the slope shrinks towards 0 as trust grows: T < 0.1, 0.1 to 0.4, 0.4 and more",
         needs={TIES: ["baseline"]})
def i6(runs):
    risk, risen = transitions(runs(TIES, "baseline"))
    slopes = [Estimate(*slope(risk[:, k], risen[:, k])) for k in range(3)]
    none, some, tie = (abs(each.value) for each in slopes)
    low, high = (slope_by_run(risk[:, k], risen[:, k]) for k in (0, HELD))
    return effect(high - low, 0.0, None, conditions=[
        condition("slope at T < 0.1", slopes[0], high=0, whole=True),
        condition("slope at T 0.1 to 0.4", slopes[1]),
        condition("slope at T >= 0.4", slopes[2]),
        condition("size at T < 0.1 less that at 0.1 to 0.4", none - some, low=0),
        condition("size at 0.1 to 0.4 less that at T >= 0.4", some - tie, low=0)],
        note="Distance hardly bears on who becomes a trust tie at any trust (P26), so that there is nothing to shrink.")


@pattern("P29", kind="E", built="M",
         claim="Gatherings serve the periphery most",
         statistic="relative gain in members known by gatherings, firms outside Helgeland over firms of Helgeland, month 48",
         expected="1.15 or more in acquaintance and in ties",
         needs={TIES: ["baseline", "no-gatherings"]})
def p29(runs):
    """Off-centre: all places but Mo, Mosjoen and the rest of Helgeland. Ties: trust ties, T >= 0.4, without suppliers."""
    conditions = []
    for what, values_of in (("acquaintance", known_members), ("ties", trust_ties)):
        on, off = (by_centre(runs(TIES, s), values_of) for s in ("baseline", "no-gatherings"))
        gains = [bootstrap(relative_gain, *pair) for pair in zip(on, off)]
        ratio = bootstrap(lambda a, b, c, d: relative_gain(b, d) / relative_gain(a, c), *on, *off)
        if what == "acquaintance":
            effects, estimate = relative_gains(on[1], off[1]) - relative_gains(on[0], off[0]), ratio
        else:
            conditions.append(condition("ratio in trust ties", ratio, low=1.15))
        conditions += [condition(f"relative gain in {what}, {where}", gain, low=0, whole=True)
                       for where, gain in zip(("Helgeland", "elsewhere"), gains)]
    return effect(effects, 1.15, None, estimate=estimate, conditions=conditions,
                  note="The journey takes the hours of the far: they come to fewer gatherings. And trust ties come from "
                       "projects that management opens with those it has met, so that gatherings bring them to those who come.")


def relative_gain(on, off):
    """Of means over runs."""
    return np.nanmean(on) / np.nanmean(off) - 1


def relative_gains(on, off):
    """(replicate)"""
    return on / off - 1


@pattern("P28", kind="E", built="M", honest="P",
         claim="Spread gives access",
         statistic="relative excess of mean potential utilisation (best matches of a member's capacity), spread over "
                   "Helgeland-only, month 48",
         expected="best-match potential and share of rare-competence projects higher with spread",
         needs={"meeting-spread": ["spread", "helgeland"]})
def p28(runs):
    spread, near = (runs.values("meeting-spread", s, "potential").at(48) for s in ("spread", "helgeland"))
    more = bootstrap(relative_gain, spread, near)
    return effect(spread - near, 0.0, None, estimate=more, conditions=[
        condition("share of rare-competence projects, spread less Helgeland-only", np.nan, low=0)],
        note="Eighty members hold each competence several times over, in Helgeland too; even where a place had one specialty in "
             "each field, what a spread gives in kinds it takes in number. Competences are not in the result file, so that "
             "projects of rare ones cannot be told.")
