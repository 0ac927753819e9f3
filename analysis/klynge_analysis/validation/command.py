"""What `klynge validate` and `klynge ablate` share on the command line: options, output files, exit codes, progress."""
import argparse
import os
import pathlib
import sys
import tempfile

from ..commandline import Failure, Parser
from ..program import run_program
from . import tables
from .experiments import default_threads

OK, USAGE, FAILED_IO, DIFFERS, INTERRUPTED = 0, 2, 4, 5, 130
QUICK, FULL = 30, 200  # replicates


class Usage(Exception):
    """A mistake of the caller's, in a sentence."""


def parser(name, text, epilog):
    found = Parser(prog=f"klynge {name}", description=text, epilog=epilog, formatter_class=argparse.RawDescriptionHelpFormatter)
    found.add_argument("--quick", action="store_true", help="the short form, fewer replicates")
    found.add_argument("--replicates", type=positive, metavar="N", help="replicates of each scenario")
    found.add_argument("-t", "--threads", type=positive, metavar="N", default=default_threads(), help="scenarios to run at once")
    found.add_argument("--only", metavar="P20,P22", help="these patterns and no others, without the consistency checks")
    found.add_argument("-o", "--out", action="append", default=[], metavar="FILE",
                       help="write the table to FILE: .md, .html or .json; repeatable")
    found.add_argument("-f", "--force", action="store_true", help="replace FILE if it exists")
    found.add_argument("--cache", default="out/validation", metavar="DIR", help="where results are kept (out/validation)")
    found.add_argument("--json", action="store_true", help="print the result as JSON on one line")
    found.add_argument("-q", "--quiet", action="store_true", help="print no progress")
    return found


def positive(text):
    number = int(text)
    if number < 1:
        raise ValueError(text)
    return number


def names(text):
    return [name.strip() for name in (text or "").split(",") if name.strip()]


def check_outputs(options, forms=tables.FORMS):
    for each in options.out:
        if pathlib.Path(each).suffix not in forms:
            raise Usage(f"{each}: found the form {pathlib.Path(each).suffix or 'none'}, expected {', '.join(forms)}")
        if pathlib.Path(each).exists() and not options.force:
            raise Usage(f"{each}: the file exists already; --force replaces it")


def write(path, text):
    """The file appears whole or not at all."""
    path = pathlib.Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
        file.write(text)
    os.chmod(file.name, 0o644)
    os.replace(file.name, path)


def progress(options):
    """A function that says how far the work is: over one line of a terminal, else not at all."""
    if options.quiet or not sys.stderr.isatty():
        return lambda text: None
    return lambda text: print(f"\r{text}\x1b[K", end="", file=sys.stderr, flush=True)


def version():
    """`klynge 0.2.0, commit 0123abcd` of the program that ran."""
    said = dict(line.split(maxsplit=1) for line in run_program(["--version"]).stdout.splitlines() if " " in line)
    return f"klynge {said.get('klynge', '?')}, commit {said.get('commit', '?')[:10]}"


def guarded(name, command, arguments):
    """The exit code of command(arguments), with mistakes told in one line."""
    os.environ.setdefault("MPLBACKEND", "Agg")
    try:
        return command(arguments)
    except Failure as why:
        print(f"klynge {name}: {why}", file=sys.stderr)
        return why.code
    except (Usage, ValueError) as why:
        print(f"klynge {name}: {why}", file=sys.stderr)
        return USAGE
    except OSError as why:
        print(f"klynge {name}: {why.filename or ''}: {why.strerror or why}", file=sys.stderr)
        return FAILED_IO
    except KeyboardInterrupt:
        return INTERRUPTED
