"use strict";
(() => {
  const all = [...document.querySelectorAll("details.scenario")];
  const chips = [...document.querySelectorAll(".chip")];
  const search = document.querySelector("input[type=search]");
  const texts = new Map(all.map((d) => [d, d.querySelector("summary").textContent.toLowerCase()]));

  function filter() {
    const wanted = new Set(chips.filter((c) => c.getAttribute("aria-pressed") === "true").map((c) => c.dataset.verdict));
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const d of all) {
      const show = wanted.has(d.dataset.verdict) && words.every((w) => texts.get(d).includes(w));
      d.hidden = !show;
      shown += show ? 1 : 0;
    }
    document.getElementById("shown").textContent = shown === all.length ? "" : `${shown} of ${all.length} shown`;
    document.getElementById("nothing").hidden = shown > 0 || all.length === 0;
  }

  // A click shows one verdict alone; the next click on it shows all again. With Ctrl or Shift it is added or removed.
  for (const chip of chips) {
    chip.addEventListener("click", (e) => {
      const on = (c) => c.getAttribute("aria-pressed") === "true";
      if (e.ctrlKey || e.metaKey || e.shiftKey) {
        chip.setAttribute("aria-pressed", String(!on(chip)));
      } else {
        const alone = on(chip) && chips.every((c) => c === chip || !on(c));
        for (const c of chips) c.setAttribute("aria-pressed", String(alone || c === chip));
      }
      filter();
    });
  }
  search.addEventListener("input", filter);

  for (const button of document.querySelectorAll("[data-all]")) {
    button.addEventListener("click", () => {
      for (const d of all) if (!d.hidden) d.open = button.dataset.all === "open";
    });
  }
  for (const button of document.querySelectorAll("[data-copy]")) {
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(button.previousElementSibling.textContent);
      button.textContent = "Copied";
      setTimeout(() => { button.textContent = "Copy"; }, 1500);
    });
  }

  // The time under the pointer.
  function format(ns) {
    if (ns >= 1e9) return `${(ns / 1e9).toFixed(3)} s`;
    if (ns >= 1e6) return `${(ns / 1e6).toFixed(3)} ms`;
    return ns >= 1e3 ? `${(ns / 1e3).toFixed(3)} µs` : `${ns.toFixed(0)} ns`;
  }
  for (const svg of document.querySelectorAll("figure.axis svg")) {
    const [left, right, start, end] = ["left", "right", "start", "end"].map((k) => Number(svg.dataset[k]));
    const cursor = svg.querySelector(".cursor");
    const [line, text] = cursor.children;
    svg.addEventListener("pointermove", (e) => {
      const x = new DOMPoint(e.clientX, e.clientY).matrixTransform(svg.getScreenCTM().inverse()).x;
      const inside = x >= left && x <= right;
      cursor.toggleAttribute("hidden", !inside);
      if (!inside) return;
      const near = x > (left + right) / 2;
      line.setAttribute("x1", x);
      line.setAttribute("x2", x);
      text.setAttribute("x", near ? x - 6 : x + 6);
      text.setAttribute("text-anchor", near ? "end" : "start");
      text.textContent = format(start + ((x - left) / (right - left)) * (end - start));
    });
    svg.addEventListener("pointerleave", () => cursor.toggleAttribute("hidden", true));
  }
})();
