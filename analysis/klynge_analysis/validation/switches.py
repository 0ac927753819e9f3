"""The switches of the model: of a process or a mechanism, and a policy's `on`."""
import json
import re

from ..program import run_program
from . import command

SWITCH = re.compile(r"model\.(?:processes|mechanisms)\.\w+|policies\.\w+\.on")


def states():
    """{path: is it on by default?} of all of them."""
    listed = json.loads(run_program(["params", "--json"]).stdout)
    return {p["name"]: p["default"] for p in listed if p["type"] == "FLAG" and SWITCH.fullmatch(p["name"])}


def short(path):
    """model.processes.chance: chance; policies.forum.on: forum."""
    return path.removesuffix(".on").rpartition(".")[2]


def chosen(paths, only, what):
    """Those of the paths that `only` names, by path or last name (of a policy, its own); all of them where it names none."""
    unknown = [name for name in only if not any(name in (path, short(path)) for path in paths)]
    if unknown:
        raise command.Usage(f"{', '.join(unknown)}: not {what}; there are {', '.join(sorted(set(map(short, paths))))}")
    return [path for path in paths if not only or path in only or short(path) in only]
