"use strict";
(function () {
  const run = JSON.parse(document.getElementById("data").textContent);
  const page = document.getElementById("page");
  const metric = Object.fromEntries(run.metrics.map(m => [m.name, m]));

  function el(tag, attributes, ...children) {
    const node = document.createElement(tag);
    for (const [key, value] of Object.entries(attributes || {})) node.setAttribute(key, value);
    for (const child of children) node.append(child);
    return node;
  }

  /* Whole numbers whole, amounts to the cent, small numbers to five figures. */
  const digits = new Intl.NumberFormat("en-US", { maximumSignificantDigits: 5 });
  const cents = new Intl.NumberFormat("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
  const whole = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });
  const shown = v => v === null ? "\u2013" : Number.isInteger(v) ? whole.format(v)
    : Math.abs(v) >= 1 ? cents.format(v) : digits.format(v);
  const three = new Intl.NumberFormat("en-US", { maximumSignificantDigits: 3 });
  const brief = v => v === null || Number.isInteger(v) || Math.abs(v) >= 1 ? shown(v) : three.format(v);
  const exact = new Intl.NumberFormat("en-US", { maximumFractionDigits: 8 });
  const utc = t => new Date(t).toISOString().replace("T", " ").replace("Z", "");

  function section(title, ...children) {
    const node = el("section", {}, el("h2", {}, title), ...children);
    page.append(node);
    return node;
  }

  /* ---- head: warnings first, then the figures that matter ---- */

  page.append(el("h1", {}, `${run.strategy.name} on ${run.market.symbol} of ${run.market.venue}`));
  page.append(el("div", { class: "sub" }, `${run.market.from} to ${run.market.to} UTC, ` +
    `${run.market.events.toLocaleString("en-US")} events, version ${run.strategy.version}`));
  if (run.warnings.length) {
    const list = el("ul");
    run.warnings.forEach(w => list.append(el("li", {}, w)));
    page.append(el("div", { class: "warnings" }, el("b", {}, "Read this first"), list));
  }
  const cards = el("div", { class: "cards" });
  for (const [name, label, scale, unit, sign] of [
    ["pnl", "profit and loss", 1, "", true], ["spread_capture", "spread capture", 1, "", true],
    ["adverse_selection", "adverse selection", 1, "", true], ["inventory", "inventory", 1, "", true],
    ["fees", "fees", 1, "", true], ["fills", "fills", 1, "", false], ["turnover", "turnover", 1, "", false],
    ["uptime_both", "quoting both sides", 100, " %", false], ["max_drawdown", "max drawdown", 100, " %", false],
    ["sharpe", "Sharpe", 1, "", false], ["markout_1s", "markout 1 s", 1, " bps", false],
    ["position_max", "largest position", 1, "", false]]) {
    const m = metric[name];
    const value = m.value === null ? null : m.value * scale;
    const tone = sign && value !== null ? (value > 0 ? "good" : value < 0 ? "bad" : "") : "";
    const card = el("div", { class: "card", title: m.absent || m.doc }, el("b", { class: tone }, brief(value) +
      (value === null ? "" : unit)), el("span", {}, label));
    cards.append(card);
  }
  page.append(cards);

  /* ---- charts ---- */

  const graphs = [];
  let moving = false;

  /* All time charts show the same span. */
  function follow(source) {
    if (moving) return;
    moving = true;
    const range = source.xAxisRange();
    for (const g of graphs) if (g !== source) g.updateOptions({ dateWindow: range });
    moving = false;
  }

  function chart(title, height, rows, labels, options, note) {
    if (!rows.length) {
      section(title, el("p", { class: "note" }, "nothing to show"));
      return;
    }
    const box = el("div", { class: "chart " + height });
    const legend = el("div", { class: "legend" });
    const parts = [legend, box];
    if (note) parts.push(el("p", { class: "note" }, note));
    section(title, ...parts);
    const dated = rows.map(row => [new Date(row[0])].concat(row.slice(1)));
    const g = new Dygraph(box, dated, Object.assign({
      labels: ["time"].concat(labels), labelsUTC: true, connectSeparatedPoints: true, legend: "never",
      gridLineColor: "#e8ecf2", axisLineColor: "#b8c0cc", axisLabelFontSize: 11, strokeWidth: 1.2,
      highlightCallback: (event, x, points) => {
        legend.textContent = utc(x) + "  " + points.filter(p => p.yval !== null && !isNaN(p.yval))
          .map(p => `${p.name} ${exact.format(p.yval)}`).join("   ");
      },
      drawCallback: (me, initial) => { if (!initial) follow(me); },
    }, options));
    graphs.push(g);
  }

  const c = run.chart;
  const equityRows = run.equity.map(p => [p[0], p[1]]);
  let peak = run.capital;
  const drawdownRows = run.equity.map(p => {
    peak = Math.max(peak, p[1]);
    return [p[0], -100 * (peak - p[1]) / peak];
  });

  chart("Equity", "", equityRows, ["equity"], { colors: ["#2a62b8"], fillGraph: false }, null);
  chart("Drawdown, % of the peak", "low", drawdownRows, ["drawdown"], { colors: ["#c0392b"], fillGraph: true }, null);

  /* Price: market, our quotes, and fills as points. Drag to zoom in, double click to zoom out. */
  const price = [];
  const fills = run.fills;
  let next = 0;
  const fillRow = f => [f[0], null, null, null, null, f[1] === "buy" ? f[2] : null, f[1] === "sell" ? f[2] : null];
  for (let i = 0; i < c.t.length; i++) {
    while (next < fills.length && fills[next][0] <= c.t[i]) price.push(fillRow(fills[next++]));
    price.push([c.t[i], c.bid[i], c.ask[i], c.quote_bid[i], c.quote_ask[i], null, null]);
  }
  while (next < fills.length) price.push(fillRow(fills[next++]));
  const marks = (color) => ({ strokeWidth: 0, drawPoints: true, pointSize: 3.5, color: color, connectSeparatedPoints: false });
  const step = color => ({ color: color, stepPlot: true });
  const spacing = run.chart_spacing_ms;
  chart("Price, quotes and fills", "tall", price, ["bid", "ask", "our bid", "our ask", "bought", "sold"], {
    series: {
      "bid": step("#9aa6b8"), "ask": step("#9aa6b8"), "our bid": step("#1a7f5a"), "our ask": step("#c0392b"),
      "bought": marks("#0b5d3f"), "sold": marks("#8e1b10"),
    },
    showRangeSelector: true, rangeSelectorHeight: 26,
  }, "Drag to zoom, double click to see everything. " + (spacing > 0
    ? `Points are ${shown(spacing)} ms apart at the least: run with --from and --to to see every event of a part.`
    : "Every change of the book is shown."));

  chart("Position", "low", c.t.map((t, i) => [t, c.position[i]]), ["position"],
    { colors: ["#6a4fb3"], stepPlot: true, fillGraph: true }, null);

  /* ---- distributions ---- */

  function histogram(title, values, weights, unit, color) {
    const finite = values.map((v, i) => [v, weights[i]]).filter(p => p[0] !== null && isFinite(p[0]) && p[1] > 0);
    if (!finite.length) return section(title, el("p", { class: "note" }, "nothing to show"));
    finite.sort((a, b) => a[0] - b[0]);
    const total = finite.reduce((sum, p) => sum + p[1], 0);
    const quantile = q => {
      let sum = 0;
      for (const p of finite) if ((sum += p[1]) >= q * total) return p[0];
      return finite[finite.length - 1][0];
    };
    const low = Math.min(quantile(0.005), 0), high = Math.max(quantile(0.995), low + 1e-12), bins = 60;
    const counts = new Array(bins).fill(0);
    for (const [v, w] of finite) counts[Math.max(0, Math.min(bins - 1, Math.floor((v - low) / (high - low) * bins)))] += w;
    const most = Math.max(...counts), width = 520, height = 150, bar = width / bins;
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("viewBox", `0 0 ${width} ${height + 22}`);
    svg.setAttribute("width", "100%");
    const add = (name, attributes, text) => {
      const node = document.createElementNS("http://www.w3.org/2000/svg", name);
      for (const [k, v] of Object.entries(attributes)) node.setAttribute(k, v);
      if (text) node.textContent = text;
      svg.append(node);
      return node;
    };
    counts.forEach((n, i) => {
      const h = n / most * height;
      const node = add("rect", { x: i * bar + 0.5, y: height - h, width: bar - 1, height: h, fill: color });
      const tip = document.createElementNS("http://www.w3.org/2000/svg", "title");
      tip.textContent = `${shown(low + (high - low) * i / bins)} to ${shown(low + (high - low) * (i + 1) / bins)} ${unit}: ` +
        `${(100 * n / total).toFixed(1)} % of the time`;
      node.append(tip);
    });
    for (let i = 0; i <= 4; i++)
      add("text", { x: width * i / 4, y: height + 15, "font-size": 11, fill: "#68748a",
        "text-anchor": i === 0 ? "start" : i === 4 ? "end" : "middle" }, shown(low + (high - low) * i / 4));
    return section(title, svg, el("p", { class: "note" }, `${unit}; median ${shown(quantile(0.5))}, 5 % ${shown(quantile(0.05))}, ` +
      `95 % ${shown(quantile(0.95))}; weighted by time`));
  }

  const held = c.t.map((t, i) => i + 1 < c.t.length ? c.t[i + 1] - t : 0);
  const both = (a, b, f) => a.map((x, i) => x === null || b[i] === null ? null : f(x, b[i]));
  const bps = (bid, ask) => 2e4 * (ask - bid) / (ask + bid);
  const columns = el("div", { class: "columns" });
  page.append(columns);
  columns.append(histogram("Our quoted spread", both(c.quote_bid, c.quote_ask, bps), held, "bps", "#2a62b8"));
  columns.append(histogram("The market's spread", both(c.bid, c.ask, bps), held, "bps", "#9aa6b8"));
  columns.append(histogram("Inventory", c.position, held, "base", "#6a4fb3"));

  /* ---- tables ---- */

  function table(title, rows) {
    const body = el("table");
    rows.forEach(cells => body.append(el("tr", {}, ...cells)));
    return section(title, body);
  }
  const cell = (kind, text) => el("td", { class: kind }, text);

  table("Metrics", run.metrics.map(m => [cell("", m.name.replace(/_/g, " ")), cell("n", shown(m.value)), cell("u", m.unit),
    cell("d", m.absent ? `not shown: ${m.absent}` : m.doc)]));
  const share = words => {
    const all = Object.values(words).reduce((a, b) => a + b, 0);
    return Object.entries(words).sort((a, b) => b[1] - a[1]).map(([w, n]) => `${w} ${brief(100 * n / all)} %`).join(", ");
  };
  if (run.reasons.length)
    table("Reasons of the quotes", run.reasons.map(r => [cell("", r.name.replace(/_/g, " ")),
      cell("n", r.mean === undefined ? "" : shown(r.mean)),
      cell("d", r.mean === undefined ? share(r.words) : `${shown(r.least)} to ${shown(r.most)}`)]));
  const lower = el("div", { class: "columns" });
  page.append(lower);
  lower.append(table("Parameters", run.parameters.map(p => [cell("d", p.owner), cell("", p.name), cell("n", p.value),
    cell("u", p.unit), cell("d", p.doc)])));
  lower.append(table("How it was run", run.settings.map(s => [cell("", s.name.replace(/_/g, " ")), cell("n", s.value),
    cell("u", s.unit)])));
  section("The command that reproduces it", el("pre", {}, run.command || "(run from a script)"),
    el("p", { class: "note" }, `decisions ${run.decisions}: equal runs have equal hashes. Data: ${run.market.tape} ` +
      `(${run.market.source})`));
})();
