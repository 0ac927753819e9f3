"""The page of `klynge report` in headless Chromium, as its reader has it.  report.py BUILD [--pictures FOLDER]

Console and network are watched all the time; mouse, keys, slider, playback, narrow and dark screens, print, no scripts, names for
readers by ear. How fast playback is drawn is measured and printed, not judged: that depends on the machine. Needs chromium,
chromium-driver and python3-selenium (`make test-insight` installs them). The last line is "N passed, N failed".
"""
import base64
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

import sweep_fixture  # beside this file
from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select, WebDriverWait
from tally import check, end

ROOT = pathlib.Path(__file__).resolve().parent.parent
KLYNGE = str(pathlib.Path(sys.argv[1]).resolve() / "klynge")
PICTURES = pathlib.Path(sys.argv[3]).resolve() if sys.argv[2:3] == ["--pictures"] else None
PATIENCE = 60  # seconds that a slow machine may take for a step
CONFIG = """
base = "%s/configs/act.cfg";
scenarios = (
  { name = "base"; question = "What is there?"; },
  { name = "open"; question = "And had they met?"; world = { closure = (); }; },
  { name = "forum"; question = "And with a forum?"; policies = { forum = { on = true; }; }; },
  { name = "outreach"; policies = { outreach = { per_member = 3.0; }; }; },
  { name = "decline"; policies = { gatherings = { end = "2021-01"; }; }; }
);
"""
KEPT = ("--set", "output.panel_runs=1", "--set", "output.tie_runs=1", "--set", "output.snapshot_every=0.0833")
TWO_HUNDRED = ("--set", 'world.members=(("2017-09",60),("2020-11",200),("2026-01",210))', "--set", "model.firms.applicants=120")


def klynge(*arguments):
    found = subprocess.run([KLYNGE, *arguments], capture_output=True, text=True)
    if found.returncode:
        sys.exit(f"klynge {' '.join(arguments)}: {found.stderr}")


# ---- the browser ----------------------------------------------------------------------------------------------------------


def start():
    o = Options()
    o.binary_location = shutil.which("chromium") or ""
    for word in ("--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--window-size=1200,900",
                 "--force-device-scale-factor=1"):
        o.add_argument(word)
    o.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    browser = webdriver.Chrome(service=Service(shutil.which("chromedriver")), options=o)
    browser.set_page_load_timeout(PATIENCE)
    browser.set_script_timeout(PATIENCE)
    browser.execute_cdp_cmd("Network.enable", {})
    return browser


class Page:
    """A page in the browser; what it says on the console and asks of the network is kept."""

    def __init__(self, browser):
        self.browser, self.console, self.asked, self.opened = browser, [], [], set()

    def open(self, path, width=1200, height=900, dark=False):
        self.cdp("Emulation.setEmulatedMedia", media="", features=[{"name": "prefers-color-scheme", "value": "dark"
                                                                    if dark else "light"}])
        self.cdp("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600)
        address = pathlib.Path(path).resolve().as_uri()
        self.opened.add(address)
        self.browser.get(address)
        self.until("document.documentElement.className === 'ready'")
        self.js("document.documentElement.style.scrollBehavior = 'auto'")  # the driver clicks where things are now
        self.listen()

    def cdp(self, command, **parameters):
        return self.browser.execute_cdp_cmd(command, parameters)

    def js(self, code, *arguments):
        return self.browser.execute_script("return " + code, *arguments)

    def until(self, code):
        WebDriverWait(self.browser, PATIENCE, 0.05).until(lambda _: self.js(code))

    def find(self, selector):
        return self.browser.find_element(By.CSS_SELECTOR, selector)

    def text(self, selector):
        return self.js("document.querySelector(arguments[0]).textContent", selector)

    def show(self, selector):
        self.js("document.querySelector(arguments[0]).scrollIntoView({block: 'center', behavior: 'instant'})", selector)

    def picture(self, name, selector=None):
        if PICTURES:
            if selector:
                self.show(selector)
            time.sleep(0.5)
            self.browser.save_screenshot(str(PICTURES / f"{name}.png"))

    def listen(self):
        self.console += [entry["message"] for entry in self.browser.get_log("browser")]
        for entry in self.browser.get_log("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] == "Network.requestWillBeSent":
                self.asked.append(message["params"]["request"]["url"])

    def quiet(self, what):
        self.listen()
        check(f"{what}: nothing on the console", not self.console, self.console[:3])
        more = [url for url in self.asked if url.split("#")[0] not in self.opened]
        check(f"{what}: no request but for the page itself", self.asked and not more, more[:3])
        self.console, self.asked = [], []


# ---- charts over time ------------------------------------------------------------------------------------------------------


def plots(page):
    return page.browser.find_elements(By.CSS_SELECTOR, "#time-charts .plot")


def hover(page):
    page.show("#time-charts .plot")
    first = plots(page)[0]
    before = page.js("[...document.querySelectorAll('#time-charts .readout .when')].map((e) => e.textContent)")
    ActionChains(page.browser).move_to_element_with_offset(first, 0, 10).perform()
    after = page.js("[...document.querySelectorAll('#time-charts .readout .when')].map((e) => e.textContent)")
    check("pointing at one chart reads a month in all", len(after) == 6 and len(set(after)) == 1 and after != before,
          (before, after))
    shown = page.js("""(() => { const k = nearest(D.series.members.time, cursor.time), b = D.series.members.bands[D.base];
        return document.querySelector('#time-charts .readout .value').textContent.includes(number(b[1][k])); })()""")
    check("the value is that of the month", shown)
    page.picture("hover", "#time-charts")
    ActionChains(page.browser).move_to_element(page.find("h1")).perform()
    check("moving away gives the end back", page.js("cursor.time") is None)


def arrow_keys(page):
    first = plots(page)[0]
    page.js("arguments[0].focus()", first)
    end = first.get_attribute("aria-valuetext")
    first.send_keys(Keys.HOME)
    begin = first.get_attribute("aria-valuetext")
    first.send_keys(Keys.ARROW_RIGHT)
    second = first.get_attribute("aria-valuetext")
    check("Home and the arrow keys move the month, and say it", begin.startswith("September 2017: base ")
          and second.startswith("October 2017: ")
          and end.startswith("December 2025: "), (begin, second, end))
    first.send_keys(Keys.ESCAPE)


def picking(page):
    select = Select(page.find("#add-scenario"))
    select.select_by_visible_text("forum")
    Select(page.find("#add-scenario")).select_by_visible_text("open")
    lines = page.js("document.querySelectorAll('#time-charts figure:first-child path.line').length")
    dashes = page.js("""[...document.querySelectorAll('#time-charts figure:first-child path.line')]
        .map((e) => e.getAttribute('stroke-dasharray'))""")
    check("scenarios can be added; lines differ by dashes too", lines == 3 and len(set(dashes)) == 3, (lines, dashes))
    page.picture("three", "#time-charts")
    page.browser.find_elements(By.CSS_SELECTOR, ".chip")[0].click()
    check("and removed", page.js("document.querySelectorAll('#time-charts figure:first-child path.line').length") == 2)
    check("the closure stays hatched for the one that has it",
          page.js("document.querySelectorAll('#time-charts .closure').length") == 6)


# ---- comparison, map, contact --------------------------------------------------------------------------------------------------


def comparison(page):
    page.show("#forest")
    rows = page.js("[...document.querySelectorAll('#forest .row .label')].map((e) => e.textContent)")
    check("each other scenario has a row", sorted(rows) == ["decline", "forum", "open", "outreach"], rows)
    labels = page.browser.find_elements(By.CSS_SELECTOR, "#forest .row .label")
    ActionChains(page.browser).move_to_element(labels[rows.index("forum")]).perform()
    check("pointing at a row tells its question", "And with a forum?" in page.text("#forest-asked"), page.text("#forest-asked"))
    before = page.text("#forest-note")
    Select(page.find("#observable")).select_by_value("overview")
    check("another observable is drawn", page.text("#forest-note").startswith("Overview") and page.text("#forest-note") != before)
    found = page.js("""(() => { const rows = D.comparison.rows.filter((r) => r.name === 'overview');
        rows.sort((a, b) => b.difference - a.difference);
        const labels = [...document.querySelectorAll('#forest .row .label')];
        return [rows.map((r) => D.cases[r.case]), labels.map((e) => e.textContent)]; })()""")
    check("rows are in order of the difference", found[0] == found[1], found)
    Select(page.find("#order")).select_by_value("file")
    rows = page.js("[...document.querySelectorAll('#forest .row .label')].map((e) => e.textContent)")
    check("or as in the config", rows == ["open", "forum", "outreach", "decline"], rows)
    check("a reader by ear gets the numbers", "forum: " in page.find("#forest .plot").get_attribute("aria-label"))
    page.picture("comparison", "#forest")


def slide(page, selector, value):
    page.js("""((e, value) => { e.value = value; e.dispatchEvent(new Event('input', {bubbles: true})); })(
        document.querySelector(arguments[0]), arguments[1])""", selector, value)


def quadrants(page):
    page.show("#quadrant-map")
    slide(page, "#quadrants-month", 0)
    first = page.js("[...document.querySelectorAll('#quadrant-map .big')].map((e) => e.textContent)")
    expected = page.js("D.quadrants.cases[D.base].shares.map((s) => Math.round(100 * s[1][0]) + ' %')")
    check("the map shows the shares of the month of its slider", first == expected
          and "September 2017" in page.text("#quadrants-controls"), first)
    Select(page.find("#quadrants-case")).select_by_visible_text("forum")
    check("and of the scenario chosen", page.js("[...document.querySelectorAll('#quadrant-map .big')].map((e) => e.textContent)") ==
          page.js("D.quadrants.cases[2].shares.map((s) => Math.round(100 * s[1][0]) + ' %')"))
    page.picture("quadrants", "#quadrant-map")


def contact(page):
    Select(page.find("#contact-case")).select_by_visible_text("forum")
    lines = page.js("document.querySelectorAll('#contact-charts figure:first-child path.line').length")
    check("contact by way has three lines with a forum", lines == 3, lines)
    check("and bars for each arena", page.js("document.querySelectorAll('#contact-charts .bar.last').length") >= 6)
    page.picture("contact", "#contact-charts")


# ---- playback ------------------------------------------------------------------------------------------------------------------


def slider(page):
    page.show("#playback")
    slide(page, "#month", 20)
    found, expected = page.text("#network-status"), page.js("D.network.firms.filter((f) => f.seen[0] <= 20 && f.seen[1] >= 20).length")
    check("the slider shows a month and its members", found.startswith("May 2019: ") and f" {expected} members" in found,
          (found, expected))
    page.js("document.getElementById('month').focus()")
    page.find("#month").send_keys(Keys.ARROW_RIGHT)
    check("it moves by keys", page.text("#network-status").startswith("June 2019: "), page.text("#network-status"))
    small = page.js("klyngePlayback.firms === undefined && D.network.firms.filter((f) => klyngePlayback.here(f, 0)).length")
    large = page.js("D.network.firms.filter((f) => klyngePlayback.here(f, 99)).length")
    check("growth: there are more firms at the end", large > 2 * small, (small, large))
    check("newcomers and founders are told apart", page.js("""D.network.firms.some((f) => klyngePlayback.isNew(f, D.network.time[21]))
        && D.network.firms.some((f) => f.founder) && !D.network.firms.some((f) => f.founder && klyngePlayback.isNew(f, D.network.time[0]))"""))


def painted(page):
    """How many pixels of the picture are; read from a copy, since reading back changes how a browser treats a canvas."""
    return page.js("""(() => { const c = document.getElementById('network-canvas'), copy = document.createElement('canvas');
        copy.width = c.width; copy.height = c.height;
        const g = copy.getContext('2d', {willReadFrequently: true});
        g.drawImage(c, 0, 0);
        const d = g.getImageData(0, 0, c.width, c.height).data;
        let n = 0; for (let k = 3; k < d.length; k += 4) n += d[k] > 0; return n; })()""")


def click(page):
    page.show("#network-canvas")
    check("firms and ties are drawn", painted(page) > 3000, painted(page))
    canvas = page.find("#network-canvas")
    x, y = page.js("(() => { const i = D.network.firms.findIndex((f) => f.uid === 3), c = klyngePlayback; return c.points[i]; })()")
    size = page.js("[klyngePlayback.width, klyngePlayback.height]")
    ActionChains(page.browser).move_to_element_with_offset(canvas, round(x - size[0] / 2),
                                                           round(y - size[1] / 2)).click().perform()
    name = page.text("#firm-about h3")
    check("a click on a firm tells its history", name.startswith("Firm ")
          and page.js("document.querySelectorAll('#firm-about path.line').length") == 4, name)
    check("with who it is and its strongest ties", "employees" in page.text("#firm-about")
          and page.js("document.querySelectorAll('#firm-about li').length") > 1)
    page.picture("firm", "#network-canvas")
    Select(page.find("#firm")).select_by_index(6)
    check("a list does the same without a mouse", page.text("#firm-about h3") == page.js("klyngePlayback.name(5)"))
    Select(page.find("#firm")).select_by_index(0)
    check("and lets go", page.js("klyngePlayback.firm") is None and page.js("document.querySelector('#firm-about h3')") is None)


def ties(page):
    found = {}
    for value in ("2", "4", "6", "made"):
        Select(page.find("#ties-shown")).select_by_value(value)
        found[value] = int(re.search(r"(\d+) ties", page.text("#network-status"))[1])
    check("fewer ties are shown from a higher trust on", found["2"] > found["4"] > found["6"] > 0
          and found["2"] > found["made"] > 0, found)
    Select(page.find("#ties-shown")).select_by_value("2")
    before = page.js("klyngePlayback.points[0].slice()")
    Select(page.find("#arrange")).select_by_value("sector")
    page.until("""(() => { const p = klyngePlayback, to = p.place('sector'), at = p.points;
        return Math.hypot(at[0][0] - to[0][0], at[0][1] - to[0][1]) < 0.5; })()""")
    check("firms walk to their sectors", page.js("klyngePlayback.points[0]") != before)
    page.picture("sectors", "#network-canvas")


def playing(page):
    slide(page, "#month", 0)
    page.show("#network-canvas")
    frames, first = page.js("klyngePlayback.frames"), painted(page)
    page.js("document.getElementById('play').click()")
    page.until("klyngePlayback.at > 3")
    check("playback goes on month by month", page.js("klyngePlayback.playing") and page.text("#play") == "Pause" and
          page.js("klyngePlayback.frames") > frames)
    page.js("document.getElementById('play').click()")
    at = page.js("klyngePlayback.at")
    check("pause stops it at a month", page.text("#play") == "Play" and at == int(at)
          and page.js("Number(document.getElementById('month').value)") == at, at)
    check("the picture changed", painted(page) != first)
    page.js("(() => { klyngePlayback.show(klyngePlayback.last - 1); document.getElementById('play').click(); })()")
    page.until("!klyngePlayback.playing")
    check("it ends with the last month", page.js("klyngePlayback.at === klyngePlayback.last"))


def pace(page):
    """Measured: frames a second while it plays in the window, and what drawing one takes."""
    members = page.js("D.network.firms.filter((f) => klyngePlayback.here(f, klyngePlayback.last)).length")
    page.show("#network-canvas")
    page.js("""((p) => { p.show(30); p.frames = 0; p.drawing = 0; p.toggle(); window.begun = performance.now(); })(
        klyngePlayback)""")
    time.sleep(5)
    frames, drawing, seconds = page.js("[klyngePlayback.frames, klyngePlayback.drawing, (performance.now() - begun) / 1000]")
    page.js("klyngePlayback.stop()")
    print(f"        {members} firms: {frames / seconds:.0f} frames a second, {drawing / frames:.1f} ms to draw one")
    check(f"a network of {members} firms plays", frames > 0 and members >= 200)


def sweep(page):
    Select(page.find("#sweep-setting")).select_by_visible_text("model.trust.fade")
    Select(page.find("#sweep-observable")).select_by_value("trust")
    Select(page.find("#sweep-scenario")).select_by_visible_text("forum")
    found = page.js("[...document.querySelectorAll('#sweep-chart circle')].map((e) => Number(e.getAttribute('cy')))")
    rows = page.js("""(() => { const s = D.sweep, at = s.of.map((of, k) => k).filter((k) => s.scenarios[s.of[k]] === 'forum');
        at.sort((a, b) => s.settings['model.trust.fade'].values[a] - s.settings['model.trust.fade'].values[b]);
        return at.map((k) => s.means.trust[0][k]); })()""")
    falling = all((a - b) * (y - x) >= -1e-6 for a, b, x, y in zip(found, found[1:], rows, rows[1:]))
    check("a sweep shows each point of the scenario chosen, the higher the more", len(found) == len(rows) == 4 and falling, (found, rows))
    check("with its axes named", "model.trust.fade" in page.text("#sweep-chart") and "Trust" in page.text("#sweep-chart"))
    check("a reader by ear gets the first and the last", "4 points" in page.find("#sweep-chart .plot").get_attribute("aria-label"))
    page.picture("sweep", "#sweep-chart")


# ---- as a whole ----------------------------------------------------------------------------------------------------------------


def names_for_the_ear(page):
    tree = page.cdp("Accessibility.getFullAXTree")["nodes"]
    roles = {"slider", "button", "combobox", "image", "link", "region", "checkbox", "MenuListPopup"}
    nameless = [(n["role"]["value"], n["nodeId"]) for n in tree if n.get("role", {}).get("value") in roles - {"MenuListPopup"}
                and not n["ignored"]
                and not n.get("name", {}).get("value")]
    kinds = {n["role"]["value"] for n in tree if "role" in n}
    check("whatever can be used or seen has a name", not nameless and {"slider", "button", "combobox", "table", "main"} <= kinds,
          nameless[:5])
    levels = page.js("[...document.querySelectorAll('h1, h2, h3, h4')].map((h) => Number(h.tagName[1]))")
    check("headings go down by one level at a time", levels[0] == 1 and levels.count(1) == 1 and
          all(b - a <= 1 for a, b in zip(levels, levels[1:])), levels)


def tabbing(page):
    page.js("(() => { document.activeElement.blur(); window.scrollTo({top: 0, behavior: 'instant'}); })()")
    seen = set()
    for _ in range(60):
        ActionChains(page.browser).send_keys(Keys.TAB).perform()
        seen.add(page.js("((e) => e.id || e.getAttribute('aria-label') || e.textContent)(document.activeElement)"))
    wanted = {"observable", "order", "quadrants-month", "month", "play", "firm", "arrange", "network-canvas"} - {"network-canvas"}
    check("Tab reaches all that can be used", wanted <= seen, wanted - seen)


def dark(page):
    page.open("base.html", dark=True)
    ground, ink = page.js("[getComputedStyle(document.body).backgroundColor, klyngePlayback.colours.ink]")
    check("a dark screen has a dark page, its canvas too", ground == "rgb(21, 25, 29)" and ink == "#e4e8eb", (ground, ink))
    page.picture("dark", "#playback")


def narrow(page):
    for path in ("base.html", "nb.html"):
        page.open(path, width=400, height=800)
        wide = page.js("document.documentElement.scrollWidth")
        check(f"400 pixels are enough for {path}", wide <= 400, wide)
        beyond = page.js("""[...document.querySelectorAll('svg text')]
            .filter((t) => t.getBoundingClientRect().right > 402).map((t) => t.textContent)""")
        check("and no chart is cut off", not beyond, beyond[:5])
    page.picture("narrow", "#forest")


def printing(page):
    page.open("base.html", dark=True)
    page.js("document.fonts.ready.then(() => true)")
    pdf = base64.b64decode(page.cdp("Page.printToPDF", printBackground=True, paperWidth=8.27, paperHeight=11.69)["data"])
    pathlib.Path("page.pdf").write_bytes(pdf)
    text = subprocess.run(["pdftotext", "-layout", "page.pdf", "-"], capture_output=True, text=True).stdout
    check("it prints: texts, values and provenance", pdf.startswith(b"%PDF") and all(
        word in text for word in ("In short", "December 2025", "What is uncertain", "klynge run test.cfg")), len(text))
    pages = text.count("\f")
    check("on some pages, and not on dozens", 3 <= pages <= 12, pages)
    check("controls stay off the paper", "Choose a firm" not in text.replace("Click a firm", "") and "Ties shown" not in text)
    subprocess.run(["pdftoppm", "-r", "40", "-png", "page.pdf", "print"], check=True)
    corner = subprocess.run(["pdftoppm", "-r", "10", "-f", "1", "-l", "1", "page.pdf"], capture_output=True).stdout[-3:]
    check("paper is white on a dark screen too", corner == b"\xff\xff\xff", corner)
    page.until("!document.documentElement.classList.contains('printing')")
    if PICTURES:
        for path in pathlib.Path(".").glob("print-*.png"):
            shutil.copy(path, PICTURES)


def norwegian(page):
    page.open("nb.html")
    text = page.js("document.body.innerText")
    check("the page is in bokmål", all(w in text for w in ("Samhandling", "Fellesskapsfølelse", "Nyttiggjøring",
                                                           "Hvem snakker med hvem", "Spill av",
                                                           "Forskjeller fra base", "grunnleggende medlem")), text[:300])
    left = [w for w in ("undefined", "NaN", "Add a scenario", "Members", "Play", "Month", "null") if re.search(rf"\b{w}\b", text)]
    check("nothing is left in English, and nothing is missing", not left, left)
    check("charts have decimal commas", re.search(r"\d,\d", page.text("#time-charts"))
          and not re.search(r"\d\.\d", page.text("#time-charts")))
    page.picture("norwegian", "#forest")


def no_scripts(page):
    page.cdp("Emulation.setScriptExecutionDisabled", value=True)
    page.browser.get(pathlib.Path("base.html").resolve().as_uri())
    tree = page.cdp("DOMSnapshot.captureSnapshot", computedStyles=[])
    words = " ".join(tree["strings"])
    check("with scripts off the texts and tables are there, and why no charts are", "need JavaScript" in words
          and "All at a glance" in words)
    page.cdp("Emulation.setScriptExecutionDisabled", value=False)


def main():
    pathlib.Path("test.cfg").write_text(CONFIG % ROOT)
    klynge("run", "test.cfg", "-o", "base.h5", "-q", "--replicates", "4", *KEPT)
    klynge("run", str(ROOT / "configs" / "act.cfg"), "-o", "large.h5", "-q", "--replicates", "1", *KEPT, *TWO_HUNDRED)
    for k, hours in enumerate((30, 60)):
        klynge("run", "test.cfg", "-o", f"point{k}.h5", "-q", "--replicates", "3", "--set", f"model.trust.hours={hours}")
    sweep_fixture.write("sweep.h5", ["point0.h5", "point1.h5"], {"model.trust.hours": ([30, 60, 30, 60], "h"),
                                                                 "model.trust.fade": ([1, 2, 3, 4], "1")}, 2)
    klynge("report", "sweep.h5", "-o", "sweep.html", "-q")
    for path, file, language in (("base.html", "base.h5", "en"), ("nb.html", "base.h5", "nb"), ("large.html", "large.h5", "en")):
        klynge("report", file, "-o", path, "-q", "--lang", language)
    browser = start()
    try:
        page = Page(browser)
        page.open("base.html")
        for part in (names_for_the_ear, hover, arrow_keys, picking, comparison, quadrants, contact, slider, click, ties, playing,
                     tabbing):
            part(page)
        page.quiet("in use")
        page.open("sweep.html")
        sweep(page)
        page.quiet("a sweep")
        page.open("large.html")
        pace(page)
        for part in (dark, narrow, printing, norwegian):
            part(page)
        page.quiet("dark, narrow, printed and Norwegian")
        no_scripts(page)
    finally:
        browser.quit()
    return end()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="klynge-report.") as work:
        os.chdir(work)
        status = main()
        os.chdir("/")
    sys.exit(status)
