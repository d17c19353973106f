"use strict";
// Everything that comes from the run is put into the page as text, never as markup.

const SPACE = { left: 56, right: 12, top: 10, bottom: 24 };
const COLOURS = 8;
const page = JSON.parse(document.getElementById("data").textContent);
const charts = [];
let smoothing = 0;

function svg(name, attributes, text) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text !== undefined) made.textContent = text;
  return made;
}

function html(name, className, text) {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

function shown(value) {
  const size = Math.abs(value);
  if (value === 0) return "0";
  if (size >= 1e5 || size < 1e-3) return value.toExponential(2).replace("e+", "e");
  return String(Number(value.toPrecision(4)));
}

const whole = (step) => step.toLocaleString("en-US");
const tint = (place) => `k${place % COLOURS}${place >= COLOURS ? " dashed" : ""}`;

// An exponential mean whose beginning is not drawn towards zero.
function smoothed(values) {
  let sum = 0;
  let weight = 0;
  return values.map((value) => {
    sum = smoothing * sum + (1 - smoothing) * value;
    weight = smoothing * weight + (1 - smoothing);
    return sum / weight;
  });
}

function roundStep(span, count) {
  const rough = span / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  return power * [1, 2, 5, 10].find((factor) => factor * power >= rough);
}

function linearTicks(low, high, count) {
  const step = roundStep(high - low || 1, count);
  const found = [];
  for (let at = Math.ceil(low / step); at * step <= high + step * 1e-9; at += 1) {
    found.push(Number((at * step).toPrecision(12)));
  }
  return found;
}

function logTicks(low, high) {
  const found = [];
  const first = Math.floor(Math.log10(low));
  const last = Math.ceil(Math.log10(high));
  const factors = last - first > 2 ? [1] : [1, 2, 5];
  for (let power = first; power <= last; power += 1) {
    for (const factor of factors) found.push(factor * 10 ** power);
  }
  return found.filter((tick) => tick >= low * 0.999 && tick <= high * 1.001);
}

class Chart {
  constructor(figure) {
    this.data = page.charts[Number(figure.dataset.chart)];
    this.plot = figure.querySelector(".plot");
    this.visible = this.data.curves.map(() => true);
    this.logarithmic = false;
    this.at = null;
    this.addScaleButton(figure.querySelector("figcaption"));
    this.addLegend(figure.querySelector(".legend"));
    this.plot.addEventListener("pointermove", (event) => this.point(event));
    this.plot.addEventListener("pointerleave", () => this.read(null));
    this.plot.addEventListener("blur", () => this.read(null));
    this.plot.addEventListener("keydown", (event) => this.key(event));
    new ResizeObserver(() => this.draw()).observe(this.plot);
  }

  addScaleButton(caption) {
    if (!this.data.curves.every((curve) => curve.y.every((value) => value > 0))) return;
    const button = html("button", "", "log");
    button.type = "button";
    button.setAttribute("aria-pressed", "false");
    button.setAttribute("aria-label", `Logarithmic scale: ${this.data.title}`);
    button.addEventListener("click", () => {
      this.logarithmic = !this.logarithmic;
      button.setAttribute("aria-pressed", String(this.logarithmic));
      this.draw();
    });
    caption.append(button);
  }

  addLegend(legend) {
    if (this.data.curves.length < 2) return;
    this.data.curves.forEach((curve, place) => {
      const button = html("button");
      button.type = "button";
      button.setAttribute("aria-pressed", "true");
      const swatch = svg("svg", { class: "swatch", viewBox: "0 0 20 8", "aria-hidden": "true" });
      swatch.append(svg("path", { d: "M0 4H20", class: `curve ${tint(place)}` }));
      button.append(swatch, html("span", "", curve.name));
      button.addEventListener("click", () => {
        this.visible[place] = !this.visible[place];
        button.setAttribute("aria-pressed", String(this.visible[place]));
        this.draw();
      });
      legend.append(button);
    });
  }

  draw() {
    this.width = this.plot.clientWidth;
    this.height = this.plot.clientHeight;
    if (!this.width) return;
    this.curves = this.data.curves
      .map((curve, place) => ({ ...curve, place, mean: smoothing ? smoothed(curve.y) : curve.y }))
      .filter((curve) => this.visible[curve.place]);
    this.steps = [...new Set(this.curves.flatMap((curve) => curve.x))].sort((a, b) => a - b);
    this.scale();
    const picture = svg("svg", { "aria-hidden": "true" });
    this.axes(picture);
    this.marks(picture);
    for (const curve of this.curves) this.line(picture, curve);
    this.cross = svg("line", { class: "cross", y1: SPACE.top, y2: this.height - SPACE.bottom });
    this.cross.style.display = "none";
    picture.append(this.cross);
    this.tip = html("div", "tip");
    this.tip.hidden = true;
    this.plot.replaceChildren(picture, this.tip);
  }

  scale() {
    const values = this.curves.flatMap((curve) => curve.y);
    let low = values.reduce((a, b) => Math.min(a, b), Infinity);
    let high = values.reduce((a, b) => Math.max(a, b), -Infinity);
    if (!values.length) [low, high] = [0, 1];
    if (low === high) {
      const room = this.logarithmic ? low / 2 : Math.abs(low) / 10 || 1;
      [low, high] = [low - room, high + room];
    } else if (!this.logarithmic) {
      const room = (high - low) * 0.04;
      [low, high] = [low - room, high + room];
    }
    [this.low, this.high] = [low, high];
    // the same for all charts, so that they can be read one above another
    this.first = 0;
    this.last = page.last || 1;
    const seen = this.logarithmic ? Math.log : (value) => value;
    const tall = this.height - SPACE.top - SPACE.bottom;
    this.y = (value) =>
      SPACE.top + (tall * (seen(high) - seen(value))) / (seen(high) - seen(low));
    const wide = this.width - SPACE.left - SPACE.right;
    this.x = (step) => SPACE.left + (wide * (step - this.first)) / (this.last - this.first);
  }

  axes(picture) {
    const ticks = this.logarithmic
      ? logTicks(this.low, this.high)
      : linearTicks(this.low, this.high, 5);
    for (const tick of ticks) {
      const y = this.y(tick);
      picture.append(
        svg("line", { class: "grid", x1: SPACE.left, x2: this.width - SPACE.right, y1: y, y2: y }),
        svg("text", { x: SPACE.left - 6, y: y + 4, "text-anchor": "end" }, shown(tick)),
      );
    }
    const count = Math.max(2, Math.floor(this.width / 110));
    for (const tick of linearTicks(this.first, this.last, count)) {
      if (!Number.isInteger(tick)) continue;
      const near = this.x(tick) > this.width - 30 ? "end" : "middle";
      picture.append(
        svg("text", { x: this.x(tick), y: this.height - 6, "text-anchor": near }, whole(tick)),
      );
    }
  }

  marks(picture) {
    for (const event of page.events) {
      if (event.step < this.first || event.step > this.last) continue;
      const x = this.x(event.step);
      picture.append(
        svg("line", { class: "mark", x1: x, x2: x, y1: SPACE.top, y2: this.height - SPACE.bottom }),
      );
    }
  }

  line(picture, curve) {
    const path = (values) =>
      values.map((value, n) => `${n ? "L" : "M"}${this.x(curve.x[n]).toFixed(1)} ${this.y(value).toFixed(1)}`).join("");
    const colour = tint(curve.place);
    if (smoothing) picture.append(svg("path", { class: `curve raw ${colour}`, d: path(curve.y) }));
    picture.append(svg("path", { class: `curve ${colour}`, d: path(curve.mean) }));
    if (curve.x.length > 1 && !(this.data.dots && curve.x.length < 80)) return;
    curve.x.forEach((step, n) => {
      picture.append(
        svg("circle", { class: colour, cx: this.x(step), cy: this.y(curve.mean[n]), r: 2.6 }),
      );
    });
  }

  point(event) {
    if (!this.steps?.length) return;
    const x = event.clientX - this.plot.getBoundingClientRect().left;
    let best = 0;
    this.steps.forEach((step, n) => {
      if (Math.abs(this.x(step) - x) < Math.abs(this.x(this.steps[best]) - x)) best = n;
    });
    this.read(best);
  }

  key(event) {
    const moves = { ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity };
    if (!(event.key in moves) || !this.steps?.length) return;
    event.preventDefault();
    const from = this.at ?? (moves[event.key] > 0 ? -1 : this.steps.length);
    this.read(Math.min(this.steps.length - 1, Math.max(0, from + moves[event.key])));
  }

  read(place) {
    if (!this.tip) return;
    this.at = place;
    this.tip.hidden = place === null;
    this.cross.style.display = place === null ? "none" : "";
    if (place === null) return;
    const step = this.steps[place];
    const x = this.x(step);
    this.cross.setAttribute("x1", x);
    this.cross.setAttribute("x2", x);
    this.tip.replaceChildren(html("b", "", `step ${whole(step)}`), ...this.rows(step));
    const right = x < this.width / 2;
    this.tip.style.left = right ? `${x + 10}px` : "auto";
    this.tip.style.right = right ? "auto" : `${this.width - x + 10}px`;
  }

  rows(step) {
    const rows = this.curves.map((curve) => {
      const place = curve.x.indexOf(step);
      if (place < 0) return null;
      const row = html("div");
      const mean = smoothing ? ` (mean ${shown(curve.mean[place])})` : "";
      row.append(
        html("span", tint(curve.place), curve.name),
        html("span", "", shown(curve.y[place]) + mean),
      );
      return row;
    });
    const event = page.events.find((one) => one.step === step);
    if (event) rows.push(html("div", "", `remark: ${event.kinds.join(", ")}`));
    return rows.filter(Boolean);
  }
}

function player(root) {
  const frames = [...root.querySelectorAll("img")];
  const slider = root.querySelector("input");
  if (!slider) return;
  const output = root.querySelector("output");
  const play = root.querySelector("[data-play]");
  let timer = null;
  const show = () => {
    frames.forEach((frame, place) => {
      frame.hidden = place !== Number(slider.value);
    });
    const text = `step ${whole(Number(frames[Number(slider.value)].dataset.step))}`;
    output.textContent = text;
    slider.setAttribute("aria-valuetext", text);
  };
  const stop = () => {
    clearInterval(timer);
    timer = null;
    play.textContent = "\u25B6";
    play.setAttribute("aria-label", "Play");
  };
  const next = () => {
    slider.value = String(Number(slider.value) + 1);
    show();
    if (Number(slider.value) === frames.length - 1) stop();
  };
  slider.addEventListener("input", () => {
    if (timer) stop();
    show();
  });
  play.addEventListener("click", () => {
    if (timer) return stop();
    if (Number(slider.value) === frames.length - 1) slider.value = "0";
    show();
    timer = setInterval(next, Math.max(80, Math.min(500, 8000 / frames.length)));
    play.textContent = "\u275A\u275A";
    play.setAttribute("aria-label", "Stop");
    return undefined;
  });
  show();
}

document.querySelectorAll("[data-player]").forEach(player);
document.querySelectorAll("[data-chart]").forEach((figure) => charts.push(new Chart(figure)));
document.getElementById("smoothing")?.addEventListener("input", (event) => {
  smoothing = Number(event.target.value);
  charts.forEach((chart) => chart.draw());
});
