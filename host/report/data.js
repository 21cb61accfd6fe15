"use strict";
(function () {
  const data = JSON.parse(document.getElementById("data").textContent);
  const page = document.getElementById("page");
  const [START, MID, SPREAD, BIDS, ASKS, EVENTS, TRADES, VOLUME, BOUGHT, LATENCY, MOST, VOLATILITY, GAP] =
    Array.from({ length: 13 }, (_, i) => i);

  function el(tag, attributes, ...children) {
    const node = document.createElement(tag);
    for (const [key, value] of Object.entries(attributes || {})) node.setAttribute(key, value);
    for (const child of children) node.append(child);
    return node;
  }

  const four = new Intl.NumberFormat("en-US", { maximumSignificantDigits: 4 });
  const whole = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });
  const shown = v => v === null || v === undefined ? "\u2013" : v !== 0 && Math.abs(v) < 1e-4 ? v.toExponential(2) : four.format(v);

  function card(value, name) {
    return el("div", { class: "card" }, el("b", {}, value), el("span", {}, name));
  }

  function chart(parent, title, rows, labels, options, note) {
    const box = el("div", { class: "chart " + (options.height || "") }), legend = el("div", { class: "legend" });
    const section = el("section", {}, el("h2", {}, title), legend, box, el("p", { class: "note" }, note));
    parent.append(section);
    if (!rows.some(r => r.slice(1).some(v => v !== null))) {
      box.replaceWith(el("p", { class: "note" }, "nothing to show"));
      return null;
    }
    return new Dygraph(box, rows, Object.assign({
      labels: labels, labelsUTC: true, legend: "never", gridLineColor: "#e8ecf2", axisLineColor: "#b8c0cc",
      axisLabelFontSize: 11, strokeWidth: 1.3,
      highlightCallback: (event, x, points) => {
        const time = options.hours ? `${x}:00` : new Date(x).toISOString().slice(0, 19).replace("T", " ");
        legend.textContent = time + "   " + points.filter(p => p.yval !== null && !isNaN(p.yval))
          .map(p => `${p.name} ${shown(p.yval)}`).join("   ");
      },
    }, options));
  }

  const slots = data.slots, pick = (...columns) => slots.map(r => [new Date(r[START])].concat(columns.map(c => r[c])));
  page.append(el("h1", {}, `${data.symbol}, ${data.venue}`));
  page.append(el("div", { class: "sub" }, `${data.from} to ${data.to} UTC, ${whole.format(data.events)} events (` +
    Object.entries(data.kinds).map(([kind, n]) => `${whole.format(n)} ${kind}`).join(", ") + ")"));
  const scale = data.volatility[3] !== null ? 3 : 0; /* a minute, or what a short recording has */
  page.append(el("div", { class: "cards" },
    card(`${shown(data.spread_bps[1])} bps`, `median spread; 99% ${shown(data.spread_bps[3])}`),
    card(whole.format(data.kinds.trade || 0), `trades, ${whole.format(data.buys)} by buyers` +
      (data.inferred ? ` (${whole.format(data.inferred)} sides inferred)` : "")),
    card(shown(data.volume), `volume, base units; ${shown(data.turnover)} quote`),
    card(`${shown(data.volatility[scale])} %`, `volatility a day, returns of ${data.scale_s[scale]} s`),
    card(`${shown(data.latency_ms[1])} ms`, `median latency, venue to receipt; 99% ${shown(data.latency_ms[3])}`),
    card(whole.format(data.gaps), `gaps, ${shown(data.gap_s)} s in all`)));

  const step = `Means over ${shown(data.slot_s)} s. `;
  chart(page, "Price", pick(MID), ["time", "mid"],
    { colors: ["#2a62b8"], height: "tall", showRangeSelector: true, axes: { y: { axisLabelWidth: 70 } } },
    "Mid price; holes in the line are times without a book, or gaps. Drag to zoom, double click to see everything.");
  const grid = el("div", { class: "columns" });
  page.append(grid);
  chart(grid, "Spread", pick(SPREAD), ["time", "spread, bps"], { colors: ["#c0392b"], includeZero: true }, step + "Basis points of the mid.");
  chart(grid, "Depth", pick(BIDS, ASKS), ["time", "bids", "asks"], { colors: ["#1a7f5a", "#c0392b"], includeZero: true },
    step + "Base units within 10 bps of the best prices.");
  chart(grid, "Rates", pick(EVENTS, TRADES), ["time", "events a second", "trades a second"],
    { colors: ["#9aa6b8", "#2a62b8"], series: { "trades a second": { axis: "y2" } }, includeZero: true, y2label: "trades" },
    step + "Events on the left axis, trades on the right one.");
  chart(grid, "Volatility", pick(VOLATILITY), ["time", "% a day"], { colors: ["#8a5a00"], includeZero: true },
    "Root of the mean squared one-step return of each slot, scaled to a day.");
  chart(grid, "Latency", pick(LATENCY, MOST), ["time", "mean, ms", "largest, ms"], { colors: ["#2a62b8", "#c3cad6"], logscale: true },
    "From the venue's time to receipt here; logarithmic.");
  chart(grid, "Volume and gaps", pick(VOLUME, GAP), ["time", "base units", "gaps, s"],
    { colors: ["#1a7f5a", "#c0392b"], series: { "gaps, s": { axis: "y2" } }, stepPlot: true, includeZero: true },
    "Traded in each slot; on the right axis the seconds that are missing there.");

  page.append(el("h2", {}, "By the hour of the day (UTC)"));
  const day = el("div", { class: "columns" });
  page.append(day);
  const hours = (...columns) => data.hours.concat([data.hours[23]]) // the last step has a width, too
    .map((r, i) => [i].concat(columns.map(c => r[c])));
  const hourly = { hours: true, stepPlot: true, fillGraph: true, includeZero: true, xRangePad: 4,
    axes: { x: { axisLabelFormatter: v => Number.isInteger(v) ? `${v}h` : "" } } };
  chart(day, "Spread by hour", hours(SPREAD), ["hour", "spread, bps"], Object.assign({ colors: ["#c0392b"] }, hourly), "Basis points.");
  chart(day, "Trades by hour", hours(TRADES), ["hour", "trades a second"], Object.assign({ colors: ["#2a62b8"] }, hourly), "A second.");
  chart(day, "Volatility by hour", hours(VOLATILITY), ["hour", "% a day"], Object.assign({ colors: ["#8a5a00"] }, hourly), "As above.");
  chart(day, "Depth by hour", hours(BIDS, ASKS), ["hour", "bids", "asks"],
    Object.assign({ colors: ["#1a7f5a", "#c0392b"] }, hourly, { fillGraph: false }), "Base units within 10 bps.");

  const table = el("table", {}, el("tr", {}, el("th", {}, "step of returns"), el("th", {}, "volatility, % a day")));
  data.scale_s.forEach((s, i) => table.append(el("tr", {}, el("td", {}, `${s} s`), el("td", {}, shown(data.volatility[i])))));
  page.append(el("section", {}, el("h2", {}, "Volatility by time scale"), table,
    el("p", { class: "note" }, "Much higher at short steps: noise of the bid and ask. Equal at all: a random walk.")));
})();
