"""Declarations of patterns: everything that the table says of one stands in its decorator; its function measures it.

The text is the evidence's (section 4 to 6). `built` is its mark: C coded, P partly, M must emerge; `honest` is the mark of ODD.md
where the form chosen makes more of it coded, and the same as `built` otherwise.
"""
import dataclasses
import re
import typing

KINDS = {"E": "finding in ACT", "T": "theory", "R": "recommendation", "I": "interaction", "F": "figure"}
MARKS = ("C", "P", "M")


@dataclasses.dataclass(frozen=True)
class Pattern:
    id: str
    kind: str
    built: str
    honest: str
    family: str
    claim: str  # short, for the table
    statistic: str  # what is measured, in words, with its unit
    expected: str  # what the evidence expects of it, in words
    needs: typing.Mapping[str, typing.Sequence[str]]  # config of configs/validation/ -> its scenarios
    measure: typing.Callable  # (Runs) -> Outcome


PATTERNS = {}  # id -> Pattern, filled when the package `patterns` is imported


def pattern(id, *, kind, built, claim, statistic, expected, needs, honest=None):
    """Declares the decorated function as a pattern: it takes Runs and returns an Outcome."""
    def declare(measure):
        family = measure.__module__.rpartition(".")[2]
        if kind not in KINDS or built not in MARKS or (honest or built) not in MARKS:
            raise ValueError(f"{id}: kind is one of {', '.join(KINDS)}, built and honest one of {', '.join(MARKS)}")
        if id in PATTERNS:
            raise ValueError(f"{id} is declared in {PATTERNS[id].family} and in {family}")
        PATTERNS[id] = Pattern(id, kind, built, honest or built, family, claim, statistic, expected, needs, measure)
        return measure
    return declare


def _order(id):
    """P01 .. P50, then I1 .. I12, then F: by letter, then by number."""
    letters, number = re.fullmatch(r"([A-Z]+)(\d*).*", id).groups()
    return "PIF".find(letters[0]), int(number or 0), id


def chosen(only=()):
    """Patterns by id, in order; a name that is not declared is a ValueError."""
    from . import patterns  # noqa: F401  declares them
    unknown = [id for id in only if id not in PATTERNS]
    if unknown:
        raise ValueError(f"{', '.join(unknown)}: not declared; there are {', '.join(sorted(PATTERNS, key=_order))}")
    return [PATTERNS[id] for id in sorted(only or PATTERNS, key=_order)]


def needs_of(patterns):
    """(config, scenario) pairs that the patterns ask for, each once, in order of asking."""
    return list(dict.fromkeys((config, name) for each in patterns for config, names in each.needs.items() for name in names))
