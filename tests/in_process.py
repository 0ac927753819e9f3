"""Verbs written in Python, called in the process of a test, since Python takes a second to come."""
import contextlib
import importlib.machinery
import importlib.util
import io
import pathlib
import sys
import typing

ANALYSIS = pathlib.Path(__file__).resolve().parent.parent / "analysis"
sys.path.insert(0, str(ANALYSIS))
sys.dont_write_bytecode = True
from klynge_analysis import commandline  # noqa: E402


class Said(typing.NamedTuple):
    """What a verb came to."""
    code: int
    out: str
    err: str


def load(verb):
    """The module of `klynge VERB`."""
    loader = importlib.machinery.SourceFileLoader(f"klynge_{verb}", str(ANALYSIS / f"klynge-{verb}"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(loader.name, loader))
    loader.exec_module(module)
    return module


def call(module, *arguments):
    """An exception that the verb does not handle comes through."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            commandline.run(module.VERB, module.work, [str(a) for a in arguments])
        except SystemExit as e:
            return Said(e.code, out.getvalue(), err.getvalue())
