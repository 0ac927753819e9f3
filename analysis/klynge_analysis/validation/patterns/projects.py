"""What brings projects about: P15, P17, P18, P37. How they grow out of relations: relations.py; competitors: coopetition.py."""
import numpy as np
import pandas

from .. import measures_projects as measures
from ..measures_projects import FIRMS, LAST, in_cluster, snapshot
from ..registry import pattern
from ..verdict import Estimate, condition, effect, median_of, ratio_of


def large(runs, scenario, month=LAST):
    """(replicate) projects of L3 and L4 begun by a month."""
    started = runs.values("projects", scenario, "projects_started_by_level")
    return started.count(0, month)[:, 2:].sum(axis=1)


@pattern("P15", kind="R", built="M", honest="P",
         claim="Easy wins",
         statistic="mean A of members in month 24, easy wins first less ambitious first: the projects that management opens in "
                   "the first two years of the policy at L1 and nearly sure, or at L3; as many, for the same hours of management",
         expected="A at 24 months 0.05 higher or more; V at 12 months higher; L3-L4 projects by month 60 no fewer",
         needs={"projects": ["easy-wins", "ambitious-first"]})
def p15(runs):
    """Months are the cluster's. L3-L4 projects are all those begun in the cluster, those that management opens at L3 among
    them."""
    def gain(name, month):
        return runs.values("projects", "easy-wins", name).at(month) - runs.values("projects", "ambitious-first", name).at(month)
    more = large(runs, "easy-wins") - large(runs, "ambitious-first")
    return effect(gain("anchoring", 24), 0.05, None, conditions=[
        condition("utilisation in month 12, easy wins less ambitious", gain("utilisation", 12), low=0, whole=True),
        condition("L3 and L4 projects begun by month 60, easy wins less ambitious", more, low=0)],
        note="Ambitious projects seldom find a team (trust gate, capacity), so that putting them first is mostly to begin "
             "nothing; easy wins do anchor, but an own success moves A by a small step and the few projects of management reach "
             "too few members. Those that do find a team are L3 by themselves.")


def active(runs, scenario, longest=24.0, course=3.0):
    """(replicate) share of active firms in months 48 to 60, of those that are members at both ends.

    Active: in a project in the cluster that ran in these months, or at three or more gatherings and courses. Gatherings are
    counted; courses are the hours paid for events beyond `longest` h for each gathering attended (two days and the longest
    journey), by the `course` h of one: no more than were attended, and just as many for who went to no gathering."""
    panel = runs.panel(FIRMS, scenario).set_index(["replicate", "uid"])
    columns = ["attended", "event_hours_total", "entered"]
    before, after = (snapshot(panel, month)[columns].astype(float) for month in (LAST - 12, LAST))
    both = before.join(after, how="inner", lsuffix="_before")
    both = both[both.entered == both.entered_before]
    gatherings = both.attended - both.attended_before
    hours = both.event_hours_total - both.event_hours_total_before
    events = gatherings + np.floor(np.maximum(0, hours - longest * gatherings) / course + 1e-9)
    projects = in_cluster(runs, scenario)
    running = measures.seats(projects[(projects.begun < LAST) & (projects.over > LAST - 12)])
    joined = both.index.isin(pandas.MultiIndex.from_frame(running[["replicate", "uid"]]))
    found = pandas.Series(joined | (events >= 3).to_numpy(), index=both.index).groupby("replicate").mean()
    return found.reindex(range(len(runs(FIRMS, scenario).done))).to_numpy()


@pattern("P17", kind="R", built="P", honest="C",
         claim="Vote-and-commit",
         statistic="share of firms with a project in the cluster or three gatherings and courses in the fifth year, votes on "
                   "less off",
         expected="0.10 higher or more; A up",
         needs={FIRMS: ["preset", "votes"]})
def p17(runs):
    a = [runs.values(FIRMS, s, "anchoring").at(LAST) for s in ("preset", "votes")]
    return effect(active(runs, "votes") - active(runs, "preset"), 0.10, None,
                  conditions=[condition("mean A in month 60, votes on less off", a[1] - a[0], low=0, whole=True)],
                  note="What is missing is volume: two rounds a year with two projects each reach few of the members; with three "
                       "times the rounds and twice the winners, and staff for them, it passes.")


def results_and_entrants(runs, scenario, n=8):
    """(replicate) correlation over the years of visible results in year k with the mean U of those who join in k + 1."""
    results, entries, u = (runs.values("projects-years", scenario, name) for name in
                           ("visible_results", "entries", "entrant_understanding"))
    result = measures.years(results.array, results.months, n)
    joined = measures.years(entries.array, entries.months, n)
    total = measures.years(entries.array * np.nan_to_num(u.array), entries.months, n)
    mean = np.where(joined > 0, total / joined, np.nan)
    return np.array([correlation(x, y) for x, y in zip(result[:, :-1], mean[:, 1:])])


def correlation(x, y):
    keep = np.isfinite(x) & np.isfinite(y)
    return np.corrcoef(x[keep], y[keep])[0, 1] if keep.sum() > 2 and np.ptp(x[keep]) > 0 and np.ptp(y[keep]) > 0 else np.nan


@pattern("P18", kind="T", built="P", honest="C",
         claim="Prestige loop",
         statistic="correlation over the years of a run of visible results in year k and mean U at entry of those who join in k "
                   "+ 1 (k = 1 to 7), median over runs",
         expected="0.3 or more with the loop; about 0 without (interval within 0.1 of it)",
         needs={"projects-years": ["preset", "no-prestige"]})
def p18(runs):
    on, off = (results_and_entrants(runs, s) for s in ("preset", "no-prestige"))
    return effect(on, 0.3, None, estimate=median_of(on), conditions=[
        condition("the same without the loop", median_of(off), low=-0.1, high=0.1, whole=True)],
        note="The loop is there: over the means of all runs U at entry follows results closely with it and not without. In a "
             "single run some ten entrants a year and seven pairs of years hide it.")


DISPLACED = ["gatherings", "courses", "brokering", "small_projects"]


@pattern("P37", kind="R", built="M",
         claim="Outreach",
         statistic="projects begun in the cluster in 60 months, 2.5 calls a member-year asked for against none, for the same "
                   "hours of staff, relative difference",
         expected="+20 % or more or, if not, what it displaced; management's knowledge of members up",
         needs={"projects": ["no-calls", "calls"]})
def p37(runs):
    """Staff is the same; calls are paid for by all other instruments with 35 % of their planned hours. What is displaced is shown
    as conditions without bounds: management's hours for each instrument in 60 months, calls less none."""
    started = [runs.values("projects", s, "projects_started").count(0, LAST) for s in ("no-calls", "calls")]
    knows = [runs.values("projects", s, "management_knowledge").window(12, LAST) for s in ("no-calls", "calls")]
    ratio = ratio_of(started[1], started[0])

    def hours(scenario, instrument):
        return runs.values("projects", scenario, "cost/management_hours").level(instrument).count(0, LAST)
    used = [runs.values("projects", s, "staff_hours_used").count(0, LAST) for s in ("no-calls", "calls")]
    members = runs.values("projects", "calls", "members").count(0, LAST) / 12  # member-years
    gone = [condition(f"hours of management for {each}, calls less none", hours("calls", each) - hours("no-calls", each))
            for each in DISPLACED]
    return effect(started[1] - started[0], 0.20, None, estimate=Estimate(*(end - 1 for end in ratio)), conditions=[
        condition("management's knowledge of a member, calls less none", knows[1] - knows[0], low=0, whole=True),
        condition("calls a member-year", hours("calls", "outreach") / 3 / members, low=2, high=4),
        condition("hours of management used, calls over none", ratio_of(used[1], used[0]), low=0.95, high=1.05), *gone],
        note="It displaces more than it finds. A call tells management of a member and gives attention; no rule makes it find "
             "firms with the same challenge, beyond whom small projects and introductions may name. The hours come out of "
             "projects that management opens.")
