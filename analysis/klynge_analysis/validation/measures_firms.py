"""Measures of the patterns of firms: snapshots, tenure, pairs of the same firm in two scenarios, partial rank correlation, times
to firsts."""
import numpy as np
import pandas
from scipy import stats
from statsmodels.duration.survfunc import SurvfuncRight

MONTHS = 12
QUADRANTS = ["LL", "HL", "LH", "HH"]  # understanding, then anchoring
FIRM = ["replicate", "uid"]


def at(panel, month):
    """The firms of the snapshot nearest to a month, with tenure in months."""
    months = panel.month.unique()
    nearest = months[np.argmin(np.abs(months - month))]
    firms = panel[panel.month == nearest]
    return firms.assign(tenure=nearest - entry_month(firms, panel))


def entry_month(firms, panel):
    """Month of entry of each row: founders enter at month 0, which dates the others."""
    return (firms.entered - panel.entered.min()) * MONTHS


def with_quadrant(firms):
    """The frame with a column quadrant: U and A split at 0.5."""
    return firms.assign(quadrant=np.array(QUADRANTS)[(firms.understanding >= 0.5) + 2 * (firms.anchoring >= 0.5)])


def by_run(firms, statistic):
    """(replicate) statistic(frame of one run's firms) -> number, NaN where a run has none; rows in order of replicates."""
    found = {replicate: statistic(own) for replicate, own in firms.groupby("replicate")}
    return np.array([found.get(r, np.nan) for r in range(int(firms.replicate.max()) + 1)])


def partial_spearman(firms, x, y, given):
    """Spearman's correlation of x and y given other columns: Pearson's of what OLS on their ranks leaves of the ranks of x and
    y."""
    ranks = firms[[x, y, *given]].rank()
    design = np.column_stack([np.ones(len(ranks)), ranks[given]])
    left = [ranks[c] - design @ np.linalg.lstsq(design, ranks[c], rcond=None)[0] for c in (x, y)]
    return stats.pearsonr(*left)[0] if len(ranks) > 10 else np.nan


def phi(firms):
    """Correlation of the 2 x 2 table of U and A, split at 0.5."""
    u, a = firms.understanding >= 0.5, firms.anchoring >= 0.5
    return np.corrcoef(u, a)[0, 1] if u.nunique() == a.nunique() == 2 else np.nan


def terciles(firms, column):
    """0, 1, 2 for each firm: its third of the run by that column."""
    return np.floor(firms.groupby("replicate")[column].rank(pct=True, method="first").to_numpy() * 3 - 1e-9).astype(int)


def same_firms(one, other):
    """The firms that are in both frames, a row each: columns of one, and those of the other with _other."""
    return one.merge(other, on=FIRM, suffixes=("", "_other"))


def mean_by_run(firms, column):
    return by_run(firms, lambda own: own[column].mean())


def last_year(panel, column):
    """The panel with what was added to a running total in the twelve months before: <column>_year, from entry where that is
    later."""
    before = panel[[*FIRM, "month", column]].assign(month=panel.month + MONTHS)
    before["month"] = before.month.round(3)
    rows = panel.assign(month=panel.month.round(3)).merge(before, on=[*FIRM, "month"], how="left", suffixes=("", "_before"))
    return rows.assign(**{f"{column}_year": rows[column] - rows[f"{column}_before"].fillna(0)})


def at_tenure(panel, tenure):
    """Each firm in its first snapshot with at least that tenure, in months, if it has one within four months of it."""
    held = panel.assign(tenure=panel.month - entry_month(panel, panel))
    held = held[(held.tenure >= tenure - 1e-6) & (held.tenure < tenure + 4 - 1e-6)]
    return held.sort_values("month").drop_duplicates(FIRM)


def restricted_mean(times, happened, horizon):
    """Mean time to an event up to a horizon, by the area under Kaplan and Meier's curve. times: of the event or of censoring."""
    if not happened.any():
        return horizon
    curve = SurvfuncRight(np.minimum(times, horizon), happened & (times <= horizon))
    steps = np.concatenate([[0.0], curve.surv_times, [horizon]])
    return float(np.sum(np.diff(steps) * np.concatenate([[1.0], curve.surv_prob])))


def histories(panel, first, horizon):
    """Members that joined later, a row each: months from entry to a first time or to the last sight of them, U when first seen.

    Only those that joined early enough to be followed for `horizon` months.
    """
    began = panel.entered.min()
    panel = panel[panel.founder == 0].sort_values("month")
    end = panel.month.max()
    ends = panel.drop_duplicates(FIRM, keep="last").set_index(FIRM)
    starts = panel.drop_duplicates(FIRM).set_index(FIRM)
    joined = (ends.entered - began) * MONTHS
    time = (ends[first] - ends.entered) * MONTHS
    seen = ends.month - joined
    rows = pandas.DataFrame({"replicate": ends.index.get_level_values(0), "time": time.fillna(seen).clip(lower=1e-3),
                             "happened": time.notna(), "understanding": starts.understanding.reindex(ends.index)})
    return rows[(joined <= end - horizon).to_numpy()].reset_index(drop=True)


def matched(top, bottom, on, tolerance):
    """Each firm of `top` beside the firm of `bottom` in its run that is nearest in a column, if within a tolerance."""
    return pandas.merge_asof(top.sort_values(on), bottom.sort_values(on), on=on, by="replicate", direction="nearest",
                             tolerance=tolerance, suffixes=("", "_other")).dropna(subset=["uid_other"])
