// What would keep people from using the page, as far as a program can tell: one sentence a complaint.
const complaints = [];
const plain = (text) => (text || "").replace(/\s+/g, " ").trim();
const all = (selector) => [...document.querySelectorAll(selector)];
const visible = (element) =>
  element.checkVisibility({ visibilityProperty: true, opacityProperty: true }) && element.getClientRects().length > 0;
const named = (element) =>
  plain(element.getAttribute("aria-label")) ||
  (element.getAttribute("aria-labelledby") || "").split(/\s+/).map((id) => plain(document.getElementById(id)?.textContent)).join("");
const show = (element) => {
  const id = element.id ? `#${element.id}` : "";
  return `<${element.localName}${id}> “${plain(element.innerText || element.value || element.name).slice(0, 40)}”`;
};

if (!plain(document.documentElement.lang)) complaints.push("the page names no language");
if (!plain(document.title)) complaints.push("the page has no title");

const ids = new Map();
all("[id]").forEach((element) => ids.set(element.id, (ids.get(element.id) || 0) + 1));
ids.forEach((count, id) => count > 1 && complaints.push(`the id “${id}” is used ${count} times`));

all("input, select, textarea").forEach((element) => {
  if (["hidden", "submit", "button", "reset", "image"].includes(element.type) || !visible(element)) return;
  const labelled = [...(element.labels || [])].some((label) => plain(label.textContent));
  if (!labelled && !named(element)) complaints.push(`${show(element)} has no label`);
});
all("img").forEach((image) => image.hasAttribute("alt") || complaints.push(`the image ${image.src} has no alt text`));
all("button, a[href], input[type=submit], input[type=button], [role=button]").filter(visible).forEach((element) => {
  const pictures = [...element.querySelectorAll("img[alt], svg title")].map((inner) => inner.alt || inner.textContent).join("");
  if (!plain(element.innerText || element.value) && !named(element) && !plain(pictures)) {
    complaints.push(`${show(element)} has no text`);
  }
});

let level = 0;
all("h1, h2, h3, h4, h5, h6").filter(visible).forEach((heading) => {
  const own = Number(heading.localName[1]);
  if (own > level + 1) complaints.push(`${show(heading)} follows ${level ? `a heading of level ${level}` : "no heading"}`);
  level = own;
});

// Any colour that CSS can name becomes red, green, blue and opacity by being painted.
const brush = Object.assign(document.createElement("canvas"), { width: 1, height: 1 }).getContext("2d", { willReadFrequently: true });
function rgba(colour) {
  brush.clearRect(0, 0, 1, 1);
  brush.fillStyle = colour;
  brush.fillRect(0, 0, 1, 1);
  const [red, green, blue, alpha] = brush.getImageData(0, 0, 1, 1).data;
  return [red, green, blue, alpha / 255];
}
const over = (top, below) => [0, 1, 2].map((i) => top[i] * top[3] + below[i] * (1 - top[3])).concat(1);
function background(element) {
  if (!element) return [255, 255, 255, 1];
  const style = getComputedStyle(element);
  if (style.backgroundImage !== "none") return null; // a picture: not for a program to judge
  const own = rgba(style.backgroundColor);
  if (own[3] === 1) return own;
  const below = background(element.parentElement);
  return below && over(own, below);
}
function luminance(colour) {
  const [red, green, blue] = colour.slice(0, 3).map((value) => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
all("body, body *").filter(visible).forEach((element) => {
  const own = [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && plain(node.data));
  const typed = ["input", "textarea", "select"].includes(element.localName) && plain(element.value);
  if ((!own && !typed) || element.closest(":disabled, [aria-disabled=true], script, style, svg")) return;
  const below = background(element);
  if (!below) return;
  let opacity = 1;
  for (let at = element; at; at = at.parentElement) opacity *= Number(getComputedStyle(at).opacity);
  const ink = rgba(getComputedStyle(element).color);
  ink[3] *= opacity;
  const [light, dark] = [luminance(over(ink, below)), luminance(below)].sort((a, b) => b - a);
  const contrast = (light + 0.05) / (dark + 0.05);
  if (contrast < 4.5) complaints.push(`${show(element)} has a contrast of ${contrast.toFixed(2)}, below 4.5`);
});

// Text that leaves its box on the right is cut off, or lies on something else; with an ellipsis it at least says so.
// What is clipped away as a whole is only for those who listen.
const clipped = (element) => element && (getComputedStyle(element).clipPath !== "none" || clipped(element.parentElement));
all("body *").filter(visible).forEach((element) => {
  const words = [...element.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE && plain(node.data));
  if (!words.length || element.localName === "option" || clipped(element)) return;
  const range = document.createRange();
  const right = Math.max(...words.map((node) => (range.selectNodeContents(node), range.getBoundingClientRect().right)));
  for (let at = element; at !== document.body; at = at.parentElement) {
    const style = getComputedStyle(at);
    if (style.textOverflow === "ellipsis") return;
    if (["auto", "scroll"].includes(style.overflowX)) return;
    if (style.display !== "inline" && style.display !== "contents" && right > at.getBoundingClientRect().right + 1) {
      return void complaints.push(`${show(element)} leaves its box`);
    }
  }
});

return complaints;
