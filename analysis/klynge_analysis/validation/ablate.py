"""`klynge ablate`: not there yet."""


def main(arguments=None):
    raise SystemExit("not there yet")
