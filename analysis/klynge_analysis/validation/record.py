"""The recorded verdicts, configs/validation/verdicts.json: {mode: {"replicates": n, "verdicts": {id: {verdict, observed, ...}}}}.

A run is compared with the record of its own mode, quick or full: verdicts only; numbers stand there to be read.
"""
import json

from .command import write
from .experiments import CONFIGS

RECORD = CONFIGS / "verdicts.json"


def read(path):
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def entry(row):
    """What is recorded of a row: its verdict, and numbers rounded to three figures."""
    keep = {key: row[key] for key in ("observed", "low", "high", "share_right_sign") if row.get(key) is not None}
    return {"verdict": row["verdict"], **{key: float(f"{value:.3g}") for key, value in keep.items()}}


def save(mode, replicates, rows, whole, path):
    """Records the rows; all others of the mode are forgotten when the run was whole."""
    record = read(path)
    before = {} if whole else record.get(mode, {}).get("verdicts", {})
    record[mode] = {"replicates": replicates, "verdicts": before | {row["id"]: entry(row) for row in rows}}
    write(path, json.dumps(record, indent=1, sort_keys=True) + "\n")


def differences(mode, rows, whole, path):
    """Sentences on verdicts that are not the recorded ones; None where nothing is recorded for the mode."""
    recorded = read(path).get(mode, {}).get("verdicts")
    if recorded is None:
        return None
    now = {row["id"]: row["verdict"] for row in rows}
    found = [f"{id}: {verdict}, recorded {recorded[id]['verdict'] if id in recorded else 'not'}"
             for id, verdict in now.items() if recorded.get(id, {}).get("verdict") != verdict]
    return found + [f"{id}: gone, recorded {recorded[id]['verdict']}" for id in recorded if whole and id not in now]
