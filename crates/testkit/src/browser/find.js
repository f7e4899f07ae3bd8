// Finds what a person would find by reading the page. Arguments: what ("control" or "button") and its text.
const [kind, wanted] = arguments;
const plain = (text) => (text || "").replace(/\s+/g, " ").trim();
const visible = (element) => element.checkVisibility({ visibilityProperty: true }) && element.getClientRects().length > 0;

function controls() {
  const labels = [...document.querySelectorAll("label")].filter((label) => label.control && visible(label));
  const named = [...document.querySelectorAll("[aria-label]")].filter((element) => "value" in element && visible(element));
  const texts = (label) => plain(label.innerText);
  return (labels.find((label) => texts(label) === wanted) || labels.find((label) => texts(label).startsWith(wanted)))
    ?.control ?? named.find((element) => plain(element.getAttribute("aria-label")) === wanted);
}

function buttons() {
  const pressable = "button, a[href], summary, input[type=submit], input[type=button], [role=button]";
  const all = [...document.querySelectorAll(pressable)].filter(visible);
  const texts = (element) => [element.innerText, element.value, element.getAttribute("aria-label")].map(plain);
  return all.find((element) => texts(element).includes(wanted));
}

return (kind === "control" ? controls() : buttons()) ?? null;
