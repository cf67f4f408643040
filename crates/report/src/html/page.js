// Filters for the findings, and arrow keys for the timeline. Without this script the page only lacks these two.
// Texts are compared and counted, never put into the page as anything but text.
"use strict";
(() => {
  const one = (selector) => document.querySelector(selector);
  const all = (selector, root = document) => Array.from(root.querySelectorAll(selector));
  const number = new Intl.NumberFormat("en");

  const filters = one("#filters");
  if (filters) {
    const boxes = all("input[name=severity]", filters);
    const [hook, pack, text] = ["#by-hook", "#by-package", "#by-text"].map(one);
    const packages = all("#list > section").map((element) => ({
      element,
      name: element.dataset.package,
      title: element.querySelector("h3 .text").textContent.toLowerCase(),
      count: element.querySelector("h3 .count"),
      files: all(":scope > .file", element).map((file) => ({
        element: file,
        title: (file.querySelector("h4") || { textContent: "" }).textContent.toLowerCase(),
        items: all("li", file).map((item) => ({ element: item, text: null })),
      })),
    }));
    const total = all("#list li").length;

    const matches = (item, where, words) => {
      if (words.length === 0) return true;
      if (item.text === null) item.text = item.element.textContent.toLowerCase();
      return words.every((word) => item.text.includes(word) || where.includes(word));
    };

    const apply = () => {
      const severities = new Set(boxes.filter((box) => box.checked).map((box) => box.value));
      const words = text.value.toLowerCase().split(/\s+/).filter((word) => word !== "");
      let shown = 0;
      for (const group of packages) {
        const chosen = pack.value === "" || pack.value === group.name;
        let here = 0;
        let size = 0;
        for (const file of group.files) {
          const where = group.title + " " + file.title;
          let left = 0;
          for (const item of file.items) {
            const data = item.element.dataset;
            const keep = chosen && severities.has(data.severity)
              && (hook.value === "" || hook.value === data.hook) && matches(item, where, words);
            item.element.hidden = !keep;
            if (keep) left += 1;
          }
          file.element.hidden = left === 0;
          here += left;
          size += file.items.length;
        }
        group.element.hidden = here === 0;
        const part = here === size ? "" : number.format(here) + " of ";
        group.count.textContent = part + number.format(size);
        shown += here;
      }
      const part = shown === total ? "" : number.format(shown) + " of ";
      one("#shown").textContent = part + number.format(total) + (total === 1 ? " finding" : " findings");
      one("#nothing").hidden = shown !== 0;
    };

    // A list tells of a choice by one of the two, depending on who chose.
    for (const kind of ["input", "change"]) filters.addEventListener(kind, apply);
    one("#reset").addEventListener("click", () => {
      for (const box of boxes) box.checked = true;
      hook.value = "";
      pack.value = "";
      text.value = "";
      apply();
      text.focus();
    });
    filters.hidden = false;
    // A browser may bring back what was chosen before a reload.
    apply();
  }

  const timeline = one("#timeline");
  timeline.addEventListener("keydown", (event) => {
    const rows = all("summary.row, a.row", timeline).filter((row) => row.checkVisibility());
    const at = rows.indexOf(event.target);
    if (at === -1 || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: rows.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    if (rows[to]) rows[to].focus();
  });

  // On paper nothing can be unfolded.
  let folded = [];
  window.addEventListener("beforeprint", () => {
    folded = all("details:not([open])");
    for (const one of folded) one.open = true;
  });
  window.addEventListener("afterprint", () => {
    for (const one of folded) one.open = false;
  });
})();
