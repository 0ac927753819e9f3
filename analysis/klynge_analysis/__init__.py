"""What is done with Klynge's result files: reading, comparing, scoring, drawing. Knows the HDF5 file only.

    import klynge_analysis as ka
    act = ka.open("out/act.h5")                       # xarray Dataset, everything labelled
    ka.bands(act.trust)                               # median and central 95 % of replicates
    ka.paired_differences(act, "baseline")            # pandas table, as `klynge compare`
    ka.save(ka.figures.development(act), "act.svg")   # PNG, SVG or PDF

Whatever a file can be wrong in ends as a `Failure` with one sentence. README.md beside the package lists all; study.py uses it.
"""
import importlib

# Loaded when asked for: verbs that only read attributes should not wait for xarray and matplotlib.
_WHERE = {"open": ("dataset", "open_result"), "Failure": ("commandline", "Failure"), "save": ("style", "save"),
          **{name: ("dataset", name) for name in ("observables", "over_a_year", "bands", "differences", "paired_differences", "quadrants",
                                                  "cohorts", "firms", "ties", "network", "marks")}}
__all__ = [*_WHERE, "figures"]


def __getattr__(name):
    if name == "figures":
        return importlib.import_module("klynge_analysis.figures")
    if name not in _WHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module, attribute = _WHERE[name]
    return getattr(importlib.import_module(f"{__name__}.{module}"), attribute)


def __dir__():
    return sorted({*globals(), *__all__})
