// WCAG 1.4.12: text spaced as readers may set it, and nothing is cut off or lies over something else.
const sheet = new CSSStyleSheet();
sheet.replaceSync("* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important } p { margin-bottom: 2em !important }");
document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
const found = [];
const root = document.documentElement;
if (root.scrollWidth > root.clientWidth) found.push(`scrolls sideways: ${root.scrollWidth} in ${root.clientWidth}`);
for (const part of document.querySelectorAll("main *, header *, footer *")) {
  const style = getComputedStyle(part);
  const cuts = (overflow) => overflow === "hidden" || overflow === "clip";
  const text = [...part.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
  if (text && cuts(style.overflowX) && part.scrollWidth > part.clientWidth + 1 && part.clientWidth > 1) found.push(`cut off: ${part.outerHTML.slice(0, 80)}`);
  if (text && cuts(style.overflowY) && part.scrollHeight > part.clientHeight + 1 && part.clientHeight > 1) found.push(`cut off: ${part.outerHTML.slice(0, 80)}`);
}
return found;
