"""The command line of a verb written in Python: options and help in the form of the verbs written in C (sim/cli), one clear
sentence and an exit code for what goes wrong.
"""
import argparse
import difflib
import json
import os
import re
import signal
import sys
import traceback
from collections import namedtuple

from klynge_analysis import page

DONE, USAGE, RUN, IO, STOPPED, INTERRUPTED = 0, 2, 3, 4, 75, 130
MEANINGS = {DONE: "done", USAGE: "usage or configuration error", RUN: "some runs failed", IO: "input or output error",
            STOPPED: "stopped; the same command continues", INTERRUPTED: "interrupted"}
OPTION_COLUMN = 26
FIGURES = (".png", ".svg", ".pdf")

# letter and argument may be None; `many`: may be given again. `type` makes the value, or raises ValueError with what was expected.
Option = namedtuple("Option", "name letter argument help type many", defaults=(str, False))
Verb = namedtuple("Verb", "name operands text options examples codes")


class Failure(Exception):
    """What ends a verb: an exit code and one sentence."""

    def __init__(self, code, text):
        super().__init__(text)
        self.code = code


class Leave(Exception):
    """Ends a verb with an exit code and nothing more to say."""

    def __init__(self, code):
        super().__init__()
        self.code = code


def nearest(word, candidates):
    """' did you mean X?', or the list of what there is when nothing is near and the list is short."""
    candidates = list(candidates)
    found = difflib.get_close_matches(word, candidates, n=1, cutoff=0.6)
    if found:
        return f"; did you mean {found[0]}?"
    if len(candidates) <= 12:
        return "; there are: " + ", ".join(candidates)
    return ""


# ---- help --------------------------------------------------------------------------------------------------------------


def help_text(verb):
    parts = [f"usage: klynge {verb.name} {verb.operands} [OPTIONS]\n"]
    parts += [page.paragraph(text) + "\n" for text in verb.text]
    parts.append("options:")
    for option in verb.options:
        letter = f"-{option.letter}," if option.letter else ""
        head = f"  {letter:>3} --{option.name}" + (f" {option.argument}" if option.argument else "")
        head = head.ljust(OPTION_COLUMN) if len(head) < OPTION_COLUMN - 1 else head + "  "
        parts.append(head + page.paragraph(option.help, OPTION_COLUMN, len(head)))
    parts.append("\nexamples:")
    for command, shows in verb.examples:
        parts += [f"  {command}", f"      {shows}"]
    parts.append("\nexit codes:")
    parts += [f"  {code:3d}  {MEANINGS[code]}" for code in verb.codes]
    return "\n".join(parts)


def description(verb):
    """What `--help --json` prints, in the form of the verbs written in C (sim/cli/help.h): man pages and completion are made of it."""
    return {"name": verb.name, "usage": f"klynge {verb.name} {verb.operands} [OPTIONS]", "text": "\n\n".join(verb.text),
            "options": [{"name": o.name, "letter": o.letter, "argument": o.argument, "help": o.help} for o in verb.options],
            "examples": [list(example) for example in verb.examples], "codes": [[code, MEANINGS[code]] for code in verb.codes]}


class Parser(argparse.ArgumentParser):
    """argparse's own parser, for verbs that use it, with the same answer to `--help --json`."""

    def print_help(self, file=None):
        if "--json" not in sys.argv:
            return super().print_help(file)
        return say(json.dumps(self._description()))

    def _description(self):
        usage = " ".join(self.format_usage().removeprefix("usage: ").split())
        options = [{"name": max(a.option_strings, key=len)[2:],
                    "letter": next((s[1] for s in a.option_strings if not s.startswith("--")), None),
                    "argument": None if a.nargs == 0 else a.metavar or a.dest.upper(), "help": (a.help or "").replace("%%", "%")}
                   for a in self._actions if a.option_strings]
        return {"name": self.prog.split()[-1], "usage": usage, "text": self.description or "", "options": options,
                "examples": [], "codes": [], "more": self.epilog or ""}


# ---- what options hold ------------------------------------------------------------------------------------------------


def year(text):
    """2020-11 or 2020.83 as decimal years."""
    month = re.fullmatch(r"(\d{4})-(\d{1,2})", text)
    if month and 1 <= int(month[2]) <= 12:
        return int(month[1]) + (int(month[2]) - 1) / 12
    try:
        found = float(text)
    except ValueError:
        found = float("nan")
    if not 0 < found < 1e5:
        raise ValueError("a year, such as 2020-11 or 2020.83")
    return found


def window(text):
    """Two years with a colon between, such as 2018-01:2020-03."""
    first, colon, last = text.partition(":")
    try:
        found = year(first), year(last)
    except ValueError:
        found = (1, 0)
    if not colon or found[0] >= found[1]:
        raise ValueError("two years, the earlier first, such as 2018-01:2020-03")
    return found


def number(low, high, what, kind=float):
    """A converter of text to a number from low to high."""
    def convert(text):
        try:
            found = kind(text)
        except ValueError:
            found = low - 1
        if not low <= found <= high:
            raise ValueError(f"{what} from {low} to {high}" if kind is int else f"{what} from {low:g} to {high:g}")
        return found

    return convert


def whole(low, high=10**9):
    """A converter of text to a whole number from low to high."""
    return number(low, high, "a whole number", int)


level = number(0.5, 0.9999, "a level, such as 0.95,")


def names(text):
    found = [word.strip() for word in text.split(",") if word.strip()]
    if not found:
        raise ValueError("names with commas between")
    return found


def figure_file(text):
    """The name of a figure to write."""
    if not text.lower().endswith(FIGURES):
        raise ValueError("a name that ends in .png, .svg or .pdf")
    return text


FORCE = Option("force", "f", None, "replace the figure if it exists")


def refuse_existing(verb, options):
    """No figure that is there is replaced without --force."""
    for option in verb.options:
        path = getattr(options, option.name.replace("-", "_"))
        if option.type is figure_file and path and os.path.lexists(path) and not options.force:
            raise Failure(USAGE, f"--{option.name}: {path} exists; --force replaces it")


# ---- parsing -----------------------------------------------------------------------------------------------------------


class _Parser(argparse.ArgumentParser):
    def error(self, message):
        raise Failure(USAGE, message)


def _typed(option):
    def convert(text):
        if not text:
            raise Failure(USAGE, f"--{option.name}: found nothing, expected {option.argument}")
        try:
            return option.type(text)
        except ValueError as e:
            raise Failure(USAGE, f"--{option.name}: found {text}, expected {e}") from None

    return convert


def _check_known(verb, rest):
    """What argparse did not take: the first option that is unknown, or one operand too many."""
    names = [option.name for option in verb.options]
    for word in rest:
        if word.startswith("--"):
            name = word[2:].split("=")[0]
            near = difflib.get_close_matches(name, names, n=1, cutoff=0.6)
            raise Failure(USAGE, f"unknown option --{name}" + (f"; did you mean --{near[0]}?" if near else ""))
        if word.startswith("-") and word != "-":
            raise Failure(USAGE, f"unknown option {word}")
    if rest:
        raise Failure(USAGE, f"one argument too many: {rest[0]}")


def parse(verb, arguments):
    """Options by name (dashes as underscores), None where they are not given; the operand as `operand`."""
    parser = _Parser(prog=f"klynge {verb.name}", add_help=False)
    parser.add_argument("operand", nargs="?")
    for option in verb.options:
        names = [f"--{option.name}"] + ([f"-{option.letter}"] if option.letter else [])
        if option.argument:
            parser.add_argument(*names, type=_typed(option), action="append" if option.many else "store")
        else:
            parser.add_argument(*names, action="store_true")
    options, rest = parser.parse_known_args(arguments)
    _check_known(verb, rest)
    return options


# ---- running -----------------------------------------------------------------------------------------------------------


def say(text):
    """Text to stdout, all of it, or exit code 4. What cannot be written must not be tried again when Python ends."""
    try:
        print(text, flush=True)
    except OSError as e:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        raise Failure(IO, f"cannot write to standard output: {e.strerror}") from None


def _answer(verb, work, arguments):
    if "--help" in arguments and "--json" in arguments:
        say(json.dumps(description(verb)))
        return DONE
    options = parse(verb, arguments)
    if options.help:
        say(help_text(verb))
        return DONE
    refuse_existing(verb, options)
    return work(options) or DONE


def _from_library(error):
    """Whether what reads files raised it: what no check foresaw in a damaged file, and no mistake of ours."""
    return any(frame.f_globals.get("__name__", "").startswith(("h5py", "h5netcdf")) for frame, _ in traceback.walk_tb(error.__traceback__))


def run(verb, work, arguments):
    """Parse and do `work(options)`; ends the process with its exit code."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    os.environ.setdefault("MPLBACKEND", "Agg")  # figures go into files; a notebook keeps its own
    code = DONE
    try:
        code = _answer(verb, work, arguments)
    except Leave as e:
        code = e.code
    except Failure as e:
        code = e.code
        print(f"klynge {verb.name}: {e}", file=sys.stderr)
    except KeyboardInterrupt:
        code = INTERRUPTED
        print(f"klynge {verb.name}: interrupted", file=sys.stderr)
    except (OSError, KeyError, ValueError, TypeError, RuntimeError) as e:
        if not _from_library(e):
            raise
        code = IO
        print(f"klynge {verb.name}: the file is damaged: {(str(e).splitlines() or [type(e).__name__])[0]}", file=sys.stderr)
    sys.exit(code)
