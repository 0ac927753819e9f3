"""Running the program from Python, by its command line as a user would. The only file of the package that does."""
import pathlib
import shutil
import signal
import subprocess
import sys

from klynge_analysis.commandline import IO, Failure


class Refused(Failure):
    """The program refuses: its words and its exit code."""

    def __init__(self, process):
        said = [line for line in process.stderr.strip().splitlines() if line]
        super().__init__(process.returncode, said[0].removeprefix("klynge ") if said else
                         f"klynge ended with exit code {process.returncode}")


def find_program():
    """klynge beside the verb script as it was called (build/), else on PATH."""
    beside = pathlib.Path(sys.argv[0]).absolute().parent / "klynge"
    return str(beside) if beside.is_file() else shutil.which("klynge") or "klynge"


def run_program(arguments):
    """`klynge ARGUMENTS...`: the completed process, with returncode, stdout and stderr as text."""
    return subprocess.run([find_program(), *map(str, arguments)], capture_output=True, text=True)


def watch_program(arguments):
    """The same with its messages on standard error as they come; results are in the file it writes. Returns its exit code."""
    try:
        program = subprocess.Popen([find_program(), *map(str, arguments)], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    except OSError as e:
        raise Failure(IO, f"cannot start {find_program()}: {e.strerror}") from None
    try:
        return program.wait()
    except KeyboardInterrupt:
        program.send_signal(signal.SIGINT)  # it leaves nothing half done, when it is let
        program.wait()
        raise
