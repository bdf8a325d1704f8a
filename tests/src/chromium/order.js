// What holds for every page. Returns what does not, in words.
const found = [];
const root = document.documentElement;
if (root.scrollWidth > root.clientWidth) found.push(`scrolls sideways: ${root.scrollWidth} in ${root.clientWidth}`);
if (document.querySelectorAll("h1").length !== 1) found.push("not one h1");
if (!document.title.trim()) found.push("no title");
if (!root.lang) found.push("no language");
for (const input of document.querySelectorAll("input:not([type=hidden])")) if (!input.labels.length) found.push(`no label: ${input.name}`);
if (document.body.classList.contains("patient"))
  for (const target of document.querySelectorAll("a, button, input:not([type=hidden]), summary, label.tick")) {
    const box = target.getBoundingClientRect();
    const inText = target.tagName === "A" && getComputedStyle(target).display === "inline";
    if (box.width && !inText && target.className !== "skip" && !["checkbox", "radio"].includes(target.type) && (box.height < 44 || box.width < 24)) found.push(`small: ${target.outerHTML.slice(0, 80)} ${box.width}x${box.height}`);
  }
return found;
