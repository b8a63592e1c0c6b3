/**
 * `{{.window}}` in a query: Sloth's and OpenSLO's files name the range so, since one query is asked over many. The grammar
 * knows no templates, so a duration of the same length stands in for each while the query is parsed: offsets stay.
 */

interface Placeholder {
  readonly from: number;
  readonly to: number;
}

export interface WindowTemplate {
  /** The query as it is parsed: as long as the original. */
  readonly filled: string;
  readonly windows: readonly Placeholder[];
  /** A template that is none of the window; there is no value for it. */
  readonly unknown: Placeholder | undefined;
}

const TEMPLATE = /\{\{[\s\S]*?\}\}/g;
const WINDOW = /^\{\{-?\s*\.window\s*-?\}\}$/;

/** What hints write for the range. */
export const WINDOW_TEXT = "{{.window}}";

export function fillWindows(text: string): WindowTemplate {
  const windows: Placeholder[] = [];
  let unknown: Placeholder | undefined;
  const filled = text.replaceAll(TEMPLATE, (template, from: number) => {
    const placeholder = { from, to: from + template.length };
    if (WINDOW.test(template)) windows.push(placeholder);
    else unknown ??= placeholder;
    return `${"1".padStart(template.length - 1, "0")}s`;
  });
  return { filled, windows, unknown };
}
