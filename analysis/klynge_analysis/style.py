"""How every figure of the package looks, and how it is saved: one palette, one style, one way to write units, files that appear
whole or not at all. Colours are Okabe and Ito's, which colour-blind readers tell apart; dashes and shapes say the same again.
"""
import os
import warnings

import matplotlib.pyplot as plt
import numpy as np

from klynge_analysis.commandline import IO, Failure

BLUE, RED, GREEN, PINK, SKY, ORANGE, GREY = "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#8a8a8a"
COLOURS = (BLUE, RED, GREEN, PINK, ORANGE, SKY, GREY)
DASHES = ("-", (0, (6, 2)), (0, (2, 1.5)), (0, (6, 1.5, 1.5, 1.5)), (0, (1, 1)), (0, (8, 2, 2, 2)), (0, (4, 4)))
MARKERS = ("o", "s", "^", "D", "v", "P", "X")
INK, QUIET, SHADE = "#333333", "#6a6a6a", "#e4e4e4"
STYLE = {"font.size": 10, "font.family": "DejaVu Sans", "axes.spines.top": False, "axes.spines.right": False,
         "axes.edgecolor": "#999999", "axes.labelcolor": INK, "text.color": INK, "xtick.color": INK, "ytick.color": INK,
         "axes.titlesize": 11.5, "axes.titleweight": "bold", "axes.titlelocation": "left"}
UNITS = {"1": "0 to 1", "1/year": "per year", "h/year": "h per year"}
# The same figure gives the same bytes: no date, and names inside an SVG that are drawn from no clock.
SAVING = {"svg.hashsalt": "klynge", "pdf.fonttype": 42}
UNDATED = {".svg": {"Date": None}, ".pdf": {"CreationDate": None}}


def unit(text, otherwise=None):
    """A unit as an axis says it; a pure number as `otherwise`, or else "0 to 1"."""
    return otherwise if text == "1" and otherwise is not None else UNITS.get(text, text)


def apart(wanted, least):
    """Heights of labels near `wanted` (n), apart by `least` or more, in the same order."""
    order = np.argsort(wanted)
    placed = np.array(wanted, dtype=float)[order]
    for _ in range(200):
        close = np.flatnonzero(np.diff(placed) < least * 0.999)
        if not len(close):
            break
        for k in close:
            push = (least - (placed[k + 1] - placed[k])) / 2
            placed[k] -= push
            placed[k + 1] += push
    found = np.empty_like(placed)
    found[order] = placed
    return found


def save(figure, path, option="out", dpi=130):
    """Write a figure as what the name's ending says (PNG, SVG, PDF) and close it. `option`: the one that named the file, for the
    message of a Failure, exit code 4."""
    path = str(path)
    ending = os.path.splitext(path)[1].lower()
    temporary = f"{path}.{os.getpid()}{ending}"
    try:
        with warnings.catch_warnings(), plt.rc_context(SAVING):
            warnings.simplefilter("error")
            figure.savefig(temporary, dpi=dpi, facecolor="white", metadata=UNDATED.get(ending))
        os.replace(temporary, path)
    except OSError as e:
        raise Failure(IO, f"--{option} {path}: cannot write it: {e.strerror}") from None
    finally:
        plt.close(figure)
        if os.path.exists(temporary):
            os.remove(temporary)
