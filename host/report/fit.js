"use strict";
(function () {
  const fit = JSON.parse(document.getElementById("data").textContent);
  const page = document.getElementById("page");

  function el(tag, attributes, ...children) {
    const node = document.createElement(tag);
    for (const [key, value] of Object.entries(attributes || {})) node.setAttribute(key, value);
    for (const child of children) node.append(child);
    return node;
  }

  const six = new Intl.NumberFormat("en-US", { maximumSignificantDigits: 6 });
  const shown = v => v === null || v === undefined ? "\u2013"
    : v !== 0 && (Math.abs(v) < 1e-4 || Math.abs(v) >= 1e9) ? v.toExponential(4) : six.format(v);
  const usable = row => row.value !== null;
  const extra = (row, name) => (row.extra.find(e => e.name === name) || { value: null }).value;

  function section(title, ...children) {
    page.append(el("section", {}, el("h2", {}, title), ...children));
  }

  function chart(title, height, rows, labels, options, note) {
    if (!rows.length) return section(title, el("p", { class: "note" }, "nothing to show"));
    const box = el("div", { class: "chart " + height }), legend = el("div", { class: "legend" });
    section(title, legend, box, el("p", { class: "note" }, note));
    new Dygraph(box, rows, Object.assign({
      labels: labels, labelsUTC: true, legend: "never", gridLineColor: "#e8ecf2", axisLineColor: "#b8c0cc",
      axisLabelFontSize: 11, strokeWidth: 1.3, connectSeparatedPoints: true,
      highlightCallback: (event, x, points) => {
        legend.textContent = points.filter(p => p.yval !== null && !isNaN(p.yval))
          .map(p => `${p.name} ${six.format(p.yval)}`).join("   ");
      },
    }, options));
  }

  page.append(el("h1", {}, `${fit.what} of ${fit.symbol}, ${fit.venue}`));
  page.append(el("div", { class: "sub" }, `${fit.from} to ${fit.to} UTC, mid ${shown(fit.mid)}, ` +
    `${shown(fit.returns)} returns of ${fit.step_s} s, ${shown(fit.orders)} orders`));

  const dated = fit.series.map(row => [new Date(row[0])].concat(row.slice(1)));
  if (fit.what === "sigma") {
    chart("Returns and fitted volatility", "tall", dated.map(r => [r[0], r[1], r[2], r[2] === null ? null : -r[2]]),
      ["time", "return", "+ sigma", "- sigma"],
      { colors: ["#9aa6b8", "#c0392b", "#c0392b"], showRangeSelector: true },
      `Basis points a step of ${fit.step_s} s; the largest return of each pixel's time. Volatility of one step by ` +
      `${fit.garch_method || "no method"}. Drag to zoom, double click to see everything.`);
  } else if (fit.what === "hawkes") {
    chart("Orders and fitted intensity", "tall", dated, ["time", "orders a second", "intensity"],
      { colors: ["#9aa6b8", "#2a62b8"], series: { "orders a second": { stepPlot: true } }, showRangeSelector: true },
      "Market orders of both sides a second, and the fitted intensity's mean over the same time.");
  } else {
    /* ln(lambda) is known best at the touch: the band turns around the half-spread. */
    const columns = [], labels = ["distance", "bids (orders reaching)", "asks (orders reaching)"];
    for (const method of ["mle", "virtual_quoting"])
      for (const side of ["bid", "ask"]) {
        const row = fit.rows.find(r => r.method === method && r.side === side && usable(r));
        const a = row && extra(row, "a"), half = row && (extra(row, "half_spread") || 0);
        if (!row || a === null) continue;
        labels.push(`${method} ${side}`);
        const at = Math.log(a) - row.value * half;
        columns.push(d => {
          const ends = [row.lo === null ? row.value : row.lo, row.hi === null ? row.value : row.hi]
            .map(k => at - k * (d - half));
          return [Math.min(...ends), at - row.value * (d - half), Math.max(...ends)];
        });
      }
    const rows = fit.series.map(r => [r[0], [r[1], r[1], r[1]], [r[2], r[2], r[2]]].concat(columns.map(f => f(r[0]))));
    const dots = { strokeWidth: 0, drawPoints: true, pointSize: 3 };
    chart("ln(lambda) against distance from the mid", "tall", rows, labels,
      { customBars: true, colors: ["#1a7f5a", "#c0392b", "#1a7f5a", "#c0392b", "#6a4fb3", "#b07a1c"],
        series: { "bids (orders reaching)": dots, "asks (orders reaching)": dots } },
      "Points: rate (1/s, logarithm) at which orders of takers reach a distance (quote units). Lines: A exp(-kappa d) " +
      "with 95 % bands of kappa.");
  }

  const table = el("table", {}, el("tr", {}, ...["method", "side", "estimate", "std. error", "unit", "95 % interval",
    "quality", "status", "n", "time", "more"].map(h => el("th", {}, h))));
  for (const r of fit.rows)
    table.append(el("tr", {}, el("td", {}, r.method), el("td", {}, r.side), el("td", { class: "n" }, shown(r.value)),
      el("td", { class: "n" }, shown(r.se)), el("td", { class: "u" }, r.unit),
      el("td", { class: "n" }, r.lo === null ? "\u2013" : `${shown(r.lo)} .. ${shown(r.hi)}`),
      el("td", {}, r.quality ? `${r.quality} ${shown(r.quality_value)}` : "\u2013"),
      el("td", {}, r.status + (r.failed_gates.length ? ` (${r.failed_gates.join(", ")})` : "")),
      el("td", { class: "n" }, shown(r.n)), el("td", { class: "n" }, `${(1e3 * r.seconds).toFixed(2)} ms`),
      el("td", { class: "d" }, r.extra.map(e => `${e.name} ${shown(e.value)}` +
        (e.se === null ? "" : ` \u00b1 ${shown(e.se)}`)).join(", "))));
  section("Methods", el("div", { style: "overflow-x: auto" }, table));
})();
