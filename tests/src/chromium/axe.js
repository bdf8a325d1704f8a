const done = arguments[arguments.length - 1];
const said = (rules) => rules.map((rule) => `${rule.id}: ${rule.help} (${rule.nodes.map((node) => node.target.join(" ")).join(", ")})`);
axe.run({ runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }).then(
  (result) => done([said(result.violations), said(result.incomplete)]),
  (error) => done([[String(error)], []]),
);
