// Where the keyboard is: which element, whether it can be seen to be there, and whether something lies over it.
const at = document.activeElement;
if (!at || at === document.body) return null;
const box = at.getBoundingClientRect();
const style = getComputedStyle(at);
const faults = at.tabIndex > 0 ? ["has an order of its own"] : [];
const marked = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
if (!marked && at.tagName !== "MAIN") faults.push("focus cannot be seen");
if (box.width && (box.bottom < 0 || box.top > innerHeight)) faults.push("focus is outside the window");
const middle = document.elementFromPoint(Math.min(Math.max(box.left + box.width / 2, 0), innerWidth - 1), Math.min(Math.max(box.top + box.height / 2, 0), innerHeight - 1));
if (box.width && middle && !at.contains(middle) && !middle.contains(at) && !(at.labels && [...at.labels].some((label) => label.contains(middle)))) faults.push(`something lies over it: ${middle.outerHTML.slice(0, 60)}`);
const all = [...document.querySelectorAll("*")];
return { place: all.indexOf(at), what: at.outerHTML.slice(0, 90), tab: at.tabIndex, faults };
