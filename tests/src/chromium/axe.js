// What axe-core finds, and what it cannot decide and nobody has judged: `arguments[0]` are rules with the elements they were judged for.
const done = arguments[arguments.length - 1];
const forced = matchMedia("(forced-colors: active)").matches;
const why = (node) => [...node.any, ...node.all, ...node.none].map((check) => check.message).join("; ");
const said = (rule, nodes) => `${rule.id}: ${rule.help} (${nodes.map((node) => `${node.target.join(" ")}: ${why(node)}`).join(", ")})`;
const judged = (rule, node) =>
  arguments[0].some(([id, selector]) => id === rule.id && (selector === "forced colours" ? forced : document.querySelector(node.target[0])?.matches(selector)));
// axe-core takes the whole box of a shape, also what its drawing cuts off: the land would lie over half the page. What is written on it is judged.
const show = (shown) => document.querySelectorAll("svg .land").forEach((land) => (land.style.display = shown ? "" : "none"));
show(false);
axe.run({ runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }).then(
  (result) => {
    const open = result.incomplete.map((rule) => [rule, rule.nodes.filter((node) => !judged(rule, node))]);
    show(true);
    done([result.violations.map((rule) => said(rule, rule.nodes)), open.filter(([, nodes]) => nodes.length).map(([rule, nodes]) => said(rule, nodes))]);
  },
  (error) => done([[String(error)], []]),
);
