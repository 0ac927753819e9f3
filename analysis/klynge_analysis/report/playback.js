"use strict";
/* The network of one run: firms and ties on a canvas, a slider over snapshots, and the history of a firm that is clicked. */
const STEPS_A_SECOND = 4;
const RADIUS = [3.5, 5.5, 8, 11.5];  // by size class
const NEW_FOR = 1;                   // years that a firm is a newcomer
const SUPPLIER = 1, PROJECT = 4;     // bits of a tie's kind
const BUCKETS = 20;                  // of a tie's darkness: half tenths of trust

function startNetwork() {
  const n = D.network, host = document.getElementById("playback");
  if (!host || !n) return;
  const p = new Playback(n, host);
  window.klyngePlayback = p;  // for tests and the curious: frames drawn so far, and where it is
}

class Playback {
  constructor(n, host) {
    this.n = n;
    this.last = n.time.length - 1;
    this.levels = n.ties.map((tie) => spreadLevels(tie, n.time.length));
    Object.assign(this, { at: 0, playing: false, firm: null, hover: null, least: 2, made: false, arranged: "ties", frames: 0, drawing: 0 });
    this.build(host);
    this.listen();
    this.show(this.last);
  }

  build(host) {
    const bar = element("div", { class: "controls top" }, host);
    this.button = element("button", { type: "button", id: "play", class: "play" }, bar, W.play);
    this.when = element("output", { for: "month", class: "when" }, bar);
    this.slider = labelled(bar, W.month, element("input", { type: "range", min: 0, max: this.last, step: 1, value: this.last, id: "month" }));
    this.slider.parentNode.classList.add("wide");
    this.growth = element("div", { class: "growth", "aria-hidden": "true" }, this.slider.parentNode);
    const more = element("div", { class: "controls" }, host);
    this.ties = labelled(more, W.ties_shown, options(element("select", { id: "ties-shown" }), [["2", W.ties_all], ["4", W.ties_middle],
      ["6", W.ties_strong], ["made", W.ties_made]], "2"));
    this.order = labelled(more, W.arrange, options(element("select", { id: "arrange" }), [["ties", W.by_ties], ["sector", W.by_sector]], "ties"));
    this.chooser = labelled(more, W.firm, options(element("select", { id: "firm" }),
      [["", W.choose_firm], ...this.n.firms.map((f, i) => [i, this.name(i) + ", " + this.sector(f)])], ""));
    const both = element("div", { class: "stage" }, host);
    const frame = element("div", { class: "frame" }, both);
    this.canvas = element("canvas", { id: "network-canvas", role: "img" }, frame);
    this.about = element("aside", { class: "firm", "aria-live": "polite", id: "firm-about" }, both);
    this.status = element("p", { class: "note", role: "status", id: "network-status" }, host);
    this.keys = element("div", { class: "legend" }, host);
    this.drawKeys();
  }

  listen() {
    this.button.addEventListener("click", () => this.toggle());
    this.slider.addEventListener("input", () => { this.stop(); this.show(Number(this.slider.value)); });
    this.ties.addEventListener("change", () => {
      this.made = this.ties.value === "made";
      this.least = this.made ? 2 : Number(this.ties.value);
      this.show(this.at);
    });
    this.order.addEventListener("change", () => this.rearrange(this.order.value));
    this.chooser.addEventListener("change", () => this.choose(this.chooser.value === "" ? null : Number(this.chooser.value)));
    this.canvas.addEventListener("click", (event) => this.choose(this.firmAt(event)));
    this.canvas.addEventListener("pointermove", (event) => {
      const found = this.firmAt(event);
      if (found !== this.hover) { this.hover = found; this.canvas.style.cursor = found === null ? "default" : "pointer"; this.draw(); }
    });
    this.canvas.addEventListener("pointerleave", () => { this.hover = null; this.draw(); });
    responsive(this.canvas.parentNode, (width) => this.resize(width));
    responsive(this.growth, (width) => this.drawGrowth(width));
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.repaint());
    window.addEventListener("beforeprint", () => { this.stop(); document.documentElement.classList.add("printing"); this.repaint(); });
    window.addEventListener("afterprint", () => { document.documentElement.classList.remove("printing"); this.repaint(); });
  }

  name(i) { return W.firm + " " + this.n.firms[i].uid; }
  sector(firm) { return say("sector_" + (this.n.events.sector[firm.sector] || "other")); }
  here(firm, at) { return at >= firm.seen[0] && at <= firm.seen[1] && firm.known[at - firm.seen[0]] !== null; }
  isNew(firm, time) { return !firm.founder && time - firm.entered < NEW_FOR; }

  // ---- time -------------------------------------------------------------------------------------------------------------

  toggle() {
    if (this.playing) { this.stop(); return; }
    if (this.at >= this.last) this.at = 0;
    this.playing = true;
    this.button.textContent = W.pause;
    let before = null;
    const pace = Math.min(STEPS_A_SECOND, Math.max(0.8, this.last / 20));
    const step = (now) => {
      if (!this.playing) return;
      if (before !== null) this.at = Math.min(this.last, this.at + (pace * Math.min(250, now - before)) / 1000);
      before = now;
      this.slider.value = Math.round(this.at);
      this.tell(false);
      this.draw();
      if (this.at >= this.last) { this.stop(); return; }
      requestAnimationFrame(step);
    };
    requestAnimationFrame(step);
  }

  stop() {
    if (!this.playing) return;
    this.playing = false;
    this.button.textContent = W.play;
    this.show(Math.round(this.at));
  }

  show(at) {
    this.at = at;
    this.slider.value = at;
    this.tell(true);
    this.draw();
  }

  /* The month in words; the status, which is read aloud, only when it stands still. */
  tell(whole) {
    const at = Math.round(this.at), time = this.n.time[at], when = month(time);
    if (this.when.textContent !== when) {
      this.when.textContent = when;
      this.slider.setAttribute("aria-valuetext", when);
      this.markGrowth(at);
      if (!whole) this.describe();
    }
    if (!whole) return;
    const members = this.n.firms.filter((f) => this.here(f, at));
    const text = capital(say("network_now", { when, members: members.length, newcomers: members.filter((f) => this.isNew(f, time)).length,
      ties: this.levels.filter((l, i) => l[at] >= this.least && this.isShown(i)).length }));
    this.status.textContent = text;
    this.canvas.setAttribute("aria-label", text);
    this.describe();
  }

  isShown(i) { return !this.made || !(this.n.ties[i][2] & SUPPLIER); }

  // ---- picture ------------------------------------------------------------------------------------------------------------

  resize(width) {
    this.width = width;
    this.height = Math.round(Math.min(width * 0.95, 620));
    const ratio = window.devicePixelRatio || 1;
    this.canvas.width = width * ratio;
    this.canvas.height = this.height * ratio;
    this.canvas.style.height = this.height + "px";
    this.context = this.canvas.getContext("2d");
    this.context.setTransform(ratio, 0, 0, ratio, 0, 0);
    this.small = Math.min(1, width / 560);
    this.points = this.place(this.arranged);
    this.repaint();
  }

  place(arranged) {
    return this.n.places[arranged].map(([x, y]) => [16 + x * (this.width - 32), 16 + y * (this.height - 32)]);
  }

  /* Firms walk to their new places, or are there at once for readers who want no motion. */
  rearrange(arranged) {
    this.arranged = arranged;
    const from = this.points, to = this.place(arranged), begin = performance.now();
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) { this.points = to; this.draw(); return; }
    const step = (now) => {
      const part = Math.min(1, (now - begin) / 600), eased = part * part * (3 - 2 * part);
      this.points = to.map((q, i) => [from[i][0] + eased * (q[0] - from[i][0]), from[i][1] + eased * (q[1] - from[i][1])]);
      if (!this.playing) this.draw();
      if (part < 1) requestAnimationFrame(step);
    };
    requestAnimationFrame(step);
  }

  repaint() {
    const style = getComputedStyle(document.documentElement), colour = (name) => style.getPropertyValue(name).trim();
    this.colours = { ink: colour("--ink"), muted: colour("--muted"), paper: colour("--paper"), accent: colour("--c2"),
      sectors: this.n.events.sector.map((_, i) => colour("--s" + (i % 7))) };
    this.draw();
  }

  draw() {
    const g = this.context;
    if (!g || !this.colours) return;
    const begin = performance.now(), low = Math.floor(this.at), part = this.at - low, high = Math.min(this.last, low + 1);
    g.clearRect(0, 0, this.width, this.height);
    this.drawTies(g, low, high, part);
    this.n.firms.forEach((firm, i) => this.drawFirm(g, firm, i, low, high, part));
    if (this.hover !== null && this.here(this.n.firms[this.hover], Math.round(this.at))) this.drawName(g, this.hover);
    this.frames++;
    this.drawing += performance.now() - begin;
  }

  drawTies(g, low, high, part) {
    const buckets = Array.from({ length: BUCKETS }, () => []), mine = [], chosen = this.firm;
    this.levels.forEach((levels, i) => {
      const level = levels[low] * (1 - part) + levels[high] * part;
      if (Math.max(levels[low], levels[high]) < this.least || !this.isShown(i)) return;
      const tie = this.n.ties[i];
      if (tie[0] === chosen || tie[1] === chosen) mine.push([tie, level]);
      else buckets[Math.min(BUCKETS - 1, Math.round(2 * level))].push(tie);
    });
    const fade = chosen === null ? 1 : 0.3;
    g.strokeStyle = this.colours.ink;
    buckets.forEach((ties, k) => {
      if (!ties.length) return;
      g.globalAlpha = fade * (0.04 + 0.42 * (k / BUCKETS) ** 2);
      g.lineWidth = 0.5 + 1.1 * (k / BUCKETS);
      g.beginPath();
      for (const [a, b] of ties) { g.moveTo(...this.points[a]); g.lineTo(...this.points[b]); }
      g.stroke();
    });
    g.strokeStyle = this.colours.accent;
    for (const [tie, level] of mine) {
      g.globalAlpha = 0.25 + 0.07 * level;
      g.lineWidth = 0.6 + 0.25 * level;
      g.beginPath();
      g.moveTo(...this.points[tie[0]]);
      g.lineTo(...this.points[tie[1]]);
      g.stroke();
    }
    g.globalAlpha = 1;
  }

  /* Founding members carry a dark rim, newcomers are hollow. Who comes grows in, who goes shrinks. */
  drawFirm(g, firm, i, low, high, part) {
    const there = (this.here(firm, low) ? 1 - part : 0) + (this.here(firm, high) ? part : 0);
    if (there <= 0) return;
    const [x, y] = this.points[i], r = RADIUS[firm.size] * this.small * there, time = this.n.time[Math.round(this.at)];
    g.beginPath();
    g.arc(x, y, r, 0, 2 * Math.PI);
    if (this.isNew(firm, time)) {
      g.fillStyle = this.colours.paper;
      g.fill();
      g.lineWidth = 2.2;
      g.strokeStyle = this.colours.sectors[firm.sector];
      g.stroke();
    } else {
      g.fillStyle = this.colours.sectors[firm.sector];
      g.fill();
      if (firm.founder) { g.lineWidth = 1.4; g.strokeStyle = this.colours.ink; g.stroke(); }
    }
    if (i !== this.firm && i !== this.hover) return;
    g.beginPath();
    g.arc(x, y, r + 4, 0, 2 * Math.PI);
    g.lineWidth = 2;
    g.strokeStyle = this.colours.accent;
    g.stroke();
  }

  drawName(g, i) {
    const text = this.name(i) + ", " + this.sector(this.n.firms[i]), [x, y] = this.points[i];
    g.font = "13px " + getComputedStyle(document.body).fontFamily;
    const wide = g.measureText(text).width, left = Math.min(this.width - wide - 12, Math.max(2, x - wide / 2 - 5)), top = y < 40 ? y + 16 : y - 36;
    g.fillStyle = this.colours.paper;
    g.globalAlpha = 0.92;
    g.fillRect(left, top, wide + 10, 21);
    g.globalAlpha = 1;
    g.fillStyle = this.colours.ink;
    g.fillText(text, left + 5, top + 15);
  }

  firmAt(event) {
    const box = this.canvas.getBoundingClientRect(), x = event.clientX - box.left, y = event.clientY - box.top, at = Math.round(this.at);
    let best = null, least = 15;
    this.n.firms.forEach((firm, i) => {
      if (!this.here(firm, at)) return;
      const away = Math.hypot(this.points[i][0] - x, this.points[i][1] - y) - RADIUS[firm.size] * this.small;
      if (away < least) { least = away; best = i; }
    });
    return best;
  }

  // ---- growth under the slider ----------------------------------------------------------------------------------------------

  drawGrowth(width) {
    clear(this.growth);
    const height = 64, n = this.n, counts = n.time.map((time, t) => {
      const members = n.firms.filter((f) => this.here(f, t));
      return [members.length, members.filter((f) => this.isNew(f, time)).length];
    });
    const most = Math.max(...counts.map((c) => c[0]), 1), x = scale(0, Math.max(1, this.last), 8, width - 8), y = scale(0, most, height - 1, 16);
    const root = svg("svg", { width, height, viewBox: `0 0 ${width} ${height}` }, this.growth);
    const xs = counts.map((_, t) => x(t)), zero = counts.map(() => y(0));
    svg("path", { d: bandPath(xs, zero, counts.map((c) => y(c[0]))), class: "all" }, root);
    svg("path", { d: bandPath(xs, counts.map((c) => y(c[0] - c[1])), counts.map((c) => y(c[0]))), class: "new" }, root);
    const said = (count) => count + " " + W.members.toLowerCase();
    svg("text", { x: width - 8, y: 12, class: "tick", "text-anchor": "end" }, root, said(counts[this.last][0]));
    svg("text", { x: 8, y: Math.max(12, y(counts[0][0]) - 4), class: "tick" }, root, said(counts[0][0]));
    this.growthX = x;
    this.growthLine = svg("line", { y1: 4, y2: height, class: "cursor" }, root);
    this.markGrowth(Math.round(this.at));
  }

  markGrowth(at) {
    if (!this.growthLine) return;
    this.growthLine.setAttribute("x1", this.growthX(at));
    this.growthLine.setAttribute("x2", this.growthX(at));
  }

  drawKeys() {
    const item = (draw, text) => {
      const line = element("span", { class: "item" }, this.keys);
      draw(svg("svg", { width: 24, height: 24, class: "key", "aria-hidden": "true" }, line));
      element("span", {}, line, text);
    };
    const used = new Set(this.n.firms.map((f) => f.sector));
    this.n.events.sector.forEach((name, i) => {
      if (used.has(i)) item((s) => svg("circle", { cx: 12, cy: 12, r: 6, style: `fill: var(--s${i % 7})` }, s), say("sector_" + name));
    });
    item((s) => svg("circle", { cx: 12, cy: 12, r: 6, class: "key-founder" }, s), W.veteran);
    item((s) => svg("circle", { cx: 12, cy: 12, r: 6, class: "key-later" }, s), W.later);
    item((s) => svg("circle", { cx: 12, cy: 12, r: 6, class: "key-new" }, s), W.newcomer);
    ["1–9", "10–49", "50–249", "250+"].forEach((text, i) => {
      item((s) => svg("circle", { cx: 12, cy: 12, r: RADIUS[i], class: "key-size" }, s), text + (i === 3 ? " " + W.by_size : ""));
    });
  }

  // ---- a firm -----------------------------------------------------------------------------------------------------------------

  choose(i) {
    this.firm = i === this.firm ? null : i;
    this.chooser.value = this.firm === null ? "" : this.firm;
    if (this.chart) { this.chart.remove(); this.chart = null; }
    this.describe();
    this.draw();
  }

  describe() {
    if (this.firm === null) {
      if (this.chart) { this.chart.remove(); this.chart = null; }
      clear(this.about);
      element("p", { class: "note" }, this.about, W.how_to_choose);
      return;
    }
    if (!this.chart) this.describeOnce();
    const at = Math.round(this.at), firm = this.n.firms[this.firm], when = month(this.n.time[at]);
    clear(this.changing);
    if (!this.here(firm, at)) { element("p", {}, this.changing, say("firm_away", { when })); return; }
    const k = at - firm.seen[0];
    element("p", {}, this.changing, capital(say("firm_now", { when, known: firm.known[k], strong: firm.strong[k] })));
    element("h4", {}, this.changing, W.firm_partners);
    const list = element("ul", {}, this.changing);
    const partners = this.partners(at);
    if (!partners.length) element("li", {}, list, W.none_yet);
    for (const [i, level, kind] of partners.slice(0, 6)) {
      element("li", {}, list, `${this.name(i)}, ${this.sector(this.n.firms[i])}: ${W.trust.toLowerCase()} ${number(level / 10, 1)}–${number((level + 1) / 10, 1)}` +
        (kind & SUPPLIER ? ` (${W.supplier_tie})` : ""));
    }
  }

  partners(at) {
    const found = [];
    this.n.ties.forEach((tie, i) => {
      if ((tie[0] === this.firm || tie[1] === this.firm) && this.levels[i][at] >= 2) {
        found.push([tie[0] === this.firm ? tie[1] : tie[0], this.levels[i][at], tie[2]]);
      }
    });
    return found.sort((a, b) => b[1] - a[1]);
  }

  /* What does not change with the month: who it is, its history as lines, its projects. */
  describeOnce() {
    clear(this.about);
    const firm = this.n.firms[this.firm], place = "place_" + (this.n.events.place[firm.place] || "");
    element("h3", {}, this.about, this.name(this.firm));
    const left = firm.seen[1] < this.last ? say("firm_left", { when: month(this.n.time[firm.seen[1] + 1]) }) : "";
    const joined = firm.founder ? W.firm_founder : say("firm_joined", { when: month(firm.entered + 1 / 12) });
    element("p", {}, this.about, say("firm_about", { sector: capital(this.sector(firm)), employees: firm.employees, place: say(place), joined, left }));
    this.changing = element("div", {}, this.about);
    const spread = (values) => this.n.time.map((_, t) => {
      const v = values[t - firm.seen[0]];
      return t < firm.seen[0] || t > firm.seen[1] || v === null || v === undefined ? null : v / 100;
    });
    const lines = [["understanding", "understanding"], ["anchoring", "anchoring"], ["sense_of_community", "belonging"], ["utilisation", "utilisation"]]
      .map(([name, column], i) => ({ name: say(name), css: COLOURS[i], dash: DASHES[i], low: null, mid: spread(firm[column]), high: null }));
    this.chart = timeChart(this.about, { title: W.firm_lines, named: true, figures: 2, unit: W.scale, time: this.n.time, lines, shades: shadesOf([this.n.case]), top: 1 });
    element("h4", {}, this.about, W.firm_projects);
    const list = element("ul", {}, this.about), projects = this.n.projects.filter((project) => project[5].includes(this.firm));
    if (!projects.length) element("li", {}, list, W.none_yet);
    for (const [start, , level, , outcome] of projects) {
      element("li", {}, list, `${month(start + 0.5 / 12)}: ${say("level_" + level)}, ${say("outcome_" + outcome)}`);
    }
  }
}

function capital(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/* The level of a tie, tenths of trust, in each snapshot. */
function spreadLevels(tie, n) {
  const levels = new Uint8Array(n);
  for (let k = 3; k < tie.length; k += 2) levels.fill(tie[k + 1], tie[k]);
  return levels;
}

/* On paper nothing can be unfolded: what a summary of class `printed` hides is shown. */
window.addEventListener("beforeprint", () => document.querySelectorAll("details.printed").forEach((d) => { d.open = true; }));

startSweep();
startTime();
startCompare();
startQuadrants();
startContact();
startNetwork();
document.documentElement.classList.add("ready");
