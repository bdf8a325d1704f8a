// What is read lies under nothing else: where a text begins, it is itself on top.
const found = [];
const [left, top] = [scrollX, scrollY];
const clipped = (part) => part && (getComputedStyle(part).clipPath !== "none" || clipped(part.parentElement));
const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (texts.nextNode()) {
  const text = texts.currentNode;
  const part = text.parentElement;
  // Pictures say nothing that the page does not say, lists that drop down lie over others when open, and the rest nobody sees.
  if (!text.data.trim() || part.closest("svg, select, script, style, .skip") || !part.checkVisibility({ visibilityProperty: true }) || clipped(part)) continue;
  const range = document.createRange();
  range.selectNodeContents(text);
  const place = () => [...range.getClientRects()].find((box) => box.width > 1 && box.height > 1);
  let box = place();
  if (!box) continue;
  // A wide table lies in a region of its own, which the keyboard reaches and scrolls; the page itself never moves sideways.
  const beside = (box.left < 0 || box.right > innerWidth) && part.closest("[role=region][tabindex='0']");
  if (box.top < 0 || box.bottom > innerHeight || beside) part.scrollIntoView({ block: "center", inline: beside ? "center" : "nearest", behavior: "instant" });
  box = place();
  const seen = document.elementFromPoint(box.left + Math.min(6, box.width / 2), box.top + box.height / 2);
  if (!seen) found.push(`outside the window: ${part.outerHTML.slice(0, 80)}`);
  else if (!part.contains(seen) && !seen.contains(part)) found.push(`something lies over it: ${part.outerHTML.slice(0, 80)}, namely ${seen.outerHTML.slice(0, 60)}`);
}
for (const region of document.querySelectorAll("[role=region][tabindex='0']")) region.scrollLeft = 0;
scrollTo(left, top);
return found;
