"""The table of `klynge validate` as its --json or -o FILE.json writes it: which claims of the field study the model bears out."""
import json

from klynge_analysis.commandline import IO, USAGE, Failure

VERDICTS = ("pass", "fail", "cannot tell")


def read(path):
    """{patterns: [{id, claim, built, verdict}], replicates}."""
    try:
        with open(path, encoding="utf-8") as file:
            found = json.load(file)
    except FileNotFoundError:
        raise Failure(USAGE, f"--validated {path}: cannot find the file") from None
    except OSError as e:
        raise Failure(IO, f"--validated {path}: cannot read it: {e.strerror}") from None
    except ValueError:
        raise Failure(USAGE, f"--validated {path}: is no JSON; `klynge validate -o table.json` writes it") from None
    if not _is_table(found):
        raise Failure(USAGE, f"--validated {path}: is not the table of `klynge validate -o table.json`")
    return found


def _is_table(found):
    return (isinstance(found, dict) and "replicates" in found and isinstance(found.get("patterns"), list) and len(found["patterns"])
            and all(isinstance(p, dict) and {"id", "claim"} <= set(p) and p.get("built") in ("C", "P", "M")
                    and p.get("verdict") in VERDICTS for p in found["patterns"]))
