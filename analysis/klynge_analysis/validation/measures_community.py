"""Measures of the patterns of community and management and of the figures: firm-half-years, paths, sizes of firms, factors."""
import numpy as np
import pandas
import statsmodels.api

SMALL, LARGE = 50, 250  # employees: small below the first, large from the second on (the EU's definition)
STRONG = 0.6  # trust of a strong tie
KNOWN, LAPSE, CLOSEST = 0.5, 0.1, 5  # as in social_capital_relational: awareness, trust, and how many partners
SUPPLIER = 1  # bit of a tie's kind: customer or supplier from before


def coefficients(frame, outcome, predictors):
    """(replicate, predictor) standardised OLS coefficients, each replicate's rows on their own; NaN where there are too few rows.

    Columns that name a period are taken out first: all columns are centred within `month`, since gatherings have their season.
    """
    columns = [outcome, *predictors]
    rows = frame[["replicate", "month", *columns]].dropna()
    centred = rows[columns] - rows.groupby(["replicate", "month"])[columns].transform("mean")
    scaled = centred / centred.groupby(rows.replicate).transform("std")
    replicates = np.arange(frame.replicate.max() + 1)
    found = np.full((len(replicates), len(predictors)), np.nan)
    for replicate, own in scaled.groupby(rows.replicate):
        if len(own) > 10 * len(columns) and np.isfinite(own.to_numpy()).all():  # not so where a column does not vary
            found[replicate] = statsmodels.api.OLS(own[outcome].to_numpy(), own[predictors].to_numpy()).fit().params
    return pandas.DataFrame(found, index=replicates, columns=predictors)


def half_years(panel):
    """A firm and half-year a row: the panel with SH (joint events) and exchange (hours with others) of the half-year up to it.

    Both as ln(1 + x) of what was added since the last snapshot, for they are far from normal; NaN in a firm's first snapshot.
    """
    rows = panel.sort_values(["replicate", "uid", "month"]).reset_index(drop=True)
    firm = rows.groupby(["replicate", "uid"], sort=False)
    return rows.assign(sh=np.log1p(firm.joint_events_total.diff()), exchange=np.log1p(firm.hours_together_total.diff()))


def lagged(rows, columns):
    """The rows of half_years with columns_before: the same firm's values one snapshot earlier, NaN in its first."""
    before = rows.groupby(["replicate", "uid"], sort=False)[columns].shift()
    return rows.assign(**{f"{c}_before": before[c] for c in columns})


def capital_of_firms(ties, panel):
    """The panel with sc_str, sc_rel and sc_cog of each firm and snapshot.

    sc_str: members with whom it has a tie, over all others; sc_rel: mean trust in the five members that it knows and trusts
    most, customers and suppliers left out, absent ones 0, as social_capital_relational has it; sc_cog: how clear its goals are.
    (The other factor of shared aims, the likeness of profiles, is not in the panel, and hardly moves within a firm.)
    """
    key = ["replicate", "month", "uid"]
    n_ties = ties.groupby(key).size().rename("n_ties")
    own = ties[(ties.awareness >= KNOWN) & (ties.trust >= LAPSE) & (ties.kind & SUPPLIER == 0)]
    closest = own.sort_values("trust", ascending=False).groupby(key, sort=False).head(CLOSEST)
    trusted = (closest.groupby(key).trust.sum() / CLOSEST).rename("sc_rel")
    rows = panel.join(n_ties, on=key).join(trusted, on=key).fillna({"n_ties": 0, "sc_rel": 0.0})
    others = rows.groupby(["replicate", "month"]).uid.transform("size") - 1
    return rows.assign(sc_str=rows.n_ties / others, sc_cog=rows.goals)


def capital_of_stayers(ties, panel, first, last):
    """(replicate, month) mean sc_rel of the firms that are members in every snapshot from one month to another."""
    rows = capital_of_firms(ties, panel)
    rows = rows[rows.month.between(first, last)]
    stays = rows.groupby(["replicate", "uid"]).month.transform("size") == rows.month.nunique()
    return rows[stays].pivot_table(index="replicate", columns="month", values="sc_rel", aggfunc="mean")


def time_to_regain(capital, before, again):
    """(replicate) months after `again` until the capital of the month `before` is there, by lines between snapshots; all that
    were looked at where it is not; 0 where none was lost. capital: frame (replicate, month)."""
    months = capital.columns[capital.columns >= again].to_numpy()
    short = capital[before].to_numpy()[:, None] - capital[months].to_numpy()
    found = np.full(len(capital), months[-1] - again)
    for r, row in enumerate(short):
        there = np.flatnonzero(row <= 0)
        if len(there):
            k = there[0]
            found[r] = months[k] - again - (0 if k == 0 else row[k] / (row[k] - row[k - 1]) * (months[k] - months[k - 1]))
    return found


def external_internal(ties, panel, month, group):
    """(replicate) E-I index of strong ties at a month: between groups less within, over all; group: a column of the panel."""
    strong = ties[(ties.month == month) & (ties.trust > STRONG)]
    of = panel[panel.month == month].set_index(["replicate", "uid"])[group]
    here = of.reindex(pandas.MultiIndex.from_frame(strong[["replicate", "uid"]])).to_numpy()
    there = of.reindex(pandas.MultiIndex.from_arrays([strong.replicate, strong.to])).to_numpy()
    return pandas.Series(np.where(here != there, 1.0, -1.0)).groupby(strong.replicate.to_numpy()).mean().to_numpy()


def between_firm_sd(panel, month, field):
    """Standard deviation between the firms of a run at a month, mean over replicates."""
    return panel[panel.month == month].groupby("replicate")[field].std().mean()


def sized(panel, month, low=0, high=np.inf):
    """The firms of the snapshot of a month with low or more and fewer than high employees."""
    return panel[(panel.month == month) & (panel.employees >= low) & (panel.employees < high)]


def mean_by_replicate(firms, field, n):
    """(n) mean of a field over the firms of each replicate, NaN where there is none."""
    return firms.groupby("replicate")[field].mean().reindex(range(n)).to_numpy()


def slopes(outcome, *predictors):
    """OLS coefficients of the predictors, beside a constant, all (firm)."""
    design = np.column_stack([np.ones(len(outcome)), *predictors])
    return statsmodels.api.OLS(outcome, design).fit().params[1:]


def contrasts(levels, values):
    """{factors: (replicate) contrast} of a two-level design, of main effects and of interactions of two.

    levels (run, factor) of -1 and 1, values (run, replicate). A contrast is half the difference between high and low; its square
    is the factor's part of the variance over the design.
    """
    n, k = levels.shape
    sets = [(a,) for a in range(k)] + [(a, b) for a in range(k) for b in range(a)]
    return {chosen: (levels[:, chosen].prod(axis=1) @ values) / n for chosen in sets}


def total_share(found, factors):
    """Sobol's total index of a group of factors: the share of variance of all contrasts in which one of them takes part.

    found: contrasts of means over replicates, as numbers.
    """
    squares = {chosen: value ** 2 for chosen, value in found.items()}
    return sum(v for chosen, v in squares.items() if set(chosen) & set(factors)) / sum(squares.values())
