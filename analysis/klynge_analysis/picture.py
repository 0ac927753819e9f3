"""A figure to a file."""
import os
import warnings

import matplotlib.pyplot as plt

from klynge_analysis.commandline import IO, USAGE, Failure


def save(figure, path, option, dpi=130):
    """As PNG, or what the name's ending says; under a temporary name first, so that no half picture is left. `option` named it."""
    ending = os.path.splitext(path)[1] or ".png"
    temporary = f"{path}.{os.getpid()}{ending}"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            figure.savefig(temporary, dpi=dpi)
        os.replace(temporary, path)
    except ValueError as e:
        raise Failure(USAGE, f"--{option} {path}: {str(e).splitlines()[0]}") from None
    except OSError as e:
        raise Failure(IO, f"--{option} {path}: cannot write it: {e.strerror}") from None
    finally:
        plt.close(figure)
        if os.path.exists(temporary):
            os.remove(temporary)
