"""Community and management: P16, P34, P36, P45 to P49, I8, I11."""
import numpy as np

from .. import measures_community as measures
from ..verdict import bootstrap, condition, effect, median_of, ratio_of
from ..registry import pattern

AGE = 60  # month in which states are read: five years, the last snapshot of the configs
FIRST, LAST = (0, 12), (48, 60)  # months of the first and the fifth year
SUPPLY, MANAGED = (0, 1), (2, 3)  # origins of /projects: idea and opened; small project and trial


def direct_share(runs, scenario, window):
    """(replicate) DS: first contacts that meet a need made without management, over all of a window.

    Introductions here answer requests of members; none is pushed by management, so none is left out.
    """
    by_route = runs.values("community", scenario, "need_contacts_by_route")
    counts = by_route.count(*window)
    return 1 - counts[:, by_route.levels.index("management")] / counts.sum(axis=1)


def share_not_mediated(runs, scenario, window):
    """(replicate) share of joint events of a window that do not go through management."""
    mediated, all_ = (runs.values("community", scenario, name).window(*window) for name in ("mediated", "collaboration"))
    return 1 - mediated / all_


# ---- entry ----------------------------------------------------------------------------------------------------------------


@pattern("P16", kind="R", built="M", honest="P",
         claim="Entry requirements",
         statistic="utilisation a member with requirements less that without, in between-firm SD, mean of months 48 to 60",
         expected="V per member +0.2 SD or more, N -5 to -25 %, exit rate lower; total value reported, sign left open",
         needs={"community": ["preset", "requirements"], "community-firms": ["preset"]})
def p16(runs):
    off, on = (runs.values("community", s, "utilisation").window(*LAST) for s in ("preset", "requirements"))
    n_off, n_on = (runs.values("community", s, "members").window(*LAST) for s in ("preset", "requirements"))
    sd = measures.between_firm_sd(runs.panel("community-firms", "preset"), AGE, "utilisation")
    rates = [exits_a_member(runs, s) for s in ("preset", "requirements")]
    understood = [runs.values("community", s, "understanding").at(AGE) for s in ("preset", "requirements")]
    anchored = [runs.values("community", s, "anchoring").at(AGE) for s in ("preset", "requirements")]
    return effect((on - off) / sd, 0.2, None, conditions=[
        condition("members, relative change", less_one(ratio_of(n_on, n_off)), low=-0.25, high=-0.05),
        condition("fall of exits a member and year, months 0 to 60", rates[0] - rates[1], low=0),
        condition("total value (V times N), relative change", less_one(ratio_of(on * n_on, off * n_off))),
        condition("rise of understanding", understood[1] - understood[0], low=0),
        condition("rise of anchoring", anchored[1] - anchored[0], low=0)],
        note="At the default threshold two applicants in five are refused, and the queue fills the places all the same. A higher "
             "threshold gives benefit and price both; fewer applicants give the price without the benefit.")


def exits_a_member(runs, scenario):
    """(replicate) exits a member and year over the five years."""
    exits, members = (runs.values("community", scenario, name).window(0, AGE) for name in ("exits", "members"))
    return exits / members


def less_one(ratio):
    return type(ratio)(*(end - 1 for end in ratio))


# ---- management -----------------------------------------------------------------------------------------------------------


@pattern("P34", kind="E", built="M",
         claim="Fig 11: real against potential communication",
         statistic="share of first contacts meeting a need that are made without management (DS), year 5 less year 1; staff and "
                   "its share for brokering constant",
         expected="rises over time; corr(dyad familiarity, direct) > 0; degree centralisation with management in the graph falls",
         needs={"community": ["preset"], "community-firms": ["preset"]})
def p34(runs):
    rise = direct_share(runs, "preset", LAST) - direct_share(runs, "preset", FIRST)
    return effect(rise, 0, None, conditions=[
        condition("correlation of trust before and direct start, over pairs that begin a project", familiarity(runs), low=0),
        condition("fall of degree centralisation with management, month 12 to 60", fall_of_centralisation(runs), low=0)],
        note="Growth carries it: with forty members throughout, centralisation rises, and DS rises in too few replicates.")


def familiarity(runs):
    """Median over runs of Spearman's rho between a pair's trust before a project and its being begun by the pair itself."""
    projects = runs.projects("community-firms", "preset")
    projects = projects[projects.origin.isin(SUPPLY + MANAGED)]
    ranked = projects.assign(direct=projects.origin.isin(SUPPLY).astype(float), rank=projects.groupby("replicate").trust.rank())
    return median_of(ranked.groupby("replicate")[["rank", "direct"]].corr().xs("rank", level=1).direct)


def fall_of_centralisation(runs):
    """(replicate) of Freeman's degree centralisation of contact within a year, management being in the graph."""
    values = runs.values("community", "preset", "centralisation_management")
    return values.at(12) - values.at(AGE)


CUTS = (12, 36, 60)


def loss_after_cut(runs, month):
    """(replicate) relative loss of SH to the uncut cluster in the year centred on twelve months after the cut."""
    window = month + 6, month + 18
    cut, uncut = (runs.values("community-cut", s, "collaboration").window(*window) for s in (f"cut-{month}", "uncut"))
    return 1 - cut / uncut


@pattern("P36", kind="T", built="M",
         claim="Self-propelling cluster",
         statistic="relative loss of joint events 12 months (mean of months 6 to 18) after management is cut to 20 %: of a cut "
                   "at month 60 over that at month 12",
         expected="loss shrinks with timing (12, 36, 60); loss(60) <= 2/3 loss(12)",
         needs={"community-cut": ["uncut", *(f"cut-{m}" for m in CUTS)]})
def p36(runs):
    early, middle, late = (loss_after_cut(runs, month) for month in CUTS)
    return effect(early - late, None, 2 / 3, estimate=ratio_of(late, early), conditions=[
        condition("loss at month 12", early), condition("loss at month 36", middle), condition("loss at month 60", late),
        condition("loss(12) less loss(36)", early - middle, low=0), condition("loss(36) less loss(60)", middle - late, low=0)],
        note="What is lost is nearly all work in projects that management opened. Members' own projects take over too "
             "little of it, and do with more ideas and slower waning; at forty members the loss does not shrink at all.")


@pattern("I11", kind="I", built="M",
         claim="Dependence trap",
         statistic="share of joint events that do not go through management, year 5, heavy brokering by hand-over less between",
         expected="heavy brokering without direct introductions keeps DS low: below hand-over, and more so with time",
         needs={"community": ["preset", "heavy-hand-over", "heavy-go-between"]})
def i11(runs):
    def gap(share, window):
        return share(runs, "heavy-hand-over", window) - share(runs, "heavy-go-between", window)
    usual, between = (share_not_mediated(runs, s, LAST) for s in ("preset", "heavy-go-between"))
    return effect(gap(share_not_mediated, LAST), 0, None, conditions=[
        condition("gap in year 5 less that in year 1", gap(share_not_mediated, LAST) - gap(share_not_mediated, FIRST), low=0),
        condition("preset less heavy brokering between, year 5", usual - between, low=0),
        condition("the same gap of DS as in P34, year 5", gap(direct_share, LAST))],
        note="Introductions are as many as members ask for, not as many as staff has hours for, and few beside calls and "
             "projects: how they are made moves next to nothing, while hours that lie idle for them are missed elsewhere. Of first "
             "contacts more go through management by hand-over, which always makes known.")


# ---- attention ------------------------------------------------------------------------------------------------------------


def belonging_by_size(runs, scenario):
    """((replicate) mean belonging of small firms, of large ones) at month 60."""
    panel = runs.panel("community-firms", scenario)
    n = len(runs("community-firms", scenario).done)
    small, large = measures.sized(panel, AGE, high=measures.SMALL), measures.sized(panel, AGE, low=measures.LARGE)
    return [measures.mean_by_replicate(firms, "belonging", n) for firms in (small, large)]


def small_matches(runs, scenario, least):
    """(replicate) projects in the cluster with a small firm and a match of `least` or more, a small firm and year, five years."""
    panel = runs.panel("community-firms", scenario)
    small = panel[panel.employees < measures.SMALL]
    numbered = (small.replicate.to_numpy() * 2**32 + small.uid.to_numpy())
    projects = runs.projects("community-firms", scenario)
    good = projects[(projects.match >= least) & (projects.origin < 5)]
    teams = good.filter(like="team_").to_numpy()
    has_small = np.isin(good.replicate.to_numpy()[:, None] * 2**32 + teams, numbered).any(axis=1)
    n = len(runs("community-firms", scenario).done)
    firm_years = small.groupby("replicate").size().reindex(range(n)).to_numpy()  # a firm in a yearly snapshot stands for a year
    return np.bincount(good.replicate[has_small], minlength=n) / firm_years


@pattern("P45", kind="E", built="M", honest="P",
         claim="Locomotives take the light",
         statistic="belonging of firms below 50 employees, attention equal less by size (gamma 0, 1), between-firm SD, month 60",
         expected="B of small firms -0.3 SD or more; missed high-potential small matches up; V of large firms barely changed",
         needs={"community-firms": ["attention-equal", "attention-by-size"]})
def p45(runs):
    """Missed matches: the same pairs could match in both, so that what is missed is up by what is done less: projects with a
    small firm whose match is in the upper half of those under equal attention. Large: 250 employees or more; barely: within half
    of the small firms' 0.3 SD, with the whole interval."""
    equal, by_size = ("attention-equal", "attention-by-size")
    panels = [runs.panel("community-firms", s) for s in (equal, by_size)]
    fall = belonging_by_size(runs, equal)[0] - belonging_by_size(runs, by_size)[0]
    good = runs.projects("community-firms", equal).query("origin < 5").match.median()
    fewer = small_matches(runs, equal, good) - small_matches(runs, by_size, good)
    n = len(fall)
    large = [measures.mean_by_replicate(measures.sized(p, AGE, low=measures.LARGE), "utilisation", n) for p in panels]
    change = (large[1] - large[0]) / measures.between_firm_sd(panels[0], AGE, "utilisation")
    return effect(fall / measures.between_firm_sd(panels[0], AGE, "belonging"), 0.3, None, conditions=[
        condition("fewer projects of small firms with a high match, a firm-year", fewer, low=0, whole=True),
        condition("change of V of large firms, SD", change, low=-0.15, high=0.15, whole=True)],
        note="Attention also decides who is asked first into small projects: large firms gain by these. Small firms lose seats, "
             "but most projects of a high match still have one of them, so that few are missed altogether.")


@pattern("I8", kind="I", built="P",
         claim="Size x attention",
         statistic="belonging of large (250 or more employees) less that of small firms (below 50), attention by size less "
                   "equal, in between-firm SD, month 60",
         expected="locomotive effect bites only under size-weighted attention: no gap (within 0.1 SD) under equal attention",
         needs={"community-firms": ["attention-equal", "attention-by-size"]})
def i8(runs):
    small, large = belonging_by_size(runs, "attention-equal")
    small_weighted, large_weighted = belonging_by_size(runs, "attention-by-size")
    sd = measures.between_firm_sd(runs.panel("community-firms", "attention-equal"), AGE, "belonging")
    return effect((large_weighted - small_weighted - (large - small)) / sd, 0, None, conditions=[
        condition("gap under attention by size, SD", (large_weighted - small_weighted) / sd, low=0, whole=True),
        condition("gap under equal attention, SD", (large - small) / sd, high=0.1)],
        note="Large firms feel more part of the community under equal attention too, by hours, anchoring and supplier ties; "
             "without these the gap is there under attention by size alone.")


# ---- community ------------------------------------------------------------------------------------------------------------


@pattern("P46", kind="E", built="P", honest="C",
         claim="Community and collaboration",
         statistic="smaller of the two standardised cross-lagged coefficients of belonging and ln(1 + joint events), half-years",
         expected="both paths > 0; contemporaneous correlation 0.3 to 0.6",
         needs={"community-ties": ["preset"]})
def p46(runs):
    """Each of B and SH of a half-year on both of the half-year before, all firm-half-years of a run pooled, within half-years."""
    rows = measures.lagged(measures.half_years(runs.panel("community-ties", "preset")), ["belonging", "sh"])
    both = ["belonging_before", "sh_before"]
    to_community = measures.coefficients(rows, "belonging", both).sh_before
    to_collaboration = measures.coefficients(rows, "sh", both).belonging_before
    together = measures.coefficients(rows, "sh", ["belonging"]).belonging  # one predictor: the coefficient is the correlation
    return effect(np.minimum(to_community, to_collaboration), 0, None, conditions=[
        condition("joint events to belonging", to_community, low=0, whole=True),
        condition("belonging to joint events", to_collaboration, low=0, whole=True),
        condition("correlation in the same half-year", median_of(together), low=0.3, high=0.6)])


@pattern("P47", kind="E", built="P",
         claim="Identity sits in sub-groups",
         statistic="fall of the assortativity of strong ties (T > 0.6) by entry cohort with inclusion and onboarding, month 60",
         expected="assortativity > 0 in the preset, by cohort and by place; falls with inclusion and onboarding",
         needs={"community-ties": ["preset", "inclusion"]})
def p47(runs):
    def at_end(name):
        return [runs.values("community-ties", s, f"assortativity_{name}").at(AGE) for s in ("preset", "inclusion")]
    cohort, place = at_end("cohort"), at_end("place")
    return effect(cohort[0] - cohort[1], 0, None, conditions=[
        condition("by cohort in the preset", cohort[0], low=0, whole=True),
        condition("by place in the preset", place[0], low=0, whole=True),
        condition("fall by place", place[0] - place[1], low=0), *(e_i_index(runs, name) for name in ("cohort", "place"))],
        note="Nearly all strong ties are supplier ties, which inclusion does not touch; the hours of a buddy are far from a "
             "strong tie, also at four times as many meetings of four times the length.")


def e_i_index(runs, group):
    """Condition without a bound: E-I index of strong ties in the preset, by year of entry or by place."""
    panel = runs.panel("community-ties", "preset")
    panel = panel.assign(cohort=np.floor(panel.entered).where(panel.founder == 0, 0))
    found = measures.external_internal(runs.ties("community-ties", "preset"), panel, AGE, group)
    return condition(f"E-I index by {group}, preset", found)


# ---- social capital -------------------------------------------------------------------------------------------------------

PATHS = [("sc_rel", "sc_str"), ("sc_rel", "sc_cog"), ("exchange", "sc_rel"), ("exchange", "sc_str"), ("utilisation", "exchange")]


def path_coefficients(runs):
    """{(outcome, predictor): (replicate)} of Tsai and Ghoshal's paths: an outcome on predictors and itself a half-year before."""
    firms = measures.capital_of_firms(runs.ties("community-ties", "preset"), runs.panel("community-ties", "preset"))
    rows = measures.lagged(measures.half_years(firms), ["sc_str", "sc_rel", "sc_cog", "exchange", "utilisation"])
    found = {}
    for outcome in dict.fromkeys(outcome for outcome, _ in PATHS):
        from_ = [p for o, p in PATHS if o == outcome] + [outcome]
        fitted = measures.coefficients(rows, outcome, [f"{p}_before" for p in from_])
        found.update({(outcome, p): fitted[f"{p}_before"].to_numpy() for p in from_[:-1]})
    return found


@pattern("P48", kind="T", built="M",
         claim="Fig 3: Tsai and Ghoshal's chain",
         statistic="share of the effect of structure on utilisation (gatherings, courses; month 60) that clamping trust removes",
         expected="all lagged paths > 0; clamping trust removes 30 % or more of the effect of structure on V",
         needs={"community-ties": ["preset"],
                "community": ["preset", "no-events", "clamped", "clamped-no-events", "no-belonging"]})
def p48(runs):
    """Paths over firm-half-years: standardised OLS within half-years, with the outcome's own value of the half-year before."""
    full, bare, clamped, both, aimless = (runs.values("community", s, "utilisation").at(AGE)
                                          for s in ("preset", "no-events", "clamped", "clamped-no-events", "no-belonging"))
    kept = ratio_of(clamped - both, full - bare)
    share = type(kept)(1 - kept.value, 1 - kept.high, 1 - kept.low)
    paths = [condition(f"path {predictor} to {outcome}", values, low=0, whole=True)
             for (outcome, predictor), values in path_coefficients(runs).items()]
    return effect((full - bare) - (clamped - both), 0.30, None, estimate=share, conditions=[
        *paths, condition("V lost without structure", full - bare), condition("V lost without trust", full - clamped),
        condition("V lost without belonging (cognitive)", full - aimless)],
        note="Gatherings and courses give benefit by what they teach and by whom management then asks into small projects; "
             "neither asks for trust, and few projects are begun on trust that contact built. Exchange persists so much "
             "that capital adds nothing to it half a year later; without the outcome's own past all paths are positive.")


STOP, AGAIN, HORIZON = 36, 48, 84  # months


@pattern("P49", kind="E", built="P", honest="C",
         claim="Social capital is fragile",
         statistic="relative fall of relational capital among non-supplier ties over 12 months without activity, months 36 to 48",
         expected="15 % or more in 12 months; loss faster than build, 1.5 times or more",
         needs={"community-stop": ["uninterrupted", "stop"]})
def p49(runs):
    """Activity is management's: members' own calls, chance meetings and running projects go on. Time to regain: months after it
    is back until the capital of month 36 is there, of firms that are members throughout, for who joins has none and lowers the
    mean without anything being lost; 36 where it is not by month 84, 0 where none was lost."""
    capital = runs.values("community-stop", "stop", "social_capital_relational")
    before, after = capital.at(STOP), capital.at(AGAIN)
    stayers = measures.capital_of_stayers(runs.ties("community-stop", "stop"), runs.panel("community-stop", "stop"), STOP, HORIZON)
    months = measures.time_to_regain(stayers, STOP, AGAIN)
    lost = ratio_of(after, before)
    still = runs.values("community-stop", "uninterrupted", "social_capital_relational").at(AGAIN)
    return effect(before - after, 0.15, None, estimate=type(lost)(1 - lost.value, 1 - lost.high, 1 - lost.low), conditions=[
        condition("time to regain over time of loss, of firms that stay", bootstrap(np.median, months / (AGAIN - STOP)), low=1.5),
        condition("capital of firms that stay, month 48 over 36", ratio_of(stayers[AGAIN].to_numpy(), stayers[STOP].to_numpy())),
        condition("the same capital with activity, month 48 over 36", ratio_of(still, before))],
        note="Projects that are begun run on for half a year and more, members call whom they trust, and nobody joins who has "
             "none: capital still rises, and falls only then.")
