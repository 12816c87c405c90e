/* Drawings: curves over time, marks over frames, and the way of a camera from above. */

function draw(name, attributes = {}, ...content) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...content);
  return element;
}

function drawMarks(marks, stroke = 1) {
  const drawing = draw("svg", { viewBox: "0 0 100 100", "aria-hidden": "true" });
  for (const style of ["halo", "mark"]) {
    for (const { points, arrow, verdict } of marks) {
      const kind = style === "mark" ? `mark ${{ right: "held", wrong: "missed" }[verdict] ?? "pushed"}` : "halo";
      const [[x, y], [u, v] = []] = points;
      const width = (style === "halo" ? 4.2 : 2.2) * stroke;
      const look = { class: kind, style: `stroke-width:${width}` };
      if (points.length === 1) drawing.append(draw("circle", { ...look, cx: x, cy: y, r: 4.5 }));
      else drawing.append(draw("path", { ...look, d: "M" + points.map((point) => point.join(" ")).join("L") }));
      if (arrow && points.length > 1) {
        const angle = Math.atan2(v - y, u - x);
        const tip = [2.5, -2.5].map((turn) => [u + 7 * Math.cos(angle + turn), v + 7 * Math.sin(angle + turn)]);
        const d = `M${tip[0].join(" ")}L${u} ${v}L${tip[1].join(" ")}`;
        drawing.append(draw("path", { ...look, d }));
      }
    }
  }
  return drawing;
}

/* Scales of a plot: from seconds and values to places. */
function scales(plot, width, height, left, bottom, top) {
  const values = Object.values(plot.lines).flat().filter((value) => value !== null);
  const [low, high] = [Math.min(0, ...values), Math.max(0, ...values)];
  const [from, to] = [plot.seconds[0] ?? 0, plot.seconds.at(-1) ?? 1];
  const across = (second) => left + ((second - from) / (to - from || 1)) * (width - left - 6);
  const up = (value) => height - bottom - ((value - low) / (high - low || 1)) * (height - bottom - top);
  return { low, high, from, to, across, up };
}

function curve(plot, values, { across, up }) {
  let pen = "M";
  let d = "";
  values.forEach((value, number) => {
    if (value === null) {
      pen = "M";
      return;
    }
    d += `${pen}${across(plot.seconds[number]).toFixed(1)} ${up(value).toFixed(1)}${pen === "M" ? "h0" : ""}`; // a lone point is a dot
    pen = "L";
  });
  return d;
}

function sparkline(plot) {
  const scale = scales(plot, 92, 34, 4, 4, 4);
  const drawing = draw("svg", { class: "spark", viewBox: "0 0 92 34", "aria-hidden": "true" });
  Object.values(plot.lines).slice(0, 3).reverse().forEach((values, number, all) => {
    const line = all.length - 1 - number;
    drawing.append(draw("path", { class: `line line-${line}`, d: curve(plot, values, scale) }));
  });
  return drawing;
}

function ticks(low, high, most) {
  const rough = (high - low || 1) / most;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].find((each) => each * power >= rough * 0.999) * power;
  const found = [];
  for (let k = Math.ceil(low / step - 1e-9); k * step <= high + step * 1e-6; k++) found.push(k * step);
  return found.map((value) => Number(value.toPrecision(6)));
}

function plotFigure(plot) {
  const [width, height, left] = [340, 170, 44];
  const scale = scales(plot, width, height, left, 26, 10);
  const drawing = draw("svg", { viewBox: `0 0 ${width} ${height}`, role: "img" });
  const names = Object.keys(plot.lines);
  drawing.setAttribute("aria-label", `${plot.title}, from ${scale.low} to ${scale.high} ${plot.unit}`);
  for (const value of ticks(scale.low, scale.high, 4)) {
    const y = scale.up(value);
    drawing.append(draw("path", { class: "grid-line", d: `M${left} ${y}H${width - 6}` }));
    drawing.append(draw("text", { x: left - 6, y: y + 3.5, "text-anchor": "end" }, String(value)));
  }
  const short = scale.to - scale.from < 0.5;
  for (const second of ticks(scale.from, scale.to, 5)) {
    const text = short ? `${Math.round(1000 * second)}` : String(second);
    drawing.append(draw("text", { x: scale.across(second), y: height - 8, "text-anchor": "middle" }, text));
  }
  names.forEach((name, number) => {
    drawing.append(draw("path", { class: `line line-${number % 6}`, d: curve(plot, plot.lines[name], scale) }));
  });
  const cursor = draw("path", { class: "cursor", d: `M0 6V${height - 26}`, visibility: "hidden" });
  drawing.append(cursor);
  const key = names.length > 1 ? names.map((name, number) => make("span", {}, make("i", { class: `swatch line-${number % 6}` }), name)) : [];
  const units = `${plot.unit || "value"} over ${short ? "ms" : "s"}`;
  const heading = make("figcaption", {}, make("b", {}, plot.title), ` ${units} `, ...key);
  const figure = make("figure", { class: "plot" }, heading, drawing);
  figure.cursorAt = (seconds) => {
    const at = seconds - plot.begins;
    const inside = at >= scale.from && at <= scale.to;
    cursor.setAttribute("visibility", inside ? "visible" : "hidden");
    if (inside) cursor.setAttribute("transform", `translate(${scale.across(at)} 0)`);
  };
  return figure;
}

function wayFigure(way, title) {
  const drawing = draw("svg", { class: "way", viewBox: "0 0 100 107", role: "img", "aria-label": title });
  drawing.append(draw("polyline", { points: way.way.map((point) => point.join(",")).join(" ") }));
  for (const mark of way.marks) drawing.append(draw("path", { class: "look", d: "M" + mark.map((point) => point.join(" ")).join("L") + "Z" }));
  const [[x, y]] = way.way;
  drawing.append(draw("circle", { cx: x, cy: y, r: 5.5 }));
  drawing.append(draw("path", { class: "bar", d: `M2 104h${way.bar.toFixed(1)}` }));
  drawing.append(draw("text", { x: (way.bar + 5).toFixed(1), y: 106.4 }, way.metres));
  return drawing;
}
