"""Checks of a test script, counted: `from tally import check, end`. The last line of a script is that of `end`."""
count = {True: 0, False: 0}


def check(sentence, good, detail=""):
    """A failure is told with its detail; what holds is only counted."""
    count[bool(good)] += 1
    if not good:
        print(f"  FAIL  {sentence} {detail}")


def end():
    """Print "N passed, N failed"; the exit code."""
    print(f"{count[True]} passed, {count[False]} failed")
    return int(count[False] > 0)
