"""What a file says of itself: texts of /provenance, its resolved config, and the spans of time that the config marks."""
import numpy as np

from klynge_analysis.commandline import IO, Failure
from klynge_analysis.reading import parse_config, setting, years

PHASES = ("arena", "arena_pro", "gce")


def provenance_text(ensemble, name):
    """A text or attribute of /provenance; "" where there is none."""
    group = ensemble.file.get("provenance")
    if group is None:
        return ""
    try:
        value = group[name][()] if name in group else group.attrs.get(name, "")
    except (OSError, RuntimeError) as e:
        raise Failure(IO, f"{ensemble.path}: cannot read provenance/{name}: {e}") from None
    value = value.ravel()[0] if isinstance(value, np.ndarray) and value.size else value
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def config_of(ensemble):
    """The resolved config as dicts, or {} where the file has none."""
    text = provenance_text(ensemble, "config_resolved")
    try:
        return parse_config(text)
    except (IndexError, RecursionError):
        raise Failure(IO, f"{ensemble.path}: cannot understand provenance/config_resolved") from None


def spans(config, scenario, ensemble):
    """Programme levels and the closure of a scenario: phases [[level, start, end]] and closure [[start, end]], in the run, years."""
    first, last = float(ensemble.time[0] - ensemble.tick), float(ensemble.time[-1])

    def inside(path):
        try:
            pairs = [(years(a), years(b)) for a, b in setting(config, scenario, path) or []]
        except (TypeError, ValueError):
            raise Failure(IO, f"{ensemble.path}: cannot understand {path} in provenance/config_resolved") from None
        pairs = [(max(a, first), min(b, last)) for a, b in pairs]
        return [[round(a, 4), round(b, 4)] for a, b in pairs if b > a]

    phases = [[level, *span] for level in PHASES for span in inside(f"world.programme.{level}")]
    return {"phases": phases, "closure": inside("world.closure")}
