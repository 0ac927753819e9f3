"""`klynge report`: the numbers of the page against the file, both languages, what is escaped, every error.  test_report.py BUILD

Expected numbers are read from the file here another way. What needs a browser is in report.py. The last line is "N passed, N
failed".
"""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import types

import h5py
import numpy as np
from scipy import stats

ROOT = pathlib.Path(__file__).resolve().parent.parent
KLYNGE = str(pathlib.Path(sys.argv[1]).resolve() / "klynge")
sys.path.insert(0, str(ROOT / "analysis"))
sys.path.insert(0, str(ROOT / "tests"))
sys.dont_write_bytecode = True
import sweep_fixture  # noqa: E402
from klynge_analysis.report import gather, network, words  # noqa: E402
import in_process  # noqa: E402
from tally import check, end  # noqa: E402

PARTS = ROOT / "analysis" / "klynge_analysis" / "report"
HOSTILE = 'Is <b>this</b> & </script><script>alert(1)</script> "safe"?'
CONFIG = """
base = "%s/configs/act.cfg";
run = { start = "2019-09"; end = "2021-05"; };
scenarios = (
  { name = "base"; question = "%s"; },
  { name = "open"; question = "And had they met?"; world = { closure = (); }; },
  { name = "forum"; policies = { forum = { on = true; }; }; }
);
"""
# ---- running -------------------------------------------------------------------------------------------------------------


MODULE = in_process.load("report")


def report(*arguments):
    return in_process.call(MODULE, *arguments)


def make(path, *options):
    found = subprocess.run([KLYNGE, "run", "test.cfg", "-o", path, "-q", "--force", *options], capture_output=True, text=True)
    if found.returncode:
        sys.exit(f"cannot make {path}: {found.stderr}")


def page_of(path, *options):
    found = report(path, "-o", "page.html", "--force", *options)
    if found.code:
        check(f"a page of {path} {options}", False, found.err)
        return "", {}
    text = pathlib.Path("page.html").read_text(encoding="utf-8")
    return text, json.loads(re.search(r'<script type="application/json" id="data">(.*?)</script>', text, re.S)[1])


def close(a, b):
    """To the four figures of the page."""
    a, b = np.asarray(a, dtype=float), np.asarray(b, dtype=float)
    return bool((np.abs(a - b) <= 1e-3 * np.abs(b) + 1e-12).all())


# ---- numbers --------------------------------------------------------------------------------------------------------------


def series_by_hand(data):
    with h5py.File("kept.h5") as file:
        community, talks = file["sense_of_community"][1, 0], file["collaboration"][1, 0]
    low, middle, high = data["series"]["sense_of_community"]["bands"][1]
    check("bands are the central 95 % of replicates, the line is their median", close(low, np.quantile(community, 0.025, axis=0))
          and close(middle, np.quantile(community, 0.5, axis=0)) and close(high, np.quantile(community, 0.975, axis=0)))
    rate = data["series"]["collaboration"]
    year = np.median(talks[:, -12:].mean(axis=1))
    check("a rate is the mean of 12 months, and nothing before there are so many", rate["rate"]
          and rate["bands"][1][1][:11] == [None] * 11
          and close(rate["bands"][1][1][-1], year), (rate["bands"][1][1][-1], year))
    check("the closure is that of each scenario", data["spans"][0]["closure"] == [[2020.1667, 2021.3333]]
          and data["spans"][1]["closure"] == [],
          data["spans"])
    levels = [["arena", 2019.6667, 2021.0], ["arena_pro", 2021.0, 2021.3333]]
    check("levels of the programme end with the run", data["spans"][0]["phases"] == levels,
          data["spans"][0])


def comparison_by_verb(data):
    found = subprocess.run([KLYNGE, "compare", "kept.h5", "-b", "base", "--json"], capture_output=True, text=True)
    rows = {(row["scenario"], row["name"]): row for row in json.loads(found.stdout)["observables"]}
    shown = {(data["cases"][row["case"]], row["name"]): row for row in data["comparison"]["rows"]}
    check("it compares what `klynge compare` does", set(rows) == set(shown), set(rows) ^ set(shown))
    good = all(shown[k]["verdict"] == r["verdict"] and (r["difference"] is None or close(
        [shown[k]["difference"], shown[k]["low"], shown[k]["high"]], [r["difference"], r["low_difference"], r["high_difference"]]))
        for k, r in rows.items())
    check("differences, intervals and verdicts are its own", good)
    money = rows["forum", "members"]["cost"]["money"]
    check("costs too", close(data["comparison"]["costs"]["2"]["money"][1], money))


def contact_by_hand(data):
    with h5py.File("kept.h5") as file:
        arenas = [name.decode() for name in file["arena"]]
        events = file["collaboration_by_arena"][2, 0][..., -12:].mean(axis=-1)
        through = file["mediated"][2, 0][..., -12:].mean(axis=-1)
        counts = file["members_by_quadrant"][2, 0][..., -1]
    forum = events[:, arenas.index("forum")]
    expected = [np.median(x) for x in (events.sum(axis=1) - through - forum, through, forum)]
    found = [way[1][-1] for way in data["contact"]["cases"][2]["ways"]]
    check("direct, through management and on the forum add up to collaboration", close(found, expected) and found[2] > 0,
          (found, expected))
    shares = [q[1][-1] for q in data["quadrants"]["cases"][2]["shares"]]
    check("shares of quadrants are medians of shares", close(shares,
                                                             np.median(counts / counts.sum(axis=1, keepdims=True), axis=0)),
          shares)


def rows_of(table, time):
    """Of the first run of the first scenario, at a time."""
    at = np.abs(table["snapshot_time"] - time) < 1e-3
    return np.flatnonzero((table["scenario_index"] == 0) & (table["replicate_index"] == 0) & at)


def network_by_hand(data):
    """Every snapshot of the page against /panel and /ties, read row by row."""
    n = data["network"]
    uids = [firm["uid"] for firm in n["firms"]]
    with h5py.File("kept.h5") as file:
        panel = {k: file["panel"][k][:] for k in ("scenario_index", "replicate_index", "snapshot_time", "uid", "belonging",
                                                  "entered")}
        ties = {k: file["ties"][k][:] for k in ("scenario_index", "replicate_index", "snapshot_time", "uid", "n_ties", "to",
                                                "trust")}
    good = alike = True
    begins = np.concatenate([[0], np.cumsum(ties["n_ties"])])
    for t, time in enumerate(n["time"]):
        rows = rows_of(panel, time)
        there = {f["uid"]: f["belonging"][t - f["seen"][0]] for f in n["firms"] if f["seen"][0] <= t <= f["seen"][1]}
        good &= there == {int(panel["uid"][k]): round(100 * panel["belonging"][k]) for k in rows}
        trust = {}
        for k in rows_of(ties, time):
            for i in range(begins[k], begins[k + 1]):
                pair = tuple(sorted((int(ties["uid"][k]), int(ties["to"][i]))))
                trust[pair] = trust.get(pair, 0) + float(ties["trust"][i]) / 2
        expected = {pair: min(9, int(x * 10)) for pair, x in trust.items() if x >= network.KNOWN_FROM and set(pair) <= set(there)}
        drawn = {}
        for a, b, _, *steps in n["ties"]:
            level = [v for at, v in zip(steps[::2], steps[1::2]) if at <= t]
            if level and level[-1]:
                drawn[tuple(sorted((uids[a], uids[b])))] = level[-1]
        alike &= drawn == expected
    check("firms of each snapshot, with their sense of community, are those of /panel", good and len(n["time"]) == 20,
          len(n["time"]))
    check("ties of each snapshot, in tenths of trust of both directions, are those of /ties", alike and len(n["ties"]) > 50)
    places = np.array(n["places"]["ties"])
    check("each firm has a place of its own inside the picture", places.shape == (len(uids), 2) and places.min() >= 0
          and places.max() <= 1
          and len({tuple(p) for p in n["places"]["ties"]}) == len(uids) == len({tuple(p) for p in n["places"]["sector"]}))
    with h5py.File("kept.h5") as file:
        begun = int(((file["projects/scenario_index"][:] == 0) & (file["projects/replicate_index"][:] == 0)).sum())
    check("all projects of the run are told", len(n["projects"]) == begun > 0, (len(n["projects"]), begun))


# ---- the page -------------------------------------------------------------------------------------------------------------


def self_contained(text):
    markup = re.sub(r"<script.*?</script>|<style>.*?</style>", "", text, flags=re.S)
    fetched = re.findall(r'(?:src|href|action|data|poster)\s*=\s*["\'](?!#)[^"\']*',
                         markup) + re.findall(r"<(?:link|img|iframe|object|embed)\b", markup)
    check("nothing is to be fetched: no address but places of the page", not fetched, fetched)
    check("its policy forbids fetching", "default-src 'none'" in text and "@import" not in text
          and not re.findall(r"url\((?!#)", text))
    scripts = "".join((PARTS / name).read_text() for name in ("draw.js", "charts.js", "playback.js"))
    calls = r"\bfetch\(|XMLHttpRequest|WebSocket|sendBeacon|import\(|innerHTML|\beval\("
    check("its scripts call no server and make no markup of text", not re.search(calls, scripts))


def escaped(text, data):
    check("a question with markup is told as it stands", data["questions"][0] == HOSTILE)
    check("and makes no markup", "<b>this</b>" not in text and "</script><script>alert" not in text
          and "Is &lt;b&gt;this" in text)


def without_scripts(text):
    markup = re.sub(r"<script.*?</script>", "", text, flags=re.S)
    for what in ('<table class="glance">', "<noscript>", "December 2020", "And had they met?"):
        check(f"without scripts there is {what}", what in markup)
    ids = re.findall(r'\bid="([^"]+)"', text)
    check("no id stands twice", len(ids) == len(set(ids)), sorted(i for i in set(ids) if ids.count(i) > 1))
    check("links of the contents have their places", set(re.findall(r'href="#([^"]+)"', markup)) <= set(ids))


def languages():
    bad = [key for key, texts in words.TEXTS.items() if len(texts) != len(words.LANGUAGES) or not all(texts)
           or len({tuple(sorted(re.findall(r"\{\w+\}", t))) for t in texts}) > 1]
    check("every text is there in both languages, with the same to fill in", not bad, bad)
    used = set()
    for name in ("draw.js", "charts.js", "playback.js"):
        code = (PARTS / name).read_text()
        used |= set(re.findall(r'\bsay\("(\w+)"[,)]', code)) | set(re.findall(r"\bW\.(\w+)\b", code))
    _, data = page_of("kept.h5", "--lang", "nb")
    check("every text that a script asks for is in the page", used <= set(data["words"]), used - set(data["words"]))
    with h5py.File("kept.h5") as file:
        found = {key for a in ("arena", "route") for key in (name.decode() for name in file[a])}
    check("arenas and routes of the file have words", found <= set(data["words"]), found - set(data["words"]))
    said = network._meanings(types.SimpleNamespace(file=h5py.File("kept.h5")), "firm_sector")
    check("sectors too", {f"sector_{s}" for s in said} <= set(data["words"]) and len(said) == 7, said)
    for name in (*gather.SERIES, *data["comparison"]["names"]):
        check(f"{name} has a name, an explanation and a unit", {name, name + "_is", name + "_unit"} <= set(words.TEXTS))


def norwegian():
    text, _ = page_of("kept.h5", "--lang", "nb")
    body = re.sub(r"<pre>.*?</pre>|<script.*?</script>|<style>.*?</style>|<[^>]+>", " ", text, flags=re.S)
    for term in ("Samhandling", "Nyttiggjøring", "Fellesskapsfølelse", "Strategisk forankring", "Forståelse", "klyngeledelsen",
                 "Utmeldinger"):
        check(f"bokmål with the study's terms: {term}", term in body)
    check("numbers have decimal commas", re.search(r"\d,\d", body) and not re.search(r"(?<!Klynge )\b0\.\d", body),
          re.findall(r".{20}\b0\.\d.{9}", body)[:3])
    check("the page says its language", '<html lang="nb">' in text)
    say = words.Words("nb")
    check("numbers as they are written", [say.number(x) for x in (0.27561, 41.0, 12345.6, -0.5, None, 0.00001, 38.06)] ==
          ["0,276", "41", "12\u202f346", "−0,500", "–", "0", "38,1"],
          [say.number(x) for x in (0.27561, 41.0, 12345.6, -0.5, None, 0.00001, 38.06)])
    check("months: the one that ends, the one that begins", (say.month(2020 + 11 / 12),
                                                             say.turn(2017 + 8 / 12)) == ("november 2020", "september 2017"))


def contrast():
    """Text against its ground, by WCAG 2.1: 4.5 and more."""
    css = (PARTS / "page.css").read_text()
    for scheme, block in zip(("light", "dark"), re.findall(r":root[^{]*\{(.*?)\}", css, re.S)):
        colour = dict(re.findall(r"--(\w+): #([0-9a-f]{6})", block))
        worst = min((_ratio(colour[a], colour[b]), a, b) for a in ("ink", "muted", "link", "c1", "c2") for b in ("paper", "wash"))
        check(f"text stands out from its ground, {scheme}", worst[0] >= 4.5, worst)
        lines = min((_ratio(colour[a], colour["paper"]), a) for a in ("c1", "c2", "c3", "c4", "cost"))
        check(f"lines too, {scheme}", lines[0] >= 3, lines)


def _ratio(a, b):
    def light(code):
        parts = [int(code[k:k + 2], 16) / 255 for k in (0, 2, 4)]
        return sum(w * (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4) for w,
                   c in zip((0.2126, 0.7152, 0.0722), parts))

    high, low = sorted((light(a), light(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def other_files():
    text, data = page_of("bare.h5")
    check("a run without panels says how to get them", data["network"] is None
          and "output.panel_runs=1 --set output.tie_runs=1" in text
          and "klynge run test.cfg -o bare.h5" in text)
    check("few runs are said to be few", "Few runs." in text)
    text, data = page_of("one.h5", "--scenarios", "forum")
    check("one replicate of one scenario has a page", data["cases"] == ["forum"] and "nothing to compare it with" in text)
    text, data = page_of("kept.h5", "--scenarios", "open,forum", "--baseline", "forum", "--network", "open")
    check("scenarios, baseline and network are as asked for", data["cases"] == ["open", "forum"] and data["base"] == 1
          and data["network"]["case"] == 0)
    check("the page says what makes it again",
          "klynge report kept.h5 -o page.html --baseline forum --network open --scenarios open,forum" in text)
    table = [{"id": f"P0{k}", "claim": f"claim <{k}>", "built": b, "verdict": v} for k, (b, v) in enumerate(
        [("M", "pass"), ("M", "fail"), ("M", "cannot tell"), ("C", "pass")])]
    pathlib.Path("table.json").write_text(json.dumps({"patterns": table, "replicates": 30}))
    text, _ = page_of("kept.h5", "--validated", "table.json")
    check("a table of `klynge validate` is summed by what is evidence", "Must emerge: 1 of 3 come out as claimed" in text
          and "Written in: 1 of 1" in text and "claim &lt;2&gt;" in text and "? cannot tell" in text)
    text, data = page_of("kept.h5", "--no-network")
    check("the network can be left out", data["network"] is None and 'id="network"' not in text and 'href="#network"' not in text)
    shutil.copy("kept.h5", "some.h5")
    with h5py.File("some.h5", "r+") as file:
        file["status"][1] = 1
        file["status"][2, 0, 0] = 1
    text, data = page_of("some.h5")
    check("a scenario whose runs failed is not compared, and that is said", data["comparison"]["alone"] == ["open"]
          and "Not compared: open" in text)
    check("failed runs are counted", "(1 failed)" in text and "(4 failed)" in text)
    first, second = (page_of("kept.h5")[0] for _ in range(2))
    check("the same file gives the same page, byte for byte", first == second and len(first) > 1e5)


# ---- sweeps ---------------------------------------------------------------------------------------------------------------


def sweep_by_hand():
    hours = [30.0, 38.0, 60.0]
    for k, value in enumerate(hours):
        make(f"point{k}.h5", "--replicates", "4", "--set", f"model.trust.hours={value}")
    files = [f"point{k}.h5" for k in range(len(hours))]
    sweep_fixture.write("sweep.h5", files, {"model.trust.hours": (hours, "h")})
    text, data = page_of("sweep.h5", "--scenarios", "base,forum")
    s = data["sweep"]
    with h5py.File("sweep.h5") as file:
        trust = file["trust"][2, :, :, -1]
    shown = [m for m, of in zip(s["means"]["trust"][0], s["of"]) if of == 1]
    check("a sweep shows the mean of each point", close(shown, trust.mean(axis=-1)) and s["settings"]["model.trust.hours"]["values"]
          == hours * 2, (shown, trust.mean(axis=-1)))
    half = stats.t.ppf(0.975, 3) * trust.std(axis=-1, ddof=1) / 2
    check("with its t interval", close([x for x, of in zip(s["means"]["trust"][1], s["of"]) if of == 1], trust.mean(axis=-1) - half))
    check("rank correlations are those of the means", s["ranks"]["model.trust.hours"][1][s["names"].index("trust")]
          == plain_rank(hours, trust.mean(axis=-1)), s["ranks"])
    check("cases are called by their setting", data["cases"][:3] == ["base, hours 30", "base, hours 38", "base, hours 60"], data["cases"])
    check("and it is said without scripts", "What the settings do" in re.sub(r"<script.*?</script>", "", text, flags=re.S)
          and "3 points of a design; settings varied: 1" in text
          and "Differences from base at the same point." in text)
    check("no sweep, no panel", 'id="sweep"' not in page_of("bare.h5")[0])
    design_of_the_program()
    many = 40
    sweep_fixture.write("many.h5", files, {"model.trust.hours": (hours * many, "h"), "model.trust.fade": (np.arange(3.0 * many), "1")}, many)
    text, data = page_of("many.h5")
    check("of many points one is shown below, and that is said", data["cases"] == [f"{s}, fade 0, hours 30" for s in ("base", "open", "forum")]
          and "shows point 0 of 0 to 119: model.trust.fade = 0, model.trust.hours = 30" in text and len(data["sweep"]["of"]) == 3 * 3 * many)
    check("another can be chosen", page_of("many.h5", "--point", "7")[1]["cases"][0] == "base, fade 7, hours 38")
    check("settings that are not shown are said to differ", "Settings that are not shown differ" in text)
    text, _ = page_of("many.h5", "--lang", "nb")
    check("in Norwegian too", "Hva innstillingene gjør" in text and "120 punkter" in text)


def design_of_the_program():
    """A grid that the program ran: paths, units, and a choice, whose places stand for it in the chart."""
    pathlib.Path("design.cfg").write_text(CONFIG % (ROOT, "Which?") + """
design = { kind = "grid"; axes = ( { path = "policies.gatherings.mode"; values = ("physical", "digital"); },
                                   { path = "model.trust.hours"; values = (40.0, 60.0); } ); };
""", encoding="utf-8")
    subprocess.run([KLYNGE, "sweep", "design.cfg", "-o", "design", "-q", "--replicates", "2"], check=True)
    subprocess.run([KLYNGE, "merge", "design", "-o", "design.h5", "-q", "--force"], check=True)
    text, data = page_of("design.h5")
    check("a merged sweep says how it and the network of a point are made", "klynge sweep CONFIG -o DIR" in text and "klynge run CONFIG -o "
          "OUT.h5 --set model.trust.hours=40.0 --set policies.gatherings.mode=physical --set output.panel_runs=1" in text)
    settings = data["sweep"]["settings"]
    check("settings go by their paths, a choice by its places", list(settings) == ["model.trust.hours", "policies.gatherings.mode"]
          and settings["policies.gatherings.mode"] == {"unit": "1", "labels": ["physical", "digital"], "values": [0, 0, 1, 1] * 3}
          and settings["model.trust.hours"] == {"unit": "h", "labels": [], "values": [40, 60] * 6}, settings)
    check("a choice of two is ranked as the second over the first", list(data["sweep"]["ranks"]) ==
          ["model.trust.hours", "policies.gatherings.mode, physical → digital"], data["sweep"]["ranks"])
    check("and cases by what was chosen", data["cases"][:2] == ["base, hours 40, mode physical", "base, hours 60, mode physical"], data["cases"])


def plain_rank(x, y):
    return gather.plain([stats.spearmanr(x, y)[0]])[0]


# ---- errors ---------------------------------------------------------------------------------------------------------------


def refuses(sentence, code, said, *arguments):
    before = sorted(os.listdir("."))
    found = report(*arguments)
    lines = found.err.strip().splitlines()
    check(f"{sentence}: exit {code}", found.code == code and len(lines) == 1 and lines[0].startswith("klynge report: ")
          and said in lines[0]
          and not found.out, (found.code, found.err))
    after = sorted(os.listdir("."))
    check(f"{sentence}: nothing is written", before == after, set(after) - set(before))


def arguments_refused():
    refuses("no file", 2, "no FILE", )
    refuses("no page", 2, "add -o OUT.html", "kept.h5")
    refuses("a page of another kind", 2, "ends in .html", "kept.h5", "-o", "page.h5")
    refuses("a page that exists", 2, "--force replaces it", "kept.h5", "-o", "page.html")
    refuses("a folder", 2, "is a folder", "kept.h5", "-o", "folder.html", "--force")
    refuses("an unknown option", 2, "did you mean --baseline?", "kept.h5", "-o", "new.html", "--basline", "x")
    refuses("a point of a run without", 2, "has points 0 to 0", "kept.h5", "-o", "new.html", "--point", "1")
    refuses("an unknown language", 2, "one of en, nb", "kept.h5", "-o", "new.html", "--lang", "no")
    refuses("an unknown baseline", 2, "did you mean forum?", "kept.h5", "-o", "new.html", "-b", "form")
    refuses("an unknown scenario", 2, "did you mean open?", "kept.h5", "-o", "new.html", "--scenarios", "base,opn")
    refuses("a baseline that is not shown", 2, "not among the scenarios shown", "kept.h5", "-o", "new.html", "--scenarios",
            "open", "-b", "base")
    refuses("an unknown network", 2, "did you mean open?", "kept.h5", "-o", "new.html", "--network", "opem")
    refuses("a network that is not kept", 2, "keeps no firms and ties", "bare.h5", "-o", "new.html", "--network", "base")
    refuses("a network and none", 2, "one of them", "kept.h5", "-o", "new.html", "--network", "base", "--no-network")
    pathlib.Path("half.json").write_text('{"patterns": [')
    pathlib.Path("list.json").write_text("[1, 2]")
    refuses("a table that is not there", 2, "cannot find the file", "kept.h5", "-o", "new.html", "--validated", "none.json")
    refuses("half a table", 2, "is no JSON", "kept.h5", "-o", "new.html", "--validated", "half.json")
    refuses("JSON of another kind", 2, "is not the table", "kept.h5", "-o", "new.html", "--validated", "list.json")
    refuses("a page where nothing can be written", 4, "cannot write it", "kept.h5", "-o", "nowhere/new.html")
    shutil.copy("bare.h5", "same.html")
    refuses("the result itself", 2, "is FILE itself", "same.html", "-o", "same.html", "--force")


def changed(path, change):
    shutil.copy("kept.h5", path)
    with h5py.File(path, "r+") as file:
        change(file)
    return path


def put(file, name, value):
    del file[name]
    file[name] = value


def files_refused():
    pathlib.Path("text.h5").write_text("members,trust\n1,2\n")
    pathlib.Path("empty.h5").write_text("")
    with h5py.File("other.h5", "w") as file:
        file["x"] = [1, 2]
    whole = pathlib.Path("kept.h5").read_bytes()
    pathlib.Path("cut.h5").write_bytes(whole[:len(whole) // 2])
    refuses("no such file", 2, "cannot find the file", "nowhere.h5", "-o", "new.html")
    refuses("a folder for a file", 2, "no regular file", "folder.html", "-o", "new.html")
    refuses("a text file", 2, "not an HDF5 file", "text.h5", "-o", "new.html")
    refuses("an empty file", 2, "empty", "empty.h5", "-o", "new.html")
    refuses("a file of another program", 2, "klynge did not write", "other.h5", "-o", "new.html")
    refuses("an older schema", 2, "expected 1", changed("old.h5", lambda f: f.attrs.__setitem__("klynge_schema", 0)), "-o",
            "new.html")
    refuses("a truncated file", 4, "cannot read the file", "cut.h5", "-o", "new.html")
    refuses("no scenarios", 4, "scenario is missing", changed("bad.h5", lambda f: f.__delitem__("scenario")), "-o", "new.html")
    refuses("all runs failed", 2, "no replicate was done", changed("bad.h5", lambda f: f["status"].__setitem__(Ellipsis, 1)),
            "-o", "new.html")
    refuses("half a config", 4, "cannot understand provenance/config_resolved",
            changed("bad.h5", lambda f: put(f, "provenance/config_resolved", "world = { closure = ((2020.1")), "-o", "new.html")
    refuses("a closure of words", 4, "cannot understand world.closure",
            changed("bad.h5", lambda f: put(f, "provenance/config_resolved", 'world = { closure = (("March", "May")); };')), "-o",
            "new.html")
    refuses("provenance that is no JSON", 4, "cannot understand provenance/json",
            changed("bad.h5", lambda f: put(f, "provenance/json", "{")), "-o", "new.html")
    refuses("a panel without a column", 4, "panel/belonging is missing",
            changed("bad.h5", lambda f: f.__delitem__("panel/belonging")), "-o", "new.html")
    refuses("ties that do not add up", 4, "does not add up", changed("bad.h5", lambda f: f["ties/n_ties"].__setitem__(0, 999)),
            "-o", "new.html")
    refuses("ties of another time", 4, "snapshots that /panel has not",
            changed("bad.h5", lambda f: f["ties/snapshot_time"].__setitem__(0, 2000.0)), "-o", "new.html")
    refuses("nothing to show", 2, "holds none of", changed("bad.h5", lambda f: [f.__delitem__(n) for n in gather.SERIES]), "-o",
            "new.html")
    shutil.copy("kept.h5", "bent.h5")
    with h5py.File("bent.h5") as file:
        place = file["overview"].id.get_chunk_info(0).byte_offset
    with open("bent.h5", "r+b") as file:
        file.seek(place + 100)
        byte = file.read(1)
        file.seek(place + 100)
        file.write(bytes([byte[0] ^ 255]))
    refuses("a damaged observable", 4, "cannot read overview", "bent.h5", "-o", "new.html")


def beside_the_program():
    found = subprocess.run([KLYNGE, "report", "bare.h5", "-o", "called.html"], capture_output=True, text=True)
    check("`klynge report` finds it beside the program", found.returncode == 0 and "called.html" in found.stderr
          and not found.stdout, found.stderr)
    found = report("--help")
    check("--help shows options and examples", found.code == 0 and "--lang L" in found.out and "examples:" in found.out)


def main():
    pathlib.Path("test.cfg").write_text(CONFIG % (ROOT, HOSTILE.replace('"', '\\"')))
    os.mkdir("folder.html")
    make("kept.h5", "--replicates", "4", "--set", "output.panel_runs=2", "--set", "output.tie_runs=1", "--set",
         "output.snapshot_every=0.0833")
    make("bare.h5", "--replicates", "3")
    make("one.h5", "--replicates", "1")
    text, data = page_of("kept.h5")
    series_by_hand(data)
    comparison_by_verb(data)
    contact_by_hand(data)
    network_by_hand(data)
    self_contained(text)
    escaped(text, data)
    without_scripts(text)
    languages()
    norwegian()
    contrast()
    other_files()
    sweep_by_hand()
    arguments_refused()
    files_refused()
    beside_the_program()
    return end()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="klynge-report.") as work:
        os.chdir(work)
        status = main()
        os.chdir("/")
    sys.exit(status)
