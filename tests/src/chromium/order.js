// What holds for every page. Returns what does not, in words.
const found = [];
const root = document.documentElement;
if (root.scrollWidth > root.clientWidth) found.push(`scrolls sideways: ${root.scrollWidth} in ${root.clientWidth}`);
if (document.querySelectorAll("h1").length !== 1) found.push("not one h1");
if (!document.title.trim()) found.push("no title");
if (!root.lang) found.push("no language");
for (const input of document.querySelectorAll("input:not([type=hidden])")) if (!input.labels.length) found.push(`no label: ${input.name}`);
for (const fault of document.querySelectorAll(".fault, .wrong-text")) {
  const named = fault.id && document.querySelector(`[aria-invalid=true][aria-describedby~="${fault.id}"]`);
  if (fault.getAttribute("role") !== "alert" && !named) found.push(`a fault that nobody is told of: ${fault.outerHTML.slice(0, 80)}`);
}
for (const name of document.querySelectorAll(".map text")) {
  const [box, { width, height }] = [name.getBBox(), name.ownerSVGElement.viewBox.baseVal];
  if (box.x < 0 || box.y < 0 || box.x + box.width > width || box.y + box.height > height) found.push(`leaves the map: ${name.textContent}`);
}
if (document.body.classList.contains("patient"))
  for (const target of document.querySelectorAll("a, button, input:not([type=hidden]), select, textarea, summary")) {
    if (target.className === "skip" || !target.getBoundingClientRect().width) continue;
    // A link in a sentence is as high as its line (WCAG 2.5.8); one that stands alone is not excused.
    const around = [...target.parentElement.childNodes].filter((node) => node !== target && node.nodeType === Node.TEXT_NODE && node.data.trim());
    if (target.tagName === "A" && getComputedStyle(target).display === "inline" && around.length) continue;
    // What is to be ticked is hit by its label, too.
    const ticks = ["checkbox", "radio"].includes(target.type) ? [...target.labels] : [];
    const boxes = [target, ...ticks].map((part) => part.getBoundingClientRect());
    const [width, height] = [["right", "left"], ["bottom", "top"]].map(([end, start]) => Math.max(...boxes.map((box) => box[end])) - Math.min(...boxes.map((box) => box[start])));
    if (width < 44 || height < 44) found.push(`small: ${target.outerHTML.slice(0, 80)} ${width}x${height}`);
  }
return found;
