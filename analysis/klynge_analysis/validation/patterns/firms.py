"""Inside the firm: P01 to P13, P25, I1, I2. States are read at month 60 where the evidence names no month."""
import numpy as np
import statsmodels.api

from .. import measures_firms as measures
from ..registry import pattern
from ..verdict import condition, effect, level, median_of, ratio_of, share_of

STATE = 40  # month in which the state of the preset is read, as in section 9 of the evidence
END = 60
SURVEY = 15  # firms that the field study interviewed
SMALL = 20  # employees, P13
LL, HH = "low U, low A", "high U, high A"  # cells of Table 1, as the file has them
PRIORS = {"good": 1, "none": 0, "bad": 2}


def at_month(runs, month, scenario="preset", config="firms"):
    """A scenario's firms in the snapshot nearest to a month, all replicates: a frame, with ln of size."""
    firms = measures.at(runs.panel(config, scenario), month)
    return firms.assign(size=np.log(firms.employees), share=firms.attended / firms.invited.where(firms.invited > 0))


def gain(runs, scenario, of="utilisation"):
    """Firms at the end that are in the preset and in a scenario of firms-end, with `gain`: what they have more in the latter."""
    both = measures.same_firms(*(at_month(runs, END, s, "firms-end") for s in ("preset", scenario)))
    return both.assign(gain=both[f"{of}_other"] - both[of])


def effect_of_raising(runs, scenario, field):
    """(replicate) gain in V of the firms whose U or A was raised, in between-firm SD of the preset.

    Raised is whose field stands above its own without, when first seen: what else happens to it until then moves it by less.
    """
    seen = [runs.panel("firms-end", s).sort_values("month").drop_duplicates(measures.FIRM) for s in ("preset", scenario)]
    first = measures.same_firms(*seen)
    raised = first.loc[first[f"{field}_other"] - first[field] > 0.06, measures.FIRM].merge(gain(runs, scenario), on=measures.FIRM)
    sd = at_month(runs, END, "preset", "firms-end").groupby("replicate").utilisation.std().mean()
    return measures.mean_by_run(raised, "gain") / sd


def correlation(firms, x, given):
    return measures.by_run(firms, lambda own: measures.partial_spearman(own, x, "utilisation", given))


@pattern("P01", kind="E", built="P", honest="C",
         claim="Understanding raises utilisation",
         statistic="partial Spearman of U and V given ln size and tenure, month 60; median over runs",
         expected="+; rho 0.3 to 0.7; do(U + 0.3) on a random half 0.3 SD or more",
         needs={"firms": ["preset"], "firms-end": ["preset", "understanding"]})
def p01(runs):
    rho = correlation(at_month(runs, END), "understanding", ["size", "tenure"])
    return effect(rho, 0.3, 0.7, estimate=median_of(rho), conditions=[
        condition("do(U + 0.3): gain of the raised half, in between-firm SD",
                  effect_of_raising(runs, "understanding", "understanding"), low=0.3)],
                  note="Firms that already understand cannot be raised by all of it, and hours spread benefit more than "
                       "understanding does.")


@pattern("P02", kind="E", built="P", honest="C",
         claim="Strategic anchoring raises utilisation",
         statistic="partial Spearman of A and V given U, ln size and tenure, month 60; median over runs",
         expected="+; rho 0.3 to 0.7; do(A + 0.3) on a random half 0.3 SD or more",
         needs={"firms": ["preset"], "firms-end": ["preset", "anchoring"]})
def p02(runs):
    rho = correlation(at_month(runs, END), "anchoring", ["understanding", "size", "tenure"])
    return effect(rho, 0.3, 0.7, estimate=median_of(rho), conditions=[
        condition("do(A + 0.3): gain of the raised half, in between-firm SD", effect_of_raising(runs, "anchoring", "anchoring"),
                  low=0.3)])


@pattern("P03", kind="E", built="P", honest="C",
         claim="Table 1 order of utilisation",
         statistic="mean utilisation of HH less that of LL firms, in between-firm SD, month 40",
         expected="HH - LL 1.0 SD or more; both mixed cells strictly between in 90 % of runs or more",
         needs={"firms": ["preset"]})
def p03(runs):
    firms = measures.with_quadrant(at_month(runs, STATE))
    means = firms.pivot_table(index="replicate", columns="quadrant", values="utilisation").reindex(columns=measures.QUADRANTS)
    sd = firms.groupby("replicate").utilisation.std().mean()
    mixed = means[["HL", "LH"]]
    between = (mixed.min(axis=1) > means.LL) & (mixed.max(axis=1) < means.HH)
    return effect((means.HH - means.LL) / sd, 1.0, None,
                  conditions=[condition("share of runs with both mixed cells strictly between", share_of(between), low=0.90)],
                  note="The mixed cells hold few firms in a run, and benefit is far from even between firms: where the order "
                       "fails, it is one of these small means that strays.")


@pattern("P04", kind="E", built="P", honest="C",
         claim="Understanding and anchoring go together",
         statistic="phi of the 2 x 2 table of U and A split at 0.5, month 40",
         expected="0.4 to 0.8; from independence at entry it climbs by 0.15 or more within 36 months (founding members)",
         needs={"firms": ["preset", "independent"]})
def p04(runs):
    now = measures.by_run(at_month(runs, STATE), measures.phi)
    climb = [measures.by_run(firms[firms.founder == 1], measures.phi) for firms in
             (at_month(runs, month, "independent") for month in (4, 36))]
    return effect(now, 0.4, 0.8, conditions=[
        condition("climb of phi from independence, month 4 to 36", climb[1] - climb[0], low=0.15)])


@pattern("P05", kind="E", built="C",
         claim="Half lack anchoring",
         statistic="share of firms with A < 0.5, month 40",
         expected="0.40 to 0.60 (target of the calibration); a survey of 15 firms within 0.25 to 0.75",
         needs={"firms": ["preset"]})
def p05(runs):
    firms = at_month(runs, STATE)
    lacks = firms.assign(lacks=firms.anchoring < 0.5).groupby("replicate").lacks
    found = surveys(lacks, np.random.default_rng(1))
    # The evidence names a tolerance and no share of surveys within it. 90 % is the default rule's; from 95 % a population of
    # 0.40, which it allows, could not pass.
    return level(lacks.mean().to_numpy(), 0.40, 0.60, conditions=[
        condition("share of surveys of 15 firms within 0.25 to 0.75", share_of((found >= 0.25) & (found <= 0.75)), low=0.90)])


def surveys(lacks, rng, n=1000):
    """(n) share in surveys of SURVEY firms of one cluster, drawn without replacement; clusters in turn."""
    clusters = [group.to_numpy() for _, group in lacks]
    return np.array([rng.choice(clusters[k % len(clusters)], SURVEY, replace=False).mean() for k in range(n)])


@pattern("P06", kind="E", built="P", honest="C",
         claim="Proactive and reactive firms",
         statistic="initiations a firm and year, HH over LL firms, months 36 to 60: ratio of the means",
         expected="3 or more; share of contacts through management 0.2 or more higher among LL firms",
         needs={"firms": ["preset"]})
def p06(runs):
    def cell(name, label):
        return runs.values("firms", "preset", f"{name}_by_quadrant").level(label).window(36, END)
    high, low = (cell("initiations", label) for label in (HH, LL))
    via = [cell("mediated", label) / cell("collaboration", label) for label in (LL, HH)]
    return effect(high - low, 3, None, estimate=ratio_of(high, low), conditions=[
        condition("share through management, LL less HH firms", via[0] - via[1], low=0.2)],
                  note="Calls go by hours, and all with a need ask management alike: ideas alone have the size. Small projects "
                       "of management take who says yes, and that goes by understanding.")


def by_prior(firms, column, prior):
    return measures.by_run(firms, lambda own: own.loc[own.prior == PRIORS[prior], column].mean())


@pattern("P07", kind="E", built="P", honest="C",
         claim="Earlier experience works both ways",
         statistic="attendance of the last year at tenure 12 months, firms with good less those with bad experience, in "
                   "between-firm SD",
         expected="order good > none > bad in attendance and V; 0.5 SD or more at 12 months, smaller at 36 months, not reversed",
         needs={"firms": ["preset"]})
def p07(runs):
    panel = measures.last_year(measures.last_year(runs.panel("firms", "preset"), "attended"), "invited")
    panel = panel.assign(attendance=panel.attended_year / panel.invited_year.where(panel.invited_year > 0))
    gaps, conditions = {}, []
    for tenure in (12, 36):
        firms = measures.at_tenure(panel, tenure)
        for column in ("attendance", "utilisation"):
            sd = firms.groupby("replicate")[column].std().mean()
            good, none, bad = (by_prior(firms, column, prior) / sd for prior in PRIORS)
            gaps[column, tenure] = good - bad
            if tenure == 12:
                conditions += [condition(f"{column} at 12 months: good less none, SD", good - none, low=0),
                               condition(f"{column} at 12 months: none less bad, SD", none - bad, low=0)]
    conditions.append(condition("utilisation at 12 months: good less bad, SD", gaps["utilisation", 12], low=0.5))
    for column in ("attendance", "utilisation"):
        conditions += [condition(f"{column}: the gap at 36 months, SD", gaps[column, 36], low=0),
                       condition(f"{column}: gap at 12 less gap at 36 months, SD", gaps[column, 12] - gaps[column, 36], low=0)]
    return effect(gaps["attendance", 12], 0.5, None, conditions=conditions,
                  note="Bad experience comes with more understanding than none. The gap in benefit is one of understanding at "
                       "entry, and goes on opening by what the wary withhold.")


@pattern("P08", kind="E", built="M",
         claim="Tenure moderated by understanding",
         statistic="coefficient of tenure x U in OLS of V on tenure (years), U and their product, month 60",
         expected="> 0; corr(tenure, V) 0 to 0.35; new firms (<= 24 months) of high U >= old ones (>= 36) of low U in 70 % of "
                  "runs",
         needs={"firms": ["preset"]})
def p08(runs):
    firms = at_month(runs, END)
    new_high = firms[(firms.tenure <= 24) & (firms.understanding >= 0.5)]
    old_low = firms[(firms.tenure >= 36) & (firms.understanding < 0.5)]
    new, old = (measures.mean_by_run(each, "utilisation") for each in (new_high, old_low))
    n = min(len(new), len(old))
    raw = measures.by_run(firms, lambda own: own.tenure.corr(own.utilisation))
    return effect(measures.by_run(firms, interaction), 0, None, conditions=[
        condition("correlation of tenure and V, median over runs", median_of(raw), low=0, high=0.35),
        condition("share of runs with new high-U firms at or above old low-U ones", share_of(new[:n] >= old[:n]), low=0.70)])


def interaction(own):
    years = own.tenure / measures.MONTHS
    design = np.column_stack([np.ones(len(own)), years, own.understanding, years * own.understanding])
    return statsmodels.api.OLS(own.utilisation.to_numpy(), design).fit().params[3]


def time_ratio(runs, first):
    """(high, low): (replicate) restricted mean months to a first time over 36 months, members that joined later, by half of U at
    entry."""
    rows = measures.histories(runs.panel("firms", "preset"), first, 36)
    high = rows.understanding >= rows.groupby("replicate").understanding.transform("median")
    return [measures.by_run(rows[half], lambda own: measures.restricted_mean(own.time.to_numpy(), own.happened.to_numpy(), 36))
            for half in (high, ~high)]


@pattern("P09", kind="E", built="M", honest="P",
         claim="Fast newcomers of high understanding",
         statistic="restricted mean time from entry to the first joint activity over 36 months, upper over lower half by U when "
                   "first seen, members that joined up to month 26",
         expected="high-U 0.7 x low-U or less; for the first project shorter too",
         needs={"firms": ["preset"]})
def p09(runs):
    high, low = time_ratio(runs, "first_event")
    project_high, project_low = time_ratio(runs, "first_project")
    return effect(low - high, None, 0.7, estimate=ratio_of(high, low), conditions=[
        condition("restricted mean time to the first project, high over low U", ratio_of(project_high, project_low), high=1.0),
        condition("months to the first activity, low U", low), condition("months to the first project, low U", project_low)],
                  note="Chance and calls by firms that knew it before bring a first activity within weeks to anybody, and a run "
                       "has few newcomers: the sign strays.")


@pattern("P10", kind="E", built="C",
         claim="Low understanding attends sporadically",
         statistic="share of gatherings attended since entry, top less bottom tercile by U, month 60, firms of 24 months or more",
         expected="+0.20 or more; the coefficient of variation within a firm higher in the low tercile",
         needs={"firms": ["preset"]})
def p10(runs):
    firms = at_month(runs, END)
    firms = firms[firms.tenure >= 24].assign(third=lambda rows: measures.terciles(rows, "understanding"))
    variation = firms.merge(variation_of_attendance(runs.panel("firms", "preset")), on=measures.FIRM)
    shares, cv = ([measures.mean_by_run(rows[rows.third == k], column) for k in (2, 0)]
                  for rows, column in ((firms, "share"), (variation, "cv")))
    return effect(shares[0] - shares[1], 0.20, None, conditions=[
        condition("coefficient of variation over years, low less high tercile", cv[1] - cv[0], low=0)])


def variation_of_attendance(panel):
    """Coefficient of variation of a firm's yearly share of gatherings attended, firms of at least two such years that attend at
    all."""
    years = panel[(panel.month % measures.MONTHS).abs() < 1e-3].sort_values("month")
    firm = years.groupby(measures.FIRM)
    years = years.assign(share=firm.attended.diff() / firm.invited.diff().replace(0, np.nan))
    own = years.groupby(measures.FIRM).share.agg(["mean", "std", "count"]).reset_index()
    own = own[(own["count"] >= 2) & (own["mean"] > 0)]
    return own.assign(cv=own["std"] / own["mean"])[[*measures.FIRM, "cv"]]


@pattern("P11", kind="E", built="M",
         claim="Disengagement spills over",
         statistic="relative fall of V of the same firms of high U, three quarters against one quarter of members of low U, "
                   "month 60",
         expected="10 % or more",
         needs={"firms-end": ["few-low", "many-low"]})
def p11(runs):
    first = [measures.at(runs.panel("firms-end", s), 0) for s in ("few-low", "many-low")]
    # high in both: who is drawn high has the same U at entry in both scenarios, and at least 0.5 when first seen in either
    seen = measures.same_firms(*first)
    high = seen[(seen.understanding >= 0.5) & (seen.understanding_other >= 0.5)][measures.FIRM]
    few, many = (measures.mean_by_run(at_month(runs, END, s, "firms-end").merge(high, on=measures.FIRM), "utilisation")
                 for s in ("few-low", "many-low"))
    return effect(1 - many / few, 0.10, None,
                  note="Who declines a small project leaves its place to others: lost partners come back as places.")


@pattern("P12", kind="E", built="C",
         claim="A representative is not enough",
         statistic="V per hour at gatherings and courses, top over bottom tercile by A, matched on hours (25 %), month 60: ratio "
                   "of means",
         expected="1.5 or more",
         needs={"firms": ["preset"]})
def p12(runs):
    firms = at_month(runs, END)
    firms = firms[firms.event_hours_total > 0].assign(
        third=lambda rows: measures.terciles(rows, "anchoring"), per_hour=lambda rows: rows.utilisation / rows.event_hours_total,
        on=lambda rows: np.log(rows.event_hours_total))
    keep = ["replicate", "uid", "per_hour", "on"]
    pairs = measures.matched(firms[firms.third == 2][keep], firms[firms.third == 0][keep], "on", np.log(1.25))
    top, bottom = (measures.mean_by_run(pairs, column) for column in ("per_hour", "per_hour_other"))
    return effect(top - bottom, 1.5, None, estimate=ratio_of(top, bottom))


def spearman(firms, x, y):
    return measures.by_run(firms, lambda own: own[x].corr(own[y], method="spearman"))


@pattern("P13", kind="E", built="P", honest="C",
         claim="Small firms are short of time",
         statistic="Spearman of ln size and the share of gatherings attended since entry, month 60; median over runs",
         expected="+0.15 to +0.45; ln size and A the same; a grant of hours to firms below 20 employees closes half of the gap "
                  "in attendance",
         needs={"firms": ["preset"], "firms-end": ["preset", "grant"]})
def p13(runs):
    firms = at_month(runs, END)
    attends, anchors = spearman(firms, "size", "share"), spearman(firms, "size", "anchoring")
    gaps = [attendance_gap(at_month(runs, END, s, "firms-end")) for s in ("preset", "grant")]
    closed = ratio_of(gaps[0] - gaps[1], gaps[0])
    return effect(attends, 0.15, 0.45, estimate=median_of(attends), conditions=[
        condition("Spearman of ln size and A, median over runs", median_of(anchors), low=0.15, high=0.45),
        condition("part of the gap in attendance that the grant closes", closed, low=0.5)])


def attendance_gap(firms):
    large, small = firms[firms.employees >= SMALL], firms[firms.employees < SMALL]
    return measures.mean_by_run(large, "share") - measures.mean_by_run(small, "share")


@pattern("P25", kind="E", built="M",
         claim="Growth without engagement gives nothing",
         statistic="V of the same founding members, forty high-U entrants less none, month 60",
         expected="high-U > none >= low-U",
         needs={"firms-end": ["none", "high-entrants", "low-entrants"]})
def p25(runs):
    founders = [at_month(runs, END, s, "firms-end").query("founder == 1") for s in ("none", "high-entrants", "low-entrants")]
    of_all = founders[0][measures.FIRM].merge(founders[1][measures.FIRM]).merge(founders[2][measures.FIRM])
    none, high, low = (measures.mean_by_run(each.merge(of_all, on=measures.FIRM), "utilisation") for each in founders)
    return effect(high - none, 0, None, conditions=[
        condition("V of incumbents: none less low-U entrants", none - low, low=0),
        condition("V of incumbents: high-U less low-U entrants", high - low, low=0)],
                  note="Entrants of high understanding take places in small projects, of which management opens as many as "
                       "before.")


@pattern("I1", kind="I", built="M",
         claim="Understanding x tenure",
         statistic="slope of V on tenure (a year) among firms of U >= 0.5 less that among others, month 60",
         expected="tenure helps high-U firms; low-U firms plateau (a slope of at most half of theirs)",
         needs={"firms": ["preset"]})
def i1(runs):
    firms = at_month(runs, END)
    understands = firms.understanding >= 0.5
    high, low = (measures.by_run(firms[half], slope_of_tenure) for half in (understands, ~understands))
    return effect(high - low, 0, None, conditions=[
        condition("slope among firms of high U", high, low=0),
        condition("slope of low-U over slope of high-U firms", ratio_of(low, high), high=0.5)])


def slope_of_tenure(own):
    return np.polyfit(own.tenure / measures.MONTHS, own.utilisation, 1)[0] if len(own) > 3 else np.nan


@pattern("I2", kind="I", built="P",
         claim="Facilitation x anchoring",
         statistic="what gatherings, courses, forum and outreach add to V of the same firms, top over bottom tercile by A "
                   "without them, month 60",
         expected="at least twice as large in the top tercile",
         needs={"firms-end": ["served", "unserved"]})
def i2(runs):
    both = measures.same_firms(at_month(runs, END, "unserved", "firms-end"), at_month(runs, END, "served", "firms-end"))
    both = both.assign(gain=both.utilisation_other - both.utilisation, third=measures.terciles(both, "anchoring"))
    top, bottom = (measures.mean_by_run(both[both.third == k], "gain") for k in (2, 0))
    return effect(top - 2 * bottom, 2, None, estimate=ratio_of(top, bottom))
