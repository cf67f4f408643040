// Every text that can be seen with too little contrast to what is behind it (WCAG 2.2, 1.4.3), and the two colours
// of the page.
const parse = (color) => {
  const [r, g, b, a] = color.match(/[\d.]+/g).map(Number);
  return { r, g, b, a: a === undefined ? 1 : a };
};
const light = ({ r, g, b }) => {
  const part = (value) => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
};
const behind = (element) => {
  for (let at = element; at; at = at.parentElement) {
    const color = parse(getComputedStyle(at).backgroundColor);
    if (color.a === 1) return color;
    if (color.a !== 0) throw new Error("half transparent: " + at.outerHTML.slice(0, 80));
  }
  throw new Error("nothing behind");
};
const bad = [];
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
let texts = 0;
while (walker.nextNode()) {
  const element = walker.currentNode.parentElement;
  if (!walker.currentNode.data.trim() || !element.checkVisibility() || element.closest("script, .vh")) continue;
  const style = getComputedStyle(element);
  const [one, two] = [light(parse(style.color)), light(behind(element))].sort((a, b) => b - a);
  const contrast = (one + 0.05) / (two + 0.05);
  const size = parseFloat(style.fontSize);
  const isLarge = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
  texts += 1;
  if (contrast < (isLarge ? 3 : 4.5)) bad.push(contrast.toFixed(2) + " " + style.color + " " + element.outerHTML.slice(0, 120));
}
const body = getComputedStyle(document.body);
return { bad, texts, ground: light(parse(body.backgroundColor)), ink: light(parse(body.color)) };
