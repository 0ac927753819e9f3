"""Projects and what brings them about: P15, P17, P18, P37 to P39, P41, I9, I12. What competitors share: coopetition.py."""
import numpy as np
import pandas

from .. import measures_projects as measures
from ..registry import pattern
from ..verdict import CannotTell, Estimate, bootstrap, condition, effect, mean_of, median_of, ratio_of

FIRMS = "projects-firms"
LAST = 60  # month in which what came of it is read


def of_firms(runs, scenario):
    return {"run": runs(FIRMS, scenario), "n": len(runs(FIRMS, scenario).done)}


def snapshot(frame, month):
    """The rows of the snapshot nearest to a month."""
    months = frame.month.unique()
    return frame[frame.month == months[np.argmin(np.abs(months - month))]]


def in_cluster(runs, scenario):
    """Projects in the cluster, with the months of their start and planned end."""
    run = runs(FIRMS, scenario)
    projects = runs.projects(FIRMS, scenario)
    projects = projects[projects.origin != measures.OUTSIDE]
    return projects.assign(begun=run.months(projects.start.to_numpy()), over=run.months(projects.end.to_numpy()))


def large(runs, scenario, month=LAST):
    """(replicate) projects of L3 and L4 begun by a month."""
    started = runs.values("projects", scenario, "projects_started_by_level")
    return started.count(0, month)[:, 2:].sum(axis=1)


@pattern("P15", kind="R", built="M", honest="P",
         claim="Easy wins",
         statistic="mean A of members in month 24, easy wins first less ambitious first: the projects that management opens in the first two "
                   "years of the policy at L1 and nearly sure, or at L3; as many, for the same hours of management",
         expected="A at 24 months 0.05 higher or more; V at 12 months higher; L3-L4 projects by month 60 no fewer",
         needs={"projects": ["easy-wins", "ambitious-first"]})
def p15(runs):
    """Months are the cluster's. L3-L4 projects are all those begun in the cluster, those that management opens at L3 among them."""
    def gain(name, month):
        return runs.values("projects", "easy-wins", name).at(month) - runs.values("projects", "ambitious-first", name).at(month)
    more = large(runs, "easy-wins") - large(runs, "ambitious-first")
    return effect(gain("anchoring", 24), 0.05, None, conditions=[
        condition("utilisation in month 12, easy wins less ambitious", gain("utilisation", 12), low=0, whole=True),
        condition("L3 and L4 projects begun by month 60, easy wins less ambitious", more, low=0)],
        note="Anchoring rises by a small step with each own success, and management opens few projects for so many members; the value of a "
             "project comes a year after its end, so that month 12 knows none of it. Ablations: projects.md.")


def active(runs, scenario, longest=24.0, course=3.0):
    """(replicate) share of active firms in months 48 to 60, of those that are members at both ends.

    Active: in a project in the cluster that ran in these months, or at three or more gatherings and courses. Gatherings are counted;
    courses are the hours paid for events beyond `longest` h for each gathering attended (two days and the longest journey), by the
    `course` h of one: no more than were attended, and just as many for who went to no gathering."""
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
         statistic="share of firms with a project in the cluster or three gatherings and courses in the fifth year, votes on less off",
         expected="0.10 higher or more; A up",
         needs={FIRMS: ["preset", "votes"]})
def p17(runs):
    a = [runs.values(FIRMS, s, "anchoring").at(LAST) for s in ("preset", "votes")]
    return effect(active(runs, "votes") - active(runs, "preset"), 0.10, None,
                  conditions=[condition("mean A in month 60, votes on less off", a[1] - a[0], low=0, whole=True)])


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
         statistic="correlation over the years of a run of visible results in year k and mean U at entry of those who join in k + 1 (k = 1 to 7), "
                   "median over runs",
         expected="0.3 or more with the loop; about 0 without (interval within 0.1 of it)",
         needs={"projects-years": ["preset", "no-prestige"]})
def p18(runs):
    on, off = (results_and_entrants(runs, s) for s in ("preset", "no-prestige"))
    return effect(on, 0.3, None, estimate=median_of(on), conditions=[
        condition("the same without the loop", median_of(off), low=-0.1, high=0.1, whole=True)])


DISPLACED = ["gatherings", "courses", "brokering", "small_projects"]


@pattern("P37", kind="R", built="M",
         claim="Outreach",
         statistic="projects begun in the cluster in 60 months, 3 calls a member-year against none for the same hours of staff, "
                   "relative difference",
         expected="+20 % or more or, if not, what it displaced; management's knowledge of members up",
         needs={"projects": ["no-calls", "calls"]})
def p37(runs):
    """Staff is the same; calls are paid for by all other instruments with 30 % of their planned hours. What is displaced is shown as
    conditions without bounds: management's hours for each instrument in 60 months, calls less none."""
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
        condition("hours of management used, calls over none", ratio_of(used[1], used[0]), low=0.95, high=1.05), *gone])


BANDS = [0.3, 0.6]  # edges of the trust bands


def starts_by_band(runs):
    """((replicate, band) projects begun in the cluster, (replicate, band) dyad-years), below 0.3, between, above 0.6.

    A project counts once, in the band of the trust between the two that began it before any was lent, whatever brought it about.
    Dyads are all pairs of members, strangers at 0; those of a snapshot stand for the year around it (months 12 to 60)."""
    n = len(runs(FIRMS, "preset").done)
    projects = in_cluster(runs, "preset")
    projects = projects[(projects.begun > 6) & (projects.begun <= LAST)]
    begun = np.zeros((n, 3))
    np.add.at(begun, (projects.replicate, np.digitize(projects.trust, BANDS)), 1)
    panel = runs.panel(FIRMS, "preset")
    members = panel[(panel.month >= 12) & (panel.month <= LAST)].groupby(["replicate", "month"]).size()
    trusted = measures.pair_trust(runs.ties(FIRMS, "preset"))
    trusted = trusted[(trusted.month >= 12) & (trusted.month <= LAST)]
    weight = np.where(trusted.month == LAST, 0.5, 1.0)  # the last one stands for the half year before it
    dyads = np.zeros((n, 3))
    np.add.at(dyads, (trusted.replicate, np.digitize(trusted.trust, BANDS)), weight)
    last = np.where(members.index.get_level_values("month") == LAST, 0.5, 1.0)
    all_pairs = (members * (members - 1) / 2 * last).groupby("replicate").sum().reindex(range(n)).to_numpy()
    dyads[:, 0] += all_pairs - dyads.sum(axis=1)
    return begun, dyads


@pattern("P38", kind="E", built="P", honest="C",
         claim="Relations first",
         statistic="projects begun in the cluster a dyad-year where trust is above 0.6 over where it is below 0.3 (all pairs of members, months 6 to "
                   "60)",
         expected="ratio 5 or more; the cluster's project rate 3 to 12 months behind its mean trust",
         needs={FIRMS: ["preset"], "projects-years": ["preset"]})
def p38(runs):
    """The lag is that of the highest correlation of the two monthly series, means over replicates, eight years: `months_behind`."""
    begun, dyads = starts_by_band(runs)
    with np.errstate(invalid="ignore", divide="ignore"):
        rate = begun / dyads
    top = begun[:, 2].sum() / dyads[:, 2].sum()
    if not begun[:, 0].sum():
        raise CannotTell("no project began where trust was below 0.3")

    def ratio(b, d):
        return (b[:, 2].sum() / d[:, 2].sum()) / (b[:, 0].sum() / d[:, 0].sum())
    trust, started = (runs.values("projects-years", "preset", name).array for name in ("trust", "projects_started"))
    lag = bootstrap(lambda t, s: measures.months_behind(np.nanmean(t, axis=0), np.nanmean(s, axis=0)), trust, started)
    return effect(rate[:, 2] - rate[:, 0], 5, None, estimate=bootstrap(ratio, begun, dyads), conditions=[
        condition("projects a dyad-year above 0.6", top),
        condition("months that the project rate is behind mean trust", lag, low=3, high=12)])


CLUSTER_TIE = 0.4  # trust from which a tie is one


def new_cluster_ties(ties):
    """(replicate, uid) -> ties with other than customers and suppliers that have trust of 0.4 or more in month 60 and had not in 24."""
    own = ties[((ties.kind & measures.SUPPLIER) == 0) & (ties.trust >= CLUSTER_TIE)]
    before, after = (snapshot(own, month)[["replicate", "uid", "to"]] for month in (24, LAST))
    marked = after.merge(before, how="left", indicator=True)
    return marked[marked["_merge"] == "left_only"].groupby(["replicate", "uid"]).size()


def others(runs, scenario, name, month=LAST):
    """(replicate) mean of those that are neither the core nor its suppliers by trade."""
    values, members = (runs.values("projects", scenario, f"{each}_by_sector") for each in (name, "members"))
    chosen = [k for k, label in enumerate(values.levels) if label not in ("core", "supplier")]
    n = members.at(month)[:, chosen]
    return np.nansum(values.at(month)[:, chosen] * n, axis=1) / n.sum(axis=1)


@pattern("P39", kind="E", built="M", honest="P",
         claim="Supplier lock-in",
         statistic="rank correlation of strong supplier ties in month 24 and new cluster ties by month 60 given size, within run (firms that are members "
                   "at both), median over runs",
         expected="below 0; more lock-in lowers others' V and O",
         needs={FIRMS: ["preset"], "projects": ["no-lock-in", "full-lock-in"]})
def p39(runs):
    """New cluster ties: new_cluster_ties. Others are neither core firms nor suppliers; lock-in from 0 to 1 (its range), month 60."""
    panel = runs.panel(FIRMS, "preset").set_index(["replicate", "uid"])
    before, after = (snapshot(panel, month)[["strong_supplier", "employees"]] for month in (24, LAST))
    firms = before.join(after[[]], how="inner")
    firms = firms.assign(made=new_cluster_ties(runs.ties(FIRMS, "preset")).reindex(firms.index, fill_value=0)).reset_index()
    rho = measures.within_runs(firms, lambda f: measures.partial_spearman(f.strong_supplier, f.made, f.employees),
                               len(runs(FIRMS, "preset").done))
    lost = {name: others(runs, "no-lock-in", name) - others(runs, "full-lock-in", name) for name in ("utilisation", "overview")}
    outside, all_begun = (runs.values("projects", "full-lock-in", name).count(0, LAST) for name in ("projects_outside", "projects_started"))
    eligible = runs.values(FIRMS, "preset", "lock_in").window(0, LAST)
    return effect(-rho, None, 0, estimate=median_of(rho), conditions=[
        condition("others' utilisation lost to full lock-in", lost["utilisation"], low=0, whole=True),
        condition("others' overview lost to full lock-in", lost["overview"], low=0, whole=True),
        condition("share of projects with a customer or supplier done outside (preset)", eligible),
        condition("share of all projects done outside (full lock-in)", outside / (outside + all_begun))])


def mean_level(projects, n, last):
    """(replicate, last) mean level of the projects of each cluster year."""
    year = np.floor(projects.begun / 12).astype(int)
    table = projects.assign(year=year).pivot_table(index="replicate", columns="year", values="project_level", aggfunc="mean")
    return table.reindex(index=range(n), columns=range(last)).to_numpy()


@pattern("P41", kind="T", built="P",
         claim="Fig 4 activity space",
         statistic="rank correlation of trust between the two that began a project, before any was lent, and its level, all projects in the cluster of 60 "
                   "months, within run, median over runs",
         expected="0.4 or more; 80 % or more of firms' first projects at L1 or L2; mean level rising over the years, year 5 above year 2",
         needs={FIRMS: ["preset"]})
def p41(runs):
    n = len(runs(FIRMS, "preset").done)
    projects = in_cluster(runs, "preset")
    projects = projects[projects.begun <= LAST]
    rho = measures.within_runs(projects, lambda p: measures.spearman(p.trust, p.project_level), n)
    first = measures.seats(projects).sort_values("begun").drop_duplicates(["replicate", "uid"])
    easy = first.assign(easy=first.project_level <= 2).groupby("replicate").easy.mean().to_numpy()
    by_year = mean_level(projects, n, 5)
    slope = measures.within_runs(projects, lambda p: np.polyfit(p.begun / 12, p.project_level, 1)[0], n)
    return effect(rho, 0.4, None, estimate=median_of(rho), conditions=[
        condition("share of firms' first projects at L1 or L2", easy, low=0.80),
        condition("mean level, year 5 less year 2", by_year[:, 4] - by_year[:, 1], low=0, whole=True),
        condition("slope of the level on the year", slope, low=0, whole=True),
        condition("share of projects at L3 or L4", float((projects.project_level >= 3).mean()))])


def lock_in_and_opening(runs, scenario):
    """((replicate) share of projects with a customer and its supplier on the team that are done outside, (replicate) projects in
    the cluster that bring another firm, which trades with nobody on the team, into such a pair's work), months 12 to 60."""
    n = len(runs(FIRMS, scenario).done)
    projects = runs.projects(FIRMS, scenario)
    begun = runs(FIRMS, scenario).months(projects.start.to_numpy())
    projects = projects[(begun > 12) & (begun <= LAST)]
    pair, opened = measures.with_supplier_pair(projects, measures.supplier_pairs(runs.ties(FIRMS, scenario)))
    outside = (projects.origin == measures.OUTSIDE).to_numpy()
    count = projects.assign(pair=pair | outside, outside=outside, opened=opened & ~outside).groupby("replicate")[["pair", "outside", "opened"]]
    total = count.sum().reindex(range(n), fill_value=0)
    return np.where(total.pair > 0, total.outside / total.pair.clip(lower=1), np.nan), total.opened.to_numpy(float)


@pattern("I9", kind="I", built="P",
         claim="Lock-in x easy wins/voting",
         statistic="share of projects of a customer and its supplier that are done outside the cluster (months 12 to 60), preset less joint easy projects "
                   "(votes, easy wins at L1)",
         expected="lower lock-in; new partners come into supplier dyads' work",
         needs={FIRMS: ["preset", "joint-projects"]})
def i9(runs):
    (locked, opened), (locked_joint, opened_joint) = (lock_in_and_opening(runs, s) for s in ("preset", "joint-projects"))
    return effect(locked - locked_joint, 0, None, conditions=[
        condition("projects that bring another firm into such work, joint less preset", opened_joint - opened, low=0, whole=True),
        condition("share done outside, preset", locked), condition("share done outside, joint easy projects", locked_joint)])


def value_on_trust(firms):
    """(interaction, slope at low match) of a firm's V on its trust and the match of its projects, in SD; U, A, hours held constant."""
    if len(firms) < 12:
        return np.nan, np.nan
    trust, match = measures.standard(firms.trust_before), measures.standard(firms.match)
    rest = [measures.standard(each) for each in (firms.understanding, firms.anchoring, np.log(firms.hours_year))]
    found = measures.slopes(measures.standard(firms.utilisation), trust, match, trust * match, *rest)
    low = match[match <= np.quantile(match, 1 / 3)].mean()
    return found[2], found[0] + found[2] * low


@pattern("I12", kind="I", built="P",
         claim="Trust x complementarity",
         statistic="interaction of a firm's mean trust (month 36) and the mean match of its projects in the cluster (begun in months 12 to 48) on its V in "
                   "month 60, SD per SD and SD; U, A and hours held constant; within run, mean over runs",
         expected="above 0; no value of trust at the low third's match (interval within 0.1 SD a SD of 0)",
         needs={FIRMS: ["preset"]})
def i12(runs):
    panel = runs.panel(FIRMS, "preset").set_index(["replicate", "uid"])
    before = snapshot(panel, 36)[["trust"]].rename(columns={"trust": "trust_before"})
    projects = in_cluster(runs, "preset")
    team = measures.seats(projects[(projects.begun > 12) & (projects.begun <= 48)])
    match = team.groupby(["replicate", "uid"]).match.mean()
    columns = ["utilisation", "understanding", "anchoring", "hours_year"]
    firms = snapshot(panel, LAST)[columns].join(before, how="inner").join(match, how="inner").reset_index()
    found = np.array([value_on_trust(rows) for _, rows in firms.groupby("replicate")])
    return effect(found[:, 0], 0, None, estimate=mean_of(found[:, 0]), conditions=[
        condition("slope of V on trust at the low third's match", found[:, 1], low=-0.1, high=0.1, whole=True)])
