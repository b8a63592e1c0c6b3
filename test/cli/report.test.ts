/** Reports for pull requests: what senders named must not act there. */
import { expect, test } from "vitest";
import { markdownReport } from "../../src/cli/report.ts";

test("names in a Markdown report mention nobody, link nowhere and break no table", () => {
  const name = "@team ![x](http://evil) ~~a~~ | <b>\n#1";
  const text = "@\u200bteam \\!\\[x\\]\\(http://evil\\) \\~\\~a\\~\\~ \\| \\<b\\> \\#1";
  expect(markdownReport([{ kind: "lines", lines: [name] }])).toBe(`- ${text}\n`);
  const columns = [{ title: "SLO", align: "left" }] as const;
  const table = { kind: "table", title: "SLOs", columns, rows: [[{ text: name }]] } as const;
  expect(markdownReport([table])).toBe(`### SLOs\n\n| slo |\n| --- |\n| ${text} |\n`);
});
