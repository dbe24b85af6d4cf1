  // The moderation explorer: effect and interval are read from the stored curve, lines from the stored predictions.
  const NS = "http://www.w3.org/2000/svg";
  const draw = (parent, tag, attributes, text) => {
    const element = document.createElementNS(NS, tag);
    for (const [key, one] of Object.entries(attributes)) element.setAttribute(key, one);
    if (text !== undefined) element.textContent = text;
    parent.append(element);
    return element;
  };
  const ticks = (low, high) => {
    const raw = (high - low) / 4, power = 10 ** Math.floor(Math.log10(raw));
    const step = [1, 2, 5, 10].find((one) => one * power >= raw) * power;
    const found = [];
    for (let tick = Math.ceil(low / step) * step; tick <= high + step / 1e6; tick += step) found.push(Number(tick.toPrecision(12)));
    return found;
  };
  const power = (number, digits) => {
    if (number === 0) return "0";
    const decimals = Math.max(0, digits + Math.floor(Math.log10(Math.abs(number))));
    const [factor, exponent] = number.toExponential(decimals).split("e");
    return `${factor} × 10${[...String(Number(exponent))].map((one) => one === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[one]).join("")}`;
  };
  const shown = (number, digits) => (digits > 6 && Math.abs(number) < 1e-4 ? power(number, digits) : number.toFixed(digits)).replace("-", "−");
  const W = 380, H = 270, LEFT = 52, RIGHT = 12, TOP = 14, BOTTOM = 46;
  const axes = (svg, [x0, x1], [y0, y1], xlabel, ylabel) => {
    const x = (v) => LEFT + (v - x0) / (x1 - x0) * (W - LEFT - RIGHT);
    const y = (v) => H - BOTTOM - (v - y0) / (y1 - y0) * (H - TOP - BOTTOM);
    for (const tick of ticks(x0, x1)) draw(svg, "text", { x: x(tick), y: H - BOTTOM + 17, "text-anchor": "middle" }, String(tick).replace("-", "−"));
    for (const tick of ticks(y0, y1)) {
      draw(svg, "line", { x1: LEFT, x2: W - RIGHT, y1: y(tick), y2: y(tick), class: tick === 0 ? "zero" : "grid" });
      draw(svg, "text", { x: LEFT - 7, y: y(tick) + 4, "text-anchor": "end" }, String(tick).replace("-", "−"));
    }
    draw(svg, "text", { x: (LEFT + W - RIGHT) / 2, y: H - 8, "text-anchor": "middle", class: "label" }, xlabel);
    draw(svg, "text", { transform: `translate(13 ${(TOP + H - BOTTOM) / 2}) rotate(-90)`, "text-anchor": "middle", class: "label" }, ylabel);
    return [x, y];
  };
  each(".explorer", (root) => {
    const data = JSON.parse(root.querySelector("script").textContent);
    const slider = root.querySelector("input");
    const [left, right] = root.querySelectorAll("svg");
    const effects = [...data.low, ...data.high, 0], span = [data.grid[0], data.grid.at(-1)];
    const [ex, ey] = axes(left, span, [Math.min(...effects), Math.max(...effects)], data.moderator, data.effect_label);
    const path = (values) => values.map((v, i) => `${i ? "L" : "M"}${ex(data.grid[i]).toFixed(2)} ${ey(v).toFixed(2)}`).join("");
    draw(left, "path", { d: `${path(data.low)}L${[...data.high].map((v, i) => `${ex(data.grid[i]).toFixed(2)} ${ey(v).toFixed(2)}`).reverse().join("L")}Z`, class: "band" });
    draw(left, "path", { d: path(data.effect), class: "curve" });
    const whisker = draw(left, "line", { class: "whisker" }), dot = draw(left, "circle", { r: 5, class: "dot" });
    const ends = data.lines.flatMap((line) => [line.y0, line.y1]), margin = 0.08 * (Math.max(...ends) - Math.min(...ends));
    const at = (w, end) => { // linear in the moderator: between the stored lines, and beyond them
      const [a, b] = [data.lines[0], data.lines.at(-1)];
      return a[end] + (b[end] - a[end]) * (w - a.w) / (b.w - a.w);
    };
    const all = [...ends, ...span.flatMap((w) => [at(w, "y0"), at(w, "y1")])];
    const [px, py] = axes(right, data.range, [Math.min(...all) - margin, Math.max(...all) + margin], data.predictor, data.outcome);
    data.lines.filter((line, i, lines) => i === 0 || i === lines.length - 1).forEach((line, i) => {
      draw(right, "line", { x1: px(data.range[0]), x2: px(data.range[1]), y1: py(line.y0), y2: py(line.y1), class: `fixed fixed-${i}` });
    });
    const moving = draw(right, "line", { x1: px(data.range[0]), x2: px(data.range[1]), class: "moving" });
    const output = root.querySelector("output");
    const show = () => {
      const i = Number(slider.value), w = data.grid[i];
      const where = `${data.moderator} = ${shown(w, data.moderator_digits)}`;
      const sign = data.signs[1 + (data.low[i] > 0) - (data.high[i] < 0)];
      const filled = { sign, ...Object.fromEntries(["effect", "low", "high"].map((key) => [key, shown(data[key][i], data.digits)])) };
      const words = data.sentence.replace(/\{(\w+)\}/g, (_, key) => filled[key]);
      output.innerHTML = "";
      output.append(make("b", {}, where), `: ${words}. ${data.share.replace("{percent}", data.below[i].toFixed(0))}`);
      slider.setAttribute("aria-valuetext", `${where}: ${words}`);
      for (const [key, one] of [["x1", ex(w)], ["x2", ex(w)], ["y1", ey(data.low[i])], ["y2", ey(data.high[i])]]) whisker.setAttribute(key, one);
      dot.setAttribute("cx", ex(w)); dot.setAttribute("cy", ey(data.effect[i]));
      moving.setAttribute("y1", py(at(w, "y0"))); moving.setAttribute("y2", py(at(w, "y1")));
    };
    slider.addEventListener("input", show);
    show();
    root.hidden = false;
  });
