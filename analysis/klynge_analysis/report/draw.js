"use strict";
/* What all charts of the page share: texts, numbers, SVG, scales. D is the page's data, W its texts. */
const D = JSON.parse(document.getElementById("data").textContent);
const W = D.words;
const MONTHS = W.months.split(" ");

function say(key, fill) {
  return (W[key] || key).replace(/\{(\w+)\}/g, (all, name) => (fill && name in fill ? fill[name] : all));
}

/* A number to so many figures as its reader writes it, as words.py does: at most three decimals, differences (two figures) four. */
function number(x, figures = 3) {
  if (x === null || x === undefined || Number.isNaN(x)) return "–";
  const size = Math.abs(x);
  let magnitude = figures > 2 ? -1 : -3;
  while (magnitude < 9 && size >= 10 ** (magnitude + 1)) magnitude++;
  let places = Math.max(0, figures - 1 - magnitude);
  if (size >= 1 && Number.isInteger(Number(size.toFixed(places)))) places = 0;
  let text = size.toFixed(places);
  if (Number(text) === 0) return "0";
  let [whole, part] = text.split(".");
  whole = whole.replace(/\B(?=(\d{3})+$)/g, "\u202f");
  text = part ? whole + (D.lang === "nb" ? "," : ".") + part : whole;
  return (x < 0 ? "−" : "") + text;
}

function signed(x, figures = 2) {
  const text = number(x, figures);
  return (x > 0 && text !== "0" ? "+" : "") + text;
}

/* The month that ends at a time in decimal years. */
function month(time) {
  const n = Math.round(time * 12) - 1;
  return MONTHS[((n % 12) + 12) % 12] + " " + Math.floor(n / 12);
}

function element(name, attributes, parent, text) {
  const e = document.createElement(name);
  for (const key in attributes || {}) e.setAttribute(key, attributes[key]);
  if (text !== undefined) e.textContent = text;
  if (parent) parent.appendChild(e);
  return e;
}

function svg(name, attributes, parent, text) {
  const e = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const key in attributes || {}) e.setAttribute(key, attributes[key]);
  if (text !== undefined) e.textContent = text;
  if (parent) parent.appendChild(e);
  return e;
}

function clear(host) {
  while (host.firstChild) host.removeChild(host.firstChild);
}

function scale(from, to, low, high) {
  const f = (x) => low + ((x - from) / (to - from || 1)) * (high - low);
  f.back = (y) => from + ((y - low) / (high - low || 1)) * (to - from);
  return f;
}

/* About n round numbers from low to high. */
function ticks(low, high, n) {
  const raw = (high - low) / Math.max(1, n);
  if (!(raw > 0)) return [low];
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 2.5, 5, 10].map((m) => m * power).find((s) => s >= raw * 0.999);
  const found = [];
  for (let k = Math.ceil(low / step - 1e-9); k * step <= high + step * 1e-9; k++) found.push(Number((k * step).toPrecision(12)));
  return found;
}

function tickText(x, all) {
  if (x === 0) return "0";
  const step = all.length > 1 ? all[1] - all[0] : 1;
  const places = Math.max(0, Math.min(4, -Math.floor(Math.log10(step) + 1e-9)));
  let text = Math.abs(x).toFixed(places);
  if (Number((step * 10 ** places).toFixed(6)) % 1) text = Math.abs(x).toFixed(places + 1);
  if (D.lang === "nb") text = text.replace(".", ",");
  return (x < 0 ? "−" : "") + text;
}

/* Runs of points with a value, as parts of a path. */
function linePath(xs, ys) {
  let path = "", down = false;
  for (let k = 0; k < xs.length; k++) {
    if (ys[k] === null) { down = false; continue; }
    path += (down ? "L" : "M") + xs[k].toFixed(1) + " " + ys[k].toFixed(1);
    down = true;
  }
  return path;
}

function bandPath(xs, lows, highs) {
  let path = "", begin = null;
  for (let k = 0; k <= xs.length; k++) {
    const there = k < xs.length && lows[k] !== null && highs[k] !== null;
    if (there && begin === null) begin = k;
    if (!there && begin !== null) {
      const up = [], down = [];
      for (let i = begin; i < k; i++) {
        up.push(xs[i].toFixed(1) + " " + highs[i].toFixed(1));
        down.unshift(xs[i].toFixed(1) + " " + lows[i].toFixed(1));
      }
      path += "M" + up.concat(down).join("L") + "Z";
      begin = null;
    }
  }
  return path;
}

/* A chart is drawn again when its width changes. */
function responsive(host, draw) {
  let width = 0;
  const again = () => {
    const now = Math.round(host.clientWidth);
    if (now && now !== width) { width = now; draw(now); }
  };
  new ResizeObserver(again).observe(host);
  again();
  return () => { width = 0; again(); };
}

function nearest(times, time) {
  let best = 0;
  for (let k = 1; k < times.length; k++) if (Math.abs(times[k] - time) < Math.abs(times[best] - time)) best = k;
  return best;
}

function options(select, entries, chosen) {
  clear(select);
  for (const [value, text] of entries) {
    const o = element("option", { value }, select, text);
    if (String(value) === String(chosen)) o.selected = true;
  }
  return select;
}

function labelled(parent, text, control) {
  const label = element("label", { class: "control" }, parent);
  element("span", {}, label, text);
  label.appendChild(control);
  return control;
}
