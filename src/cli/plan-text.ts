/** A plan for a terminal: one paragraph an SLO, one line a fact. */
import type { PlanAnswer, SloPlanAnswer } from "../api/index.ts";
import type { Paint } from "./colours.ts";
import {
  alertsText,
  budgetText,
  fieldChange,
  historyText,
  seriesText,
  stateChange,
  summaryText,
  worstGroup,
} from "./plan-words.ts";
import { printable } from "./printable.ts";

const SIGNS = { added: "+", changed: "~", removed: "-" } as const;
const STYLES = { added: "green", changed: "yellow", removed: "red" } as const;
const FIELD_WIDTH = 11;

/** Ends in a newline. */
export function planText(plan: PlanAnswer, url: string, paint: Paint): string {
  const { changes, at } = plan;
  const paragraphs = changes.map((change) => `${paragraph(change, paint)}\n`);
  const when = at === null ? "before the first evaluation" : `as of ${at}`;
  return `${paragraphs.join("")}${summaryText(plan)} (${url}, ${when})\n`;
}

function paragraph(change: SloPlanAnswer, paint: Paint): string {
  const { id, kind, file, line, fields } = change;
  const head = `${SIGNS[kind]} ${id} ${kind} (${file}:${line})`;
  const facts: (readonly [string, string])[] = [
    ...(kind === "added"
      ? [["objective", `${change.objective} over ${change.window}`] as const]
      : []),
    ...fields.map((each) => [each.field, fieldChange(each)] as const),
    ["history", historyText(change)],
    ...change.history.notes.map((note) => ["", note] as const),
    ...(change.series === null ? [] : [["series", seriesText(change)] as const]),
    ...(change.series?.notes ?? []).map((note) => ["note", note] as const),
    ["budget", budgetLine(change)],
    ["alerts", stateChange(change, alertsText)],
  ];
  const lines = facts.map(
    ([name, text]) => `    ${paint("faint", oneLine(name).padEnd(FIELD_WIDTH))} ${oneLine(text)}\n`,
  );
  return `${paint(STYLES[kind], oneLine(head))}\n${lines.join("")}`;
}

const oneLine = (text: string): string => printable(text).replaceAll("\n", " ");

function budgetLine(change: SloPlanAnswer): string {
  const group = worstGroup(change);
  const text = stateChange(change, budgetText);
  return group === undefined ? text : `${text} (worst group: ${group})`;
}
