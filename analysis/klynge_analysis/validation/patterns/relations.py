"""How projects grow out of relations: P38, P39, P41, I9, I12 (family of projects.md)."""
import numpy as np

from .. import measures_projects as measures
from ..measures_projects import FIRMS, LAST, in_cluster, snapshot
from ..registry import pattern
from ..verdict import CannotTell, bootstrap, condition, effect, mean_of, median_of

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
         statistic="projects begun in the cluster a dyad-year where trust is above 0.6 over where it is below 0.3 (all pairs of "
                   "members, months 6 to 60)",
         expected="ratio 5 or more; the cluster's project rate 3 to 12 months behind its mean trust",
         needs={FIRMS: ["preset"], "projects-years": ["preset"]})
def p38(runs):
    """The lag is that of the highest correlation of the two monthly series, means over replicates, eight years:
    `months_behind`."""
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
        condition("months that the project rate is behind mean trust", lag, low=3, high=12)],
        note="Within a pair ideas come at today's trust, without delay. Mean trust is over all whom members know: it thins as "
             "members come to know more, while projects and ideas rise with the number of pairs, so that the two series do not "
             "lead or lag each other.")


CLUSTER_TIE = 0.4  # trust from which a tie is one


def new_cluster_ties(ties):
    """(replicate, uid) -> ties with other than customers and suppliers that have trust of 0.4 or more in month 60 and had not in
    24."""
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
         statistic="rank correlation of strong supplier ties in month 24 and new cluster ties by month 60 given size, within run "
                   "(firms that are members at both), median over runs",
         expected="below 0; more lock-in lowers others' V and O",
         needs={FIRMS: ["preset"], "projects": ["no-lock-in", "full-lock-in"]})
def p39(runs):
    """New cluster ties: new_cluster_ties. Others are neither core firms nor suppliers; lock-in from 0 to 1 (its range), month
    60."""
    panel = runs.panel(FIRMS, "preset").set_index(["replicate", "uid"])
    before, after = (snapshot(panel, month)[["strong_supplier", "employees"]] for month in (24, LAST))
    firms = before.join(after[[]], how="inner")
    firms = firms.assign(made=new_cluster_ties(runs.ties(FIRMS, "preset")).reindex(firms.index, fill_value=0)).reset_index()
    rho = measures.within_runs(firms, lambda f: measures.partial_spearman(f.strong_supplier, f.made, f.employees),
                               len(runs(FIRMS, "preset").done))
    lost = {name: others(runs, "no-lock-in", name) - others(runs, "full-lock-in", name) for name in ("utilisation", "overview")}
    outside, all_begun = (runs.values("projects", "full-lock-in", f"projects_{name}").count(0, LAST)
                          for name in ("outside", "started"))
    eligible = runs.values(FIRMS, "preset", "lock_in").window(0, LAST)
    return effect(-rho, None, 0, estimate=median_of(rho), conditions=[
        condition("others' utilisation lost to full lock-in", lost["utilisation"], low=0, whole=True),
        condition("others' overview lost to full lock-in", lost["overview"], low=0, whole=True),
        condition("share of projects with a customer or supplier done outside (preset)", eligible),
        condition("share of all projects done outside (full lock-in)", outside / (outside + all_begun))],
        note="Too little is at stake: one project in 25 is done outside. Trade keeps supplier ties for nothing, so that they "
             "take no hours from new ties; the correlation is the same with lock-in off.")


def mean_level(projects, n, last):
    """(replicate, last) mean level of the projects of each cluster year."""
    year = np.floor(projects.begun / 12).astype(int)
    table = projects.assign(year=year).pivot_table(index="replicate", columns="year", values="project_level", aggfunc="mean")
    return table.reindex(index=range(n), columns=range(last)).to_numpy()


@pattern("P41", kind="T", built="P",
         claim="Fig 4 activity space",
         statistic="rank correlation of trust between the two that began a project, before any was lent, and its level, all "
                   "projects in the cluster of 60 months, within run, median over runs",
         expected="0.4 or more; 80 % or more of firms' first projects at L1 or L2; mean level rising over the years, year 5 "
                  "above year 2",
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
        condition("share of projects at L3 or L4", float((projects.project_level >= 3).mean()))],
        note="Two in three projects are opened by management on lent trust, at L1 or L2 by lot, and ideas come from pairs that "
             "trust each other enough for any of these. L3 and L4 are rare because few members' hours hold one: more funded "
             "hours bring all three nearer.")


def lock_in_and_opening(runs, scenario):
    """((replicate) share of projects with a customer and its supplier on the team that are done outside, (replicate) projects in
    the cluster that bring another firm, which trades with nobody on the team, into such a pair's work), months 12 to 60."""
    n = len(runs(FIRMS, scenario).done)
    projects = runs.projects(FIRMS, scenario)
    begun = runs(FIRMS, scenario).months(projects.start.to_numpy())
    projects = projects[(begun > 12) & (begun <= LAST)]
    pair, opened = measures.with_supplier_pair(projects, measures.supplier_pairs(runs.ties(FIRMS, scenario)))
    outside = (projects.origin == measures.OUTSIDE).to_numpy()
    marked = projects.assign(pair=pair | outside, outside=outside, opened=opened & ~outside)
    total = marked.groupby("replicate")[["pair", "outside", "opened"]].sum().reindex(range(n), fill_value=0)
    return np.where(total.pair > 0, total.outside / total.pair.clip(lower=1), np.nan), total.opened.to_numpy(float)


@pattern("I9", kind="I", built="P",
         claim="Lock-in x easy wins/voting",
         statistic="share of projects of a customer and its supplier that are done outside the cluster (months 12 to 60), preset "
                   "less joint easy projects (votes, easy wins at L1)",
         expected="lower lock-in; new partners come into supplier dyads' work",
         needs={FIRMS: ["preset", "joint-projects"]})
def i9(runs):
    (locked, opened), (locked_joint, opened_joint) = (lock_in_and_opening(runs, s) for s in ("preset", "joint-projects"))
    return effect(locked - locked_joint, 0, None, conditions=[
        condition("projects that bring another firm into such work, joint less preset", opened_joint - opened, low=0, whole=True),
        condition("share done outside, preset", locked), condition("share done outside, joint easy projects", locked_joint)],
        note="One project or so in four years is done outside, in a third of the runs none: no replicate can show a difference. "
             "Joint projects do bring others in; they only thin the share out, since the chance of going outside is the same "
             "(lock_in T).")


def value_on_trust(firms):
    """(interaction, slope at low match) of a firm's V on its trust and the match of its projects, in SD; U, A, hours held
    constant."""
    if len(firms) < 12:
        return np.nan, np.nan
    trust, match = measures.standard(firms.trust_before), measures.standard(firms.match)
    rest = [measures.standard(each) for each in (firms.understanding, firms.anchoring, np.log(firms.hours_year))]
    found = measures.slopes(measures.standard(firms.utilisation), trust, match, trust * match, *rest)
    low = match[match <= np.quantile(match, 1 / 3)].mean()
    return found[2], found[0] + found[2] * low


@pattern("I12", kind="I", built="P",
         claim="Trust x complementarity",
         statistic="interaction of a firm's mean trust (month 36) and the mean match of its projects in the cluster (begun in "
                   "months 12 to 48) on its V in month 60, SD per SD and SD; U, A and hours held constant; within run, mean over "
                   "runs",
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
        condition("slope of V on trust at the low third's match", found[:, 1], low=-0.1, high=0.1, whole=True)],
        note="Trust pays through the number of projects, and the matches of projects differ little between firms: the low "
             "third's is far from nothing (pursuit selects by match, and a part stands without a need met), so that its projects "
             "have value too.")
