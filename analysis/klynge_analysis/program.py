"""Running klynge itself, by its command line as a user would: the one place of the package that does."""
import os
import shutil
import signal
import subprocess
import sys

from klynge_analysis.commandline import IO, Failure


def find_program():
    """klynge beside the verb's script as it was called (a link in build/ or bin/), or on PATH."""
    beside = os.path.join(os.path.dirname(os.path.abspath(sys.argv[0])), "klynge")
    found = beside if os.access(beside, os.X_OK) and os.path.isfile(beside) else shutil.which("klynge")
    if not found:
        raise Failure(IO, f"the program klynge is neither at {beside} nor on PATH")
    return found


def run_program(arguments):
    """Run klynge with these arguments; its messages go to standard error, its results are in the file it writes. Returns its exit code."""
    program = subprocess.Popen([find_program(), *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    try:
        return program.wait()
    except KeyboardInterrupt:
        program.send_signal(signal.SIGINT)  # it leaves nothing half done, when it is let
        program.wait()
        raise
