"""Sizes of a cluster: P19, P35, P40. Clusters that have their number of members from the first day; see also growth.py."""
from .. import measures_growth as measures
from ..registry import pattern
from ..verdict import condition, effect, level, share_of

SIZES = ["20", "40", "83", "160"]


@pattern("P19", kind="E", built="M",
         claim="Growth = opportunities",
         statistic="best match a firm (inverted U of distance, by needs met; mean over members) among 83 members over that among "
                   "40, less 1",
         expected="best and mean-top-5 match increasing and concave over N = 20 to 160; at 83 by 5 to 25 % above 40",
         needs={"size": SIZES})
def p19(runs):
    """A match is with anyone, known or not; needs weigh in it as they do in the model (ODD.md 7.8)."""
    names = {"best": "match_best", "top 5": "match_top5"}
    match = {what: {n: runs.values("size", n, name).at(1) for n in SIZES} for what, name in names.items()}
    conditions = [condition("rise from 40 to 83 members, top 5", measures.rise(match["top 5"]["40"], match["top 5"]["83"]),
                            low=0.05, high=0.25)]
    for what, of in match.items():
        rises = [of[b] - of[a] for a, b in zip(SIZES, SIZES[1:])]
        slopes = [r / (int(b) - int(a)) for r, a, b in zip(rises, SIZES, SIZES[1:])]  # a member
        conditions += [condition(f"rise from {a} to {b} members, {what}", r, low=0, whole=True)
                       for r, a, b in zip(rises, SIZES, SIZES[1:])]
        conditions += [condition(f"slope up to {b} members less that beyond, {what}", s - t, low=0, whole=True)
                       for s, t, b in zip(slopes, slopes[1:], SIZES[1:])]
    best = match["best"]
    return effect(best["83"] - best["40"], 0.05, 0.25, estimate=measures.rise(best["40"], best["83"]), conditions=conditions)


YEARS = {"40": "size-years", "83": "size-ties", "120": "size-years", "160": "size-years"}
LATE = (36, 60)  # months in which introductions are counted


@pattern("P35", kind="T", built="P", honest="C",
         claim="Management bottleneck",
         statistic="slope of log introductions a member on log N, from 83 to 160 members with the same staff, months 36 to 60",
         expected="brokered introductions per member ~1/N past capacity; waiting time kinked upward",
         needs={"size-years": ["40", "120", "160"], "size-ties": ["83"]})
def p35(runs):
    """~1/N: -1.25 to -0.75, nearer to 1/N than to the square root of it. Kinked: a member more adds more waiting (above 0) from
    83 members on than before."""
    made = {n: a_member(runs, n, "introductions") for n in YEARS}
    wait = {n: runs.values(YEARS[n], n, "request_wait").window(*LATE) for n in YEARS}
    queue = {n: runs.values(YEARS[n], n, "requests_waiting").window(*LATE) for n in YEARS}
    slopes = [(wait[b] - wait[a]) / (int(b) - int(a)) for a, b in (("40", "83"), ("83", "160"))]
    elasticity = measures.elasticity(made["83"], made["160"], 83, 160)
    return effect(made["83"] - made["160"], -1.25, -0.75, estimate=elasticity, conditions=[
        condition("slope from 120 to 160 members", measures.elasticity(made["120"], made["160"], 120, 160)),
        condition("wait (years) a member more, above 83 less below", slopes[1] - slopes[0], low=1e-6, whole=True),
        condition("requests waiting, 40 members", queue["40"]), condition("requests waiting, 160 members", queue["160"])],
        note="No queue: management has hours for more introductions than are asked for. They fall since members of a larger "
             "cluster know more firms, and need nobody to name one; where acquaintance does not grow they do not fall.")


def a_member(runs, size, name):
    """(replicate) of something counted for the cluster, a member and year."""
    value, members = (runs.values(YEARS[size], size, each).window(*LATE) for each in (name, "members"))
    return value / members


TIED = {"40": "size-years", "83": "size-ties", "160": "size-years"}
END = 60


@pattern("P40", kind="T", built="M",
         claim="About ten strong ties; weak ties matter",
         statistic="ties with trust above 0.6 a member, suppliers included, 83 members, month 60",
         expected="mean 4 to 12 and p95 <= 20 at N = 40, 83, 160; slope of log mean on log N <= 0.2; time shifted to weak ties "
                  "raises O and joint identity",
         needs={"size-years": ["40", "160"], "size-ties": ["83", "shift"]})
def p40(runs):
    """Shift: calls without preference for the trusted (trust.preference 0), which takes 15 % of call time from strong ties, as
    near to a fifth as the parameter's range allows. Joint identity: mean belonging."""
    strong = {n: strong_ties(runs, n) for n in TIED}
    n_runs = len(runs("size-ties", "83").done)
    mean = {n: ties.groupby("replicate").strong.mean().reindex(range(n_runs)).to_numpy() for n, ties in strong.items()}
    top = {n: ties.groupby("replicate").strong.quantile(0.95).reindex(range(n_runs)).to_numpy() for n, ties in strong.items()}
    o, b = (runs.values("size-ties", "shift", name).at(END) - runs.values("size-ties", "83", name).at(END)
            for name in ("overview", "sense_of_community"))
    return level(mean["83"], 4, 12, conditions=[
        *(condition(f"mean, {n} members", mean[n], low=4, high=12) for n in ("40", "160")),
        *(condition(f"95th percentile, {n} members", top[n], high=20) for n in TIED),
        condition("slope of log mean on log N", measures.log_slope([mean[n] for n in TIED], [int(n) for n in TIED]), high=0.2),
        condition("rise of overview by the shift", o, low=0, whole=True),
        condition("share of replicates in which overview rises", share_of(o > 0), low=0.9),
        condition("rise of belonging by the shift", b, low=0, whole=True),
        condition("share of replicates in which belonging rises", share_of(b > 0), low=0.9)],
        note="Core firms have ten strong ties, to suppliers, others hardly any: contact that is paid from members' own hours "
             "makes none, projects few. The shift gives overview and takes mean trust, which cancel in belonging.")


def strong_ties(runs, size):
    """Firms at the end, with their number of strong ties."""
    panel = runs.panel(TIED[size], size)
    panel = panel[panel.month == END]
    return panel.assign(strong=panel[["strong_supplier", "strong_project", "strong_own"]].astype(float).sum(axis=1))
