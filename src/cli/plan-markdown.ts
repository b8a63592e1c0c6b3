/** A plan for a pull request: a table to look over, and what does not fit into it below. */
import type { PlanAnswer, SloPlanAnswer } from "../api/index.ts";
import {
  alertsText,
  budgetText,
  fieldChange,
  historyText,
  seriesText,
  stateChange,
  summaryText,
} from "./plan-words.ts";
import { plainMarkdown as plain } from "./markdown.ts";
import { printable } from "./printable.ts";

/** Ends in a newline. */
export function planMarkdown(plan: PlanAnswer): string {
  const { changes, at } = plan;
  const when = at === null ? "" : `, as of ${at}`;
  const head = `### slowburn plan: ${summaryText(plan)}${when}\n`;
  if (changes.length === 0) return head;
  const rows = [
    ["SLO", "", "objective", "series", "budget left", "alerts"],
    ["---", "---", "---", "---", "---", "---"],
    ...changes.map((change) => [
      code(change.id),
      change.kind,
      plain(`${change.objective} over ${change.window}`),
      plain(seriesText(change)),
      plain(stateChange(change, budgetText)),
      plain(stateChange(change, alertsText)),
    ]),
  ];
  const table = rows.map((cells) => `| ${cells.join(" | ")} |\n`).join("");
  return `${head}\n${table}\n${changes.map(details).join("\n")}`;
}

function details(change: SloPlanAnswer): string {
  const { id, kind, file, line, fields, series } = change;
  const items = [
    ...fields.map((each) => `${code(each.field)}: ${plain(fieldChange(each))}`),
    `history: ${plain(historyText(change))}`,
    ...change.history.notes.map(plain),
    ...(series?.notes ?? []).map((note) => `note: ${plain(note)}`),
  ];
  const head = `**${plain(id)}** ${kind} (${code(`${file}:${line}`)})`;
  return `${head}\n\n${items.map((item) => `- ${item}\n`).join("")}`;
}

/** Code spans keep all but backticks and the table's bar. */
const code = (text: string): string =>
  `\`${printable(text).replaceAll("\n", " ").replaceAll("`", "'").replaceAll("|", "\\|")}\``;
