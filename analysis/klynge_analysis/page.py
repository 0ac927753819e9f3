"""Numbers, dates and paragraphs on a page of 100 columns, as the verbs written in C print them (sim/cli/page.c)."""
import math
import textwrap

COLUMNS = 100
NOT_KNOWN = "-"


def number(x, figures=4):
    """A number to so many figures; "-" where it is not known."""
    if x is None or math.isnan(x):
        return NOT_KNOWN
    size = abs(x)
    if math.isinf(x):
        return "inf" if x > 0 else "-inf"
    if size == 0:
        return "0"
    if size < 1e-3 or size >= 1e7:
        return f"{x:.1e}"
    if size >= 10 ** (figures - 1):
        return f"{x:.0f}"
    return f"{x:#.{figures}g}"


def probability(p):
    """A p value: never 0, since none is."""
    if p is None or math.isnan(p):
        return NOT_KNOWN
    return "<0.0001" if p < 1e-4 else f"{p:.4f}"


def count(n):
    """A whole number; "-" where there is none, above a million in powers of ten."""
    if n is None or not math.isfinite(n):
        return NOT_KNOWN
    return f"{n:.0f}" if n < 1e6 else f"{n:.0e}"


def percent(x):
    return NOT_KNOWN if not math.isfinite(x) else f"{100 * x:.0f} %"


def date(years):
    """2020.833... as 2020-11; what is no turn of a month stays decimal."""
    months = math.floor(years * 12 + 0.5)
    if abs(years * 12 - months) < 1e-5:
        return f"{months // 12}-{months % 12 + 1:02d}"
    return f"{years:.2f}"


def paragraph(text, indent=0, column=0):
    """One paragraph in lines of at most 100 columns; the first one goes on from `column`."""
    lines = textwrap.wrap(text, COLUMNS, initial_indent=" " * column, subsequent_indent=" " * indent,
                          break_long_words=False, break_on_hyphens=False)
    return "\n".join(lines)[column:]


def columns(rows, indent=2, left=1):
    """Lines of a table: cells under each other, the first `left` columns flush left."""
    widths = [max(map(len, column)) for column in zip(*rows)]
    return [(" " * indent + "  ".join(cell.ljust(w) if k < left else cell.rjust(w) for k, (cell, w) in enumerate(zip(row, widths)))).rstrip()
            for row in rows]
