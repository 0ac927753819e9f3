"""The figure of `klynge survey`: how many firms lack anchoring, how often each part is shown, and what the sample overstates."""
import matplotlib
import matplotlib.pyplot as plt
import numpy as np

from klynge_analysis import page
from klynge_analysis.style import BLUE, GREEN, INK, RED, SHADE, STYLE, apart
from klynge_analysis.survey import MEANS, PARTS, about_half
from klynge_analysis.survey_output import population_frequencies

LOOKS = {"order": (BLUE, "-", "o"), "association": (RED, (0, (6, 2)), "s"), "half": (GREEN, (0, (2, 1.5)), "^"),
         "all": (INK, (0, (6, 1.5, 1.5, 1.5)), "D")}
NAMES = {"order": "HH > mixed > LL", "association": "phi 0.4 or more", "half": "7 or 8 of 15 lack", "all": "all three"}


def _relative(numbers, n):
    """(n + 1) relative frequencies of the whole numbers 0 to n."""
    return np.bincount(numbers, minlength=n + 1) / len(numbers)


def _lacking(axes, result):
    """Relative frequencies of the number lacking anchoring: surveys as asked for and without bias, and all members."""
    n = result.main.design.interviews
    places = np.arange(n + 1)
    for k in places[about_half(places / n)]:
        axes.axvspan(k - 0.5, k + 0.5, color=SHADE, linewidth=0, zorder=0)
    axes.text(n / 2, 1.01, NAMES["half"], transform=axes.get_xaxis_transform(), ha="center", va="bottom", fontsize=8.5,
              color="#777777")
    axes.bar(places, _relative(result.main.lacking, n), width=0.8, color=BLUE, alpha=0.75, zorder=2,
             label=f"surveys, bias {result.main.design.bias:g}")
    for other in result.swept:
        if other.design.bias == 0 != result.main.design.bias and other.design.error == result.main.design.error:
            axes.plot(places, _relative(other.lacking, n), color=RED, marker="s", markersize=4.5, linewidth=1.4,
                      label="surveys, bias 0", zorder=3)
    share = np.floor(result.population["share"] * n + 0.5).astype(int)
    axes.stairs(_relative(share, n), np.arange(n + 2) - 0.5, color=INK, linewidth=1.4,
                linestyle=(0, (3, 2)), label=f"all members, per {n}", zorder=4)
    axes.set_xlim(-0.6, n + 0.6)
    axes.xaxis.set_major_locator(matplotlib.ticker.MaxNLocator(integer=True, nbins=8))
    axes.set(xlabel=f"firms of {n} that lack anchoring (below 0.5)", ylabel="share of surveys, or of runs (0 to 1)")
    axes.set_title("Lack of anchoring", loc="left", fontsize=12, weight="bold", pad=18)
    axes.legend(frameon=False, fontsize=9, loc="upper right", bbox_to_anchor=(1.22, 1.02))


def _shown(axes, result):
    """Frequency of each part by bias, at the error asked for; at the right all members'."""
    swept = [s for s in result.swept if s.design.error == result.main.design.error]
    bias, everyone = np.array([s.design.bias for s in swept]), population_frequencies(result)
    step = 0.012 * (bias[-1] - bias[0])
    right = bias[-1] + 0.3 * (bias[-1] - bias[0])
    for k, part in enumerate(PARTS):
        colour, dashes, marker = LOOKS[part]
        found = [s.frequencies[part] for s in swept]
        mean = np.array([f.mean for f in found])
        spread = np.clip([mean - [f.low for f in found], [f.high for f in found] - mean], 0, None)
        axes.errorbar(bias + (k - 1.5) * step, mean, spread, color=colour, linestyle=dashes, marker=marker, markersize=5,
                      capsize=2)
        f = everyone[part]
        axes.errorbar(right, f.mean, [[max(f.mean - f.exact_low, 0)], [max(f.exact_high - f.mean, 0)]], color=colour,
                      marker=marker, markerfacecolor="white", markersize=6, capsize=2)
    heights = apart([everyone[part].mean for part in PARTS], 0.055)
    for part, y in zip(PARTS, heights):
        axes.text(right + 5 * step, y, NAMES[part], color=LOOKS[part][0], va="center", fontsize=9)
    axes.set_xticks([*bias, right], [*(f"{b:g}" for b in bias), "all\nmembers"])
    axes.set_ylim(-0.02, 1.02)
    axes.set(xlabel="bias to engaged firms (per sd of engagement)", ylabel="share of surveys that show it (0 to 1)")
    axes.set_title("As published", loc="left", fontsize=12, weight="bold", pad=18)


def _means(axes, result):
    """Means of all members and of the sample, joined."""
    for k, name in enumerate(MEANS):
        everyone = result.population[name].mean()
        sample = everyone + result.main.biases[name][0]
        axes.plot([everyone, sample], [k, k], color="#999999", linewidth=2, zorder=1)
        axes.plot(everyone, k, color=INK, marker="o", markersize=7, markerfacecolor="white", linestyle="none", zorder=2,
                  label=None if k else "all members")
        axes.plot(sample, k, color=BLUE, marker="o", markersize=7, linestyle="none", zorder=3, label=None if k else "sample")
        axes.annotate(f"{sample - everyone:+.3f}", ((everyone + sample) / 2, k), xytext=(0, 7), textcoords="offset points",
                      ha="center", fontsize=9)
    axes.set_yticks(range(len(MEANS)), ["understanding", "anchoring", "utilisation", "reported\nutilisation"])
    axes.set_ylim(len(MEANS) - 0.5, -0.7)
    axes.set_xlim(0, 1)
    axes.set_xlabel("mean over firms (0 to 1)")
    axes.set_title(f"What the sample overstates, bias {result.main.design.bias:g}", loc="left", fontsize=12,
                   weight="bold", pad=18)
    axes.legend(frameon=False, fontsize=9, loc="lower right")


def draw(result):
    d = result.main.design
    with plt.rc_context(STYLE):
        figure, panels = plt.subplots(1, 3, figsize=(17, 5.2))
        for axes, panel in zip(panels, (_lacking, _shown, _means)):
            axes.grid(True, color="#eeeeee", linewidth=0.8, axis="x" if panel is _means else "y")
            axes.set_axisbelow(True)
            panel(axes, result)
        figure.subplots_adjust(left=0.05, right=0.985, top=0.76, bottom=0.13, wspace=0.5)
        figure.text(0.008, 0.975, f"{d.interviews} interviews in {result.runs} simulated clusters, {page.date(result.time)}: "
                                  "would they have shown what was published?", fontsize=14, weight="bold", va="top")
        figure.text(0.008, 0.91, f"{d.interviews} of {d.approached} approached answer; error of a reading {d.error:g} (sd); "
                                 f"{result.draws} surveys. Bars in the middle: 95 %, of surveys by bootstrap over runs, of all "
                                 "members exact.", fontsize=9.5, va="top")
    return figure

