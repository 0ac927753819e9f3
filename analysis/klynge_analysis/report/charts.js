"use strict";
/* Charts over time with one cursor for all, the comparison, the map of understanding and anchoring, and contact. */
const COLOURS = ["c1", "c2", "c3", "c4"];
const DASHES = ["", "7 4", "2 3", "9 3 2 3"];
const cursor = { time: null, charts: new Set() };

function moveCursor(time) {
  cursor.time = time;
  for (const chart of cursor.charts) chart.mark(time);
}

/* Levels of the programme and the closure behind a chart; `of` are cases, the first of which says the levels. */
function shadesOf(of) {
  const spans = of.map((k) => D.spans[k]);
  const closed = new Map();
  spans.forEach((s) => s.closure.forEach((span) => closed.set(span.join(), span)));
  return { phases: spans[0] ? spans[0].phases : [], closure: [...closed.values()] };
}

let hatches = 0;
const STRIP = 15;  // above the data, for names of levels
function shade(root, shades, x, top, bottom) {
  shades.phases.forEach(([level, from, to], k) => {
    svg("rect", { x: x(from), y: top - STRIP, width: Math.max(0, x(to) - x(from)), height: bottom - top + STRIP, class: "phase" + (k % 2) }, root);
    if (x(to) - x(from) > 60) svg("text", { x: x(from) + 5, y: top - 4, class: "phase-name" }, root, say(level));
  });
  if (!shades.closure.length) return;
  const id = "hatch" + hatches++;
  const pattern = svg("pattern", { id, width: 6, height: 6, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" },
    svg("defs", {}, root));
  svg("line", { x1: 0, y1: 0, x2: 0, y2: 6, class: "hatch" }, pattern);
  shades.closure.forEach(([from, to]) => {
    svg("rect", { x: x(from), y: top, width: x(to) - x(from), height: bottom - top, fill: `url(#${id})`, class: "closure" }, root);
  });
}

function axes(root, x, y, box, yTicks) {
  for (const t of yTicks) {
    svg("line", { x1: box.left, x2: box.right, y1: y(t), y2: y(t), class: t === 0 ? "axis" : "grid" }, root);
    svg("text", { x: box.left - 6, y: y(t) + 4, class: "tick", "text-anchor": "end" }, root, tickText(t, yTicks));
  }
  const from = Math.ceil(D.start - 1e-6), to = Math.floor(D.end + 1e-6);
  const every = Math.max(1, Math.ceil(46 / Math.max(1, x(1) - x(0))));
  for (let year = from; year <= to; year++) {
    svg("line", { x1: x(year), x2: x(year), y1: box.bottom, y2: box.bottom + 4, class: "axis" }, root);
    if ((year - from) % every || x(year) > box.right - 26) continue;
    svg("text", { x: x(year), y: box.bottom + 17, class: "tick", "text-anchor": "middle" }, root, year);
  }
  svg("text", { x: box.right, y: box.bottom + 17, class: "tick", "text-anchor": "end" }, root, W.year);
}

/* spec: title, about, unit, time, lines [{name, css, dash, low, mid, high}], shades; figures of values (3), top of the axis, and `named` when
   no legend says which line is which. A slider over months for the keyboard. */
function timeChart(parent, spec) {
  const figure = element("figure", { class: "chart" }, parent);
  const caption = element("figcaption", {}, figure);
  element("h3", {}, caption, spec.title);
  if (spec.about) element("p", { class: "about" }, caption, spec.about);
  const readout = element("div", { class: "readout", "aria-hidden": "true" }, figure);
  const handle = element("div", { class: "plot", tabindex: 0, role: "slider", "aria-label": spec.title + ", " + W.month,
    "aria-valuemin": 0, "aria-valuemax": spec.time.length - 1 }, figure);
  const chart = { x: null, box: null, line: null, at: spec.time.length - 1 };

  function values(k) {
    return spec.lines.map((line) => {
      const band = line.low && line.low[k] !== null ? ` (${number(line.low[k])} ${W.to} ${number(line.high[k])})` : "";
      return [line, line.mid[k] === null ? W.no_value : number(line.mid[k], spec.figures || 3) + band];
    });
  }

  chart.mark = (time) => {
    const k = time === null ? spec.time.length - 1 : nearest(spec.time, time);
    chart.at = k;
    const found = values(k), when = month(spec.time[k]);
    clear(readout);
    element("span", { class: "when" }, readout, when);
    for (const [line, text] of found) {
      const part = element("span", { class: "value" }, readout);
      if (spec.lines.length > 1) key(part, line);
      element("span", {}, part, (spec.named ? line.name + " " : "") + text);
    }
    handle.setAttribute("aria-valuenow", k);
    handle.setAttribute("aria-valuetext", when + ": " + found.map(([line, text]) => line.name + " " + text).join("; "));
    if (chart.line) {
      const at = chart.x(spec.time[k]);
      chart.line.setAttribute("x1", at);
      chart.line.setAttribute("x2", at);
      chart.line.style.visibility = time === null ? "hidden" : "visible";
      chart.dots.forEach((dot, i) => {
        const v = spec.lines[i].mid[k];
        dot.style.visibility = time === null || v === null ? "hidden" : "visible";
        if (v !== null) { dot.setAttribute("cx", at); dot.setAttribute("cy", chart.y(v)); }
      });
    }
  };

  function draw(width) {
    clear(handle);
    const height = Math.round(Math.min(250, Math.max(200, width * 0.54)));
    const box = { left: 46, right: width - 8, top: 22 + STRIP, bottom: height - 24 };
    let top = 0;
    for (const line of spec.lines) for (const v of line.high || line.mid) if (v > top) top = v;
    top = spec.top || top * 1.08 || 1;
    const x = scale(D.start, D.end, box.left, box.right), y = scale(0, top, box.bottom, box.top);
    const root = svg("svg", { width, height, viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true" }, handle);
    shade(root, spec.shades, x, box.top, box.bottom);
    svg("text", { x: 0, y: 12, class: "unit" }, root, spec.unit);
    axes(root, x, y, box, ticks(0, top, 4));
    const xs = spec.time.map(x), up = (values) => values.map((v) => (v === null ? null : y(v)));
    for (const line of spec.lines) if (line.low) svg("path", { d: bandPath(xs, up(line.low), up(line.high)), class: "band " + line.css }, root);
    for (const line of spec.lines) svg("path", { d: linePath(xs, up(line.mid)), class: "line " + line.css, "stroke-dasharray": line.dash }, root);
    chart.line = svg("line", { y1: box.top, y2: box.bottom, class: "cursor" }, root);
    chart.dots = spec.lines.map((line) => svg("circle", { r: 3.5, class: "dot " + line.css }, root));
    chart.x = x;
    chart.y = y;
    chart.mark(cursor.time);
  }

  const pointed = (event) => {
    const at = event.clientX - handle.getBoundingClientRect().left;
    moveCursor(spec.time[nearest(spec.time, chart.x.back(at))]);
  };
  handle.addEventListener("pointermove", pointed);
  handle.addEventListener("pointerdown", pointed);
  handle.addEventListener("pointerleave", () => moveCursor(null));
  handle.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -12, PageUp: 12, Home: -1e6, End: 1e6 }[event.key];
    if (event.key === "Escape") moveCursor(null);
    if (!step) return;
    event.preventDefault();
    moveCursor(spec.time[Math.max(0, Math.min(spec.time.length - 1, chart.at + step))]);
  });
  cursor.charts.add(chart);
  responsive(handle, draw);
  chart.remove = () => { cursor.charts.delete(chart); figure.remove(); };
  return chart;
}

/* A short piece of the line, as in the chart. */
function key(parent, line) {
  const root = svg("svg", { width: 24, height: 10, class: "key", "aria-hidden": "true" }, parent);
  svg("line", { x1: 1, x2: 23, y1: 5, y2: 5, class: "line " + line.css, "stroke-dasharray": line.dash || "" }, root);
  return root;
}

function legend(host, lines, shades) {
  clear(host);
  if (lines.length > 1) {
    for (const line of lines) { const item = element("span", { class: "item" }, host); key(item, line); element("span", {}, item, line.name); }
  } else {
    const item = element("span", { class: "item" }, host);
    const root = svg("svg", { width: 24, height: 14, class: "key", "aria-hidden": "true" }, item);
    svg("rect", { x: 0, y: 1, width: 24, height: 12, class: "band c1" }, root);
    svg("line", { x1: 0, x2: 24, y1: 7, y2: 7, class: "line c1" }, root);
    element("span", {}, item, W.band);
  }
  shades.phases.forEach(([level], k) => {
    const item = element("span", { class: "item" }, host);
    element("span", { class: "swatch phase" + (k % 2) }, item);
    element("span", {}, item, say(level));
  });
  if (shades.closure.length) {
    const item = element("span", { class: "item" }, host);
    element("span", { class: "swatch hatched" }, item);
    element("span", {}, item, W.closure);
  }
}

// ---- over time -------------------------------------------------------------------------------------------------------------

function linesOf(chosen, bands) {
  return chosen.map((k, i) => ({ name: D.cases[k], css: COLOURS[i], dash: DASHES[i], low: bands[k][0], mid: bands[k][1], high: bands[k][2] }));
}

function startTime() {
  const host = document.getElementById("time-charts"), picked = document.getElementById("time-picker");
  const keys = document.getElementById("time-legend"), shown = Object.keys(D.series);
  let chosen = D.chosen.slice(), charts = [];

  function draw() {
    charts.forEach((chart) => chart.remove());
    const shades = shadesOf(chosen);
    charts = shown.map((name) => {
      const s = D.series[name];
      return timeChart(host, { title: say(name), about: say(name + "_is"), unit: say(name + "_unit"), time: s.time,
        lines: linesOf(chosen, s.bands), shades });
    });
    legend(keys, linesOf(chosen, D.series[shown[0]].bands), shades);
  }

  function picker() {
    clear(picked);
    if (D.cases.length < 2) return;
    const group = element("div", { class: "chips", role: "group", "aria-label": W.choose }, picked);
    chosen.forEach((k, i) => {
      const chip = element("button", { class: "chip", type: "button", "aria-label": say("remove", { name: D.cases[k] }) }, group);
      key(chip, { css: COLOURS[i], dash: DASHES[i] });
      element("span", {}, chip, D.cases[k] + (chosen.length > 1 ? "  ×" : ""));
      chip.disabled = chosen.length < 2;
      chip.addEventListener("click", () => { chosen = chosen.filter((other) => other !== k); picker(); draw(); });
    });
    if (chosen.length >= COLOURS.length) return;
    const rest = D.cases.map((name, k) => [k, name]).filter(([k]) => !chosen.includes(k));
    if (!rest.length) return;
    const select = options(element("select", { id: "add-scenario", "aria-label": W.add_scenario }, picked), [["", W.add_scenario + " …"], ...rest], "");
    select.addEventListener("change", () => {
      if (select.value === "") return;
      chosen.push(Number(select.value));
      picker();
      draw();
      const again = document.getElementById("add-scenario");
      if (again) again.focus();
    });
  }
  picker();
  draw();
}

// ---- a sweep ----------------------------------------------------------------------------------------------------------------

function startSweep() {
  const host = document.getElementById("sweep-chart"), s = D.sweep;
  if (!host || !s) return;
  const controls = document.getElementById("sweep-controls"), all = Object.keys(s.settings);
  const what = labelled(controls, W.sweep_result, options(element("select", { id: "sweep-observable" }), s.names.map((n) => [n, say(n)]),
    s.names.includes("sense_of_community") ? "sense_of_community" : s.names[0]));
  const setting = labelled(controls, W.setting, options(element("select", { id: "sweep-setting" }), all.map((n) => [n, n]), all[0]));
  const scenario = options(element("select", { id: "sweep-scenario" }), s.scenarios.map((n, k) => [k, n]), 0);
  if (s.scenarios.length > 1) labelled(controls, W.scenario, scenario);
  const plot = element("div", { class: "plot", role: "img" }, host);
  const again = responsive(plot, (width) => sweepChart(plot, s, what.value, setting.value, Number(scenario.value), width));
  for (const control of [what, setting, scenario]) control.addEventListener("change", again);
}

function sweepChart(plot, s, name, setting, scenario, width) {
  clear(plot);
  const { unit, labels, values } = s.settings[setting], [mean, low, high] = s.means[name];
  const at = s.of.map((of, k) => k).filter((k) => s.of[k] === scenario && mean[k] !== null && values[k] !== null);
  at.sort((a, b) => values[a] - values[b]);
  const height = Math.round(Math.min(400, Math.max(260, width * 0.48))), box = { left: 54, right: width - 14, top: 26, bottom: height - 44 };
  const ends = at.flatMap((k) => [low[k] ?? mean[k], high[k] ?? mean[k]]), xs = at.map((k) => values[k]);
  const span = (of) => { const a = Math.min(...of), b = Math.max(...of), space = (b - a || Math.abs(a) || 1) * (of === xs && labels.length ? 0.3 : 0.06); return [a - space, b + space]; };
  const [x0, x1] = span(xs), [y0, y1] = span(ends), x = scale(x0, x1, box.left, box.right), y = scale(y0, y1, box.bottom, box.top);
  const root = svg("svg", { width, height, viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true" }, plot);
  svg("text", { x: 0, y: 12, class: "unit" }, root, say(name) + " (" + say(name + "_unit") + ")");
  const across = labels.length ? labels.map((_, k) => k).filter((k) => k >= x0 && k <= x1) : ticks(x0, x1, Math.max(3, Math.round(width / 110))), up = ticks(y0, y1, 5);
  for (const t of up) {
    svg("line", { x1: box.left, x2: box.right, y1: y(t), y2: y(t), class: "grid" }, root);
    svg("text", { x: box.left - 6, y: y(t) + 4, class: "tick", "text-anchor": "end" }, root, tickText(t, up));
  }
  svg("line", { x1: box.left, x2: box.right, y1: box.bottom, y2: box.bottom, class: "axis" }, root);
  for (const t of across) svg("text", { x: x(t), y: box.bottom + 17, class: "tick", "text-anchor": "middle" }, root, labels[t] ?? tickText(t, across));
  svg("text", { x: box.right, y: box.bottom + 36, class: "unit", "text-anchor": "end" }, root, setting + (unit === "1" || !unit || labels.length ? "" : " (" + unit + ")"));
  if (new Set(xs).size === xs.length && Object.keys(s.settings).length === 1) {
    svg("path", { d: linePath(xs.map(x), at.map((k) => y(mean[k]))), class: "line c1", "stroke-width": 1.2 }, root);
  }
  for (const k of at) {
    if (low[k] !== null) svg("line", { x1: x(values[k]), x2: x(values[k]), y1: y(low[k]), y2: y(high[k]), class: "whisker more" }, root);
    svg("circle", { cx: x(values[k]), cy: y(mean[k]), r: at.length > 300 ? 2.2 : 3.6, class: "dot c1" }, root);
  }
  const first = at[0], last = at[at.length - 1], said = (k) => labels[values[k]] ?? number(values[k]);
  plot.setAttribute("aria-label", say("sweep_points", { n: at.length }) + (at.length ? `. ${setting} ${said(first)}: ${say(name)} ${
    number(mean[first])}; ${setting} ${said(last)}: ${number(mean[last])}` : ""));
}

// ---- comparison -------------------------------------------------------------------------------------------------------------

const MARKS = { more: "M0 -6L6 5L-6 5Z", less: "M0 6L6 -5L-6 -5Z" };

function markOf(row) {
  if (row.verdict === "differs") return row.difference > 0 ? "more" : "less";
  return "noise";
}

function startCompare() {
  const host = document.getElementById("forest"), c = D.comparison;
  if (!host || !c.rows.length) return;
  const controls = document.getElementById("compare-controls");
  const what = labelled(controls, W.observable, options(element("select", { id: "observable" }), c.names.map((n) => [n, say(n)]),
    c.names.includes("sense_of_community") ? "sense_of_community" : c.names[0]));
  const order = labelled(controls, W.order, options(element("select", { id: "order" }),
    [["difference", W.order_difference], ["file", W.order_file]], "difference"));
  const plot = element("div", { class: "plot", role: "img" }, host), asked = element("p", { class: "asked", id: "forest-asked" }, host);
  const note = element("p", { class: "note", id: "forest-note" }, host);
  const again = responsive(plot, (width) => forest(plot, note, asked, c, what.value, order.value, width));
  what.addEventListener("change", again);
  order.addEventListener("change", again);
}

function forestRows(c, name, order) {
  const rows = c.rows.filter((row) => row.name === name);
  if (order === "difference") rows.sort((a, b) => (b.difference ?? -1e99) - (a.difference ?? -1e99));
  return rows;
}

function forest(plot, note, asked, c, name, order, width) {
  clear(plot);
  const rows = forestRows(c, name, order), narrow = width < 620, tall = narrow ? 44 : 25;
  const withCost = Object.keys(c.costs).length > 0 && Object.values(c.costs).some((x) => x.money);
  const costWide = withCost ? (narrow ? Math.round(width * 0.3) : 190) : 0;
  const longest = Math.max(...rows.map((row) => D.cases[row.case].length));
  const box = { left: narrow ? 4 : Math.min(250, 16 + 7.9 * longest), top: 40 };
  box.right = width - costWide - (narrow ? 56 : 78);
  box.bottom = box.top + tall * rows.length;
  const root = svg("svg", { width, height: box.bottom + 44, viewBox: `0 0 ${width} ${box.bottom + 44}`, "aria-hidden": "true" }, plot);
  let low = 0, high = 0;
  for (const row of rows) { low = Math.min(low, row.low ?? row.difference ?? 0); high = Math.max(high, row.high ?? row.difference ?? 0); }
  if (low === high) { low = -1; high = 1; }
  const space = (high - low) * 0.05, x = scale(low - space, high + space, box.left + 8, box.right);
  rows.forEach((row, k) => { if (k % 2 === 0) svg("rect", { x: 0, y: box.top + k * tall, width, height: tall, class: "stripe" }, root); });
  const all = ticks(low - space, high + space, narrow ? 4 : 5);
  for (const t of all) {
    svg("line", { x1: x(t), x2: x(t), y1: box.top, y2: box.bottom, class: t === 0 ? "zero" : "grid" }, root);
    svg("text", { x: x(t), y: box.bottom + 16, class: "tick", "text-anchor": "middle" }, root, (t > 0 ? "+" : "") + tickText(t, all));
  }
  svg("text", { x: x(0), y: 16, class: "unit", "text-anchor": x(0) < width * 0.3 ? "start" : "middle" }, root,
    say(name) + ": " + W.difference);
  svg("text", { x: x(0), y: 31, class: "tick", "text-anchor": x(0) < width * 0.3 ? "start" : "middle" }, root, say(name + "_unit"));
  const tell = (row) => {
    asked.textContent = `${D.cases[row.case]}: ${D.questions[row.case] || W.no_question} ${signed(row.difference)} (${W.interval} ${signed(row.low)} ${
      W.to} ${signed(row.high)}), ${say(row.verdict === "identical" ? "same" : markOf(row))}.`;
  };
  rows.forEach((row, k) => forestRow(root, row, x, box.top + k * tall, tall, box, narrow, tell));
  if (withCost) costColumn(root, c, rows, box, tall, width, costWide, narrow);
  const base = rows.find((row) => row.base !== null);
  note.textContent = say(name) + " = " + say(name + "_is") + ". " +
    (base && !c.several ? say("in_baseline", { name: D.cases[c.baseline], x: number(base.base) + " (" + say(name + "_unit") + ")" }) + "." : "");
  plot.setAttribute("aria-label", rows.map((row) => `${D.cases[row.case]}: ${signed(row.difference)} (${number(row.low)} ${W.to} ${
    number(row.high)}), ${say(markOf(row))}`).join("; "));
}

function forestRow(root, row, x, top, tall, box, narrow, tell) {
  const g = svg("g", { class: "row" }, root), mid = top + (narrow ? tall * 0.66 : tall / 2), mark = markOf(row);
  g.addEventListener("pointerenter", () => tell(row));
  g.addEventListener("click", () => tell(row));
  svg("rect", { x: 0, y: top, width: box.right + 70, height: tall, fill: "transparent" }, g);
  svg("text", { x: narrow ? 4 : box.left - 4, y: narrow ? top + 15 : mid + 4, class: "label", "text-anchor": narrow ? "start" : "end" }, g,
    D.cases[row.case]);
  if (row.difference === null) return;
  if (row.low !== null) svg("line", { x1: x(row.low), x2: x(row.high), y1: mid, y2: mid, class: "whisker " + mark }, g);
  const at = `translate(${x(row.difference)} ${mid})`;
  if (mark === "noise") svg("circle", { r: 4.5, transform: at, class: "mark noise" }, g);
  else svg("path", { d: MARKS[mark], transform: at, class: "mark " + mark }, g);
  svg("text", { x: box.right + 62, y: mid + 4, class: "value " + mark, "text-anchor": "end" }, g,
    row.verdict === "identical" ? "=" : signed(row.difference));
}

/* Bars of the difference in cost to the right, with its number. */
function costColumn(root, c, rows, box, tall, width, wide, narrow) {
  const of = (row) => (c.costs[row.case] && c.costs[row.case].money ? c.costs[row.case].money[2] / 1e6 : null);
  const found = rows.map(of).filter((v) => v !== null);
  const low = Math.min(0, ...found), high = Math.max(0, ...found, 1e-9);
  const left = width - wide + 12, room = narrow ? 0 : 50, x = scale(low, high, left + (low < 0 ? 6 : 0), width - room - 8);
  svg("text", { x: width, y: 16, class: "unit", "text-anchor": "end" }, root, W.money + ": " + W.difference);
  svg("text", { x: width, y: 31, class: "tick", "text-anchor": "end" }, root, narrow ? W.money_short : W.money_unit);
  svg("line", { x1: x(0), x2: x(0), y1: box.top, y2: box.bottom, class: "zero" }, root);
  rows.forEach((row, k) => {
    const v = of(row), mid = box.top + k * tall + (narrow ? tall * 0.66 : tall / 2);
    if (v === null) return;
    svg("rect", { x: Math.min(x(0), x(v)), y: mid - 5, width: Math.abs(x(v) - x(0)), height: 10, class: "cost" }, root);
    svg("text", { x: width - 2, y: narrow ? mid - 12 : mid + 4, class: "value", "text-anchor": "end" }, root, signed(v));
  });
}

// ---- understanding and anchoring ------------------------------------------------------------------------------------------------

/* Quadrants as the file orders them: low low, high U, high A, both. */
const FIELDS = [["low_low", 0, 0], ["high_low", 1, 0], ["low_high", 0, 1], ["high_high", 1, 1]];

function startQuadrants() {
  const host = document.getElementById("quadrant-map"), q = D.quadrants;
  if (!host || !q) return;
  const controls = document.getElementById("quadrants-controls");
  let k = D.base, t = q.time.length - 1, chart = null;
  if (D.cases.length > 1) {
    const select = labelled(controls, W.scenario, options(element("select", { id: "quadrants-case" }), D.cases.map((n, i) => [i, n]), k));
    select.addEventListener("change", () => { k = Number(select.value); draw(); shares(); });
  }
  const slider = labelled(controls, W.month, element("input", { type: "range", min: 0, max: t, value: t, id: "quadrants-month" }));
  const when = element("output", { for: "quadrants-month" }, controls);
  const plot = element("div", { class: "plot square", role: "img" }, host), beside = element("div", { class: "beside" }, host);
  slider.addEventListener("input", () => { t = Number(slider.value); draw(); chart.mark(q.time[t]); });
  const draw = responsive(plot, (width) => {
    when.textContent = month(q.time[t]);
    slider.setAttribute("aria-valuetext", when.textContent);
    map(plot, q, k, t, width);
  });
  function shares() {
    if (chart) chart.remove();
    const lines = FIELDS.map(([name], i) => ({ name: say(name), css: COLOURS[[3, 1, 2, 0][i]], dash: DASHES[[3, 1, 2, 0][i]],
      low: percent(q.cases[k].shares[i][0]), mid: percent(q.cases[k].shares[i][1]), high: percent(q.cases[k].shares[i][2]) })).reverse();
    chart = timeChart(beside, { title: W.share_members, named: true, unit: "%", time: q.time, lines, shades: shadesOf([k]) });
  }
  shares();
}

function percent(values) {
  return values.map((v) => (v === null ? null : Math.round(1000 * v) / 10));
}

function map(plot, q, k, t, width) {
  clear(plot);
  const size = Math.min(width, 420), left = 46, bottom = size - 42, right = size - 8, top = 8;
  const root = svg("svg", { width: size, height: size, viewBox: `0 0 ${size} ${size}`, "aria-hidden": "true" }, plot);
  const x = scale(0, 1, left, right), y = scale(0, 1, bottom, top), one = q.cases[k], said = [], tiny = size < 400 ? " small" : "";
  FIELDS.forEach(([, u, a], i) => {
    const share = one.shares[i][1][t] || 0;
    svg("rect", { x: x(u / 2), y: y(a / 2 + 0.5), width: x(0.5) - x(0), height: y(0) - y(0.5), class: "field", "fill-opacity": 0.05 + 0.6 * share }, root);
  });
  svg("rect", { x: left, y: top, width: right - left, height: bottom - top, class: "frame" }, root);
  svg("line", { x1: x(0.5), x2: x(0.5), y1: top, y2: bottom, class: "split" }, root);
  svg("line", { x1: left, x2: right, y1: y(0.5), y2: y(0.5), class: "split" }, root);
  firmsOnMap(root, k, q.time[t], x, y);
  trail(root, one, t, x, y);
  FIELDS.forEach(([name, u, a], i) => {
    const [low, share, high] = one.shares[i].map((values) => values[t]);
    const cx = x(u / 2 + 0.25), up = a ? y(1) + 26 : y(0.5) + 26;
    svg("text", { x: cx, y: up, class: "big halo", "text-anchor": "middle" }, root, share === null ? "–" : Math.round(100 * share) + " %");
    svg("text", { x: cx, y: up + 16, class: "tick ink halo" + tiny, "text-anchor": "middle" }, root, say(name));
    if (share !== null && high - low > 0.005) {
      svg("text", { x: cx, y: up + 30, class: "tick ink halo" + tiny, "text-anchor": "middle" }, root, `${Math.round(100 * low)} ${W.to} ${Math.round(100 * high)} %`);
    }
    said.push(`${say(name)}: ${share === null ? W.no_value : Math.round(100 * share) + " %"}`);
  });
  for (const v of [0, 0.5, 1]) {
    svg("text", { x: x(v), y: bottom + 16, class: "tick", "text-anchor": v === 1 ? "end" : "middle" }, root, tickText(v, [0, 0.5]));
    svg("text", { x: left - 6, y: y(v) + (v === 1 ? 10 : 4), class: "tick", "text-anchor": "end" }, root, tickText(v, [0, 0.5]));
  }
  svg("text", { x: (left + right) / 2, y: bottom + 33, class: "unit", "text-anchor": "middle" }, root, W.understanding + " (" + W.scale + ")");
  svg("text", { transform: `translate(13 ${(top + bottom) / 2}) rotate(-90)`, class: "unit", "text-anchor": "middle" }, root,
    W.anchoring + " (" + W.scale + ")");
  plot.setAttribute("aria-label", month(q.time[t]) + ". " + said.join("; "));
}

function trail(root, one, t, x, y) {
  const xs = [], ys = [];
  for (let i = 0; i <= t; i++) if (one.u[1][i] !== null && one.a[1][i] !== null) { xs.push(x(one.u[1][i])); ys.push(y(one.a[1][i])); }
  if (!xs.length) return;
  svg("path", { d: linePath(xs, ys), class: "trail" }, root);
  svg("circle", { cx: xs[xs.length - 1], cy: ys[ys.length - 1], r: 6, class: "average" }, root);
}

/* Firms of the run that is kept, when it is of this scenario. */
function firmsOnMap(root, k, time, x, y) {
  const n = D.network;
  if (!n || n.case !== k) return;
  const at = nearest(n.time, time);
  for (const firm of n.firms) {
    const i = at - firm.seen[0];
    if (at > firm.seen[1] || i < 0 || firm.understanding[i] === null) continue;
    svg("circle", { cx: x(firm.understanding[i] / 100), cy: y(firm.anchoring[i] / 100), r: 2.6, class: "firm-point" }, root);
  }
}

// ---- contact -----------------------------------------------------------------------------------------------------------------------

function startContact() {
  const host = document.getElementById("contact-charts"), c = D.contact;
  if (!host || !c) return;
  const controls = document.getElementById("contact-controls");
  let k = D.base, charts = [];
  if (D.cases.length > 1) {
    const select = labelled(controls, W.scenario, options(element("select", { id: "contact-case" }), D.cases.map((n, i) => [i, n]), k));
    select.addEventListener("change", () => { k = Number(select.value); draw(); });
  }
  const WAYS = ["direct", "management", "forum"];
  function draw() {
    charts.forEach((chart) => chart.remove());
    const one = c.cases[k], shades = shadesOf([k]);
    const used = (values) => values.some((v) => v > 0);
    const line = (i, low, mid, high) => ({ name: say(WAYS[i]), css: COLOURS[i], dash: DASHES[i], low, mid, high });
    const ways = one.ways.map((b, i) => line(i, b[0], b[1], b[2])).filter((l) => used(l.mid));
    charts = [timeChart(host, { title: W.ways, unit: W.collaboration_unit, time: c.time, lines: ways, shades })];
    if (one.needs) {
      const needs = one.needs.map((mid, i) => line(WAYS.indexOf(c.routes[i]), null, mid, null)).filter((l) => used(l.mid));
      if (needs.length) charts.push(timeChart(host, { title: W.needs, about: W.needs_is, unit: W.needs_unit, time: c.time, lines: needs, shades }));
    }
    charts.push(arenaBars(host, c, one));
    legend(document.getElementById("contact-legend"), WAYS.map((name, i) => ({ name: say(name), css: COLOURS[i], dash: DASHES[i] })), shades);
  }
  draw();
}

/* Two bars for each arena: the first and the last year. */
function arenaBars(host, c, one) {
  const figure = element("figure", { class: "chart" }, host);
  element("h3", {}, element("figcaption", {}, figure), W.arenas);
  const last = c.time.length - 1, first = one.ways[0][1].findIndex((v) => v !== null);
  const rows = c.arenas.map((name, i) => [name, one.arenas[i][first] || 0, one.arenas[i][last] || 0]).filter((r) => r[1] || r[2]);
  rows.sort((a, b) => b[2] - a[2]);
  const plot = element("div", { class: "plot", role: "img", "aria-label": rows.map(([name, a, b]) =>
    `${say(name)}: ${W.first_year} ${number(a, 2)}, ${W.last_year} ${number(b, 2)}`).join("; ") }, figure);
  responsive(plot, (width) => {
    clear(plot);
    const tall = 34, box = { left: 120, right: width - 40, top: 20 }, most = Math.max(...rows.map((r) => Math.max(r[1], r[2])), 1e-9);
    box.bottom = box.top + tall * rows.length;
    const root = svg("svg", { width, height: box.bottom + 50, viewBox: `0 0 ${width} ${box.bottom + 50}`, "aria-hidden": "true" }, plot);
    const all = ticks(0, most * 1.02, 4), x = scale(0, most * 1.02, box.left, box.right);
    svg("text", { x: 0, y: 12, class: "unit" }, root, W.collaboration_unit);
    for (const t of all) {
      svg("line", { x1: x(t), x2: x(t), y1: box.top, y2: box.bottom, class: t === 0 ? "axis" : "grid" }, root);
      svg("text", { x: x(t), y: box.bottom + 15, class: "tick", "text-anchor": "middle" }, root, tickText(t, all));
    }
    rows.forEach(([name, a, b], k) => {
      const y = box.top + k * tall;
      svg("text", { x: box.left - 8, y: y + 21, class: "label", "text-anchor": "end" }, root, say(name));
      svg("rect", { x: box.left, y: y + 5, width: x(a) - box.left, height: 11, class: "bar first" }, root);
      svg("rect", { x: box.left, y: y + 17, width: x(b) - box.left, height: 11, class: "bar last" }, root);
      svg("text", { x: x(a) + 5, y: y + 14.5, class: "tick" }, root, number(a, 2));
      svg("text", { x: x(b) + 5, y: y + 26.5, class: "tick ink" }, root, number(b, 2));
    });
    const low = box.bottom + 40;
    svg("rect", { x: box.left, y: low - 9, width: 14, height: 10, class: "bar first" }, root);
    svg("text", { x: box.left + 19, y: low, class: "tick" }, root, W.first_year);
    svg("rect", { x: box.left + 105, y: low - 9, width: 14, height: 10, class: "bar last" }, root);
    svg("text", { x: box.left + 124, y: low, class: "tick" }, root, W.last_year);
  });
  return { remove: () => figure.remove() };
}
