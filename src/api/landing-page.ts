/** `GET /`: what answers where. No script, no other resource; light and dark are the browser's own. */
import type { Parameter } from "./query.ts";

/** The page's one style sheet; the content security policy admits it by its hash. */
export const LANDING_STYLE = `
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 46rem; margin: 3rem auto; padding: 0 1rem; }
dt { font-family: ui-monospace, monospace; margin-top: 0.75rem; }
dd { margin: 0; opacity: 0.8; }
`;

export interface LandingEntry {
  readonly path: string;
  readonly summary: string;
  readonly method?: "post";
  readonly query?: readonly Parameter[];
}

const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};
const escape = (text: string): string => text.replaceAll(/[&<>"']/g, (char) => ESCAPES[char] ?? "");

/** Summaries are the OpenAPI document's, in Markdown: of that, only code occurs. */
const summaryHtml = (summary: string): string =>
  escape(summary).replaceAll(/`([^`]*)`/g, "<code>$1</code>");

/** What cannot be answered as it stands, for want of a parameter or a body, is shown, not linked. */
function pathHtml({ path, method, query = [] }: LandingEntry): string {
  const needed = query.filter(({ isRequired }) => isRequired === true);
  const search = needed.map(({ name }, index) => `${index === 0 ? "?" : "&"}${name}={${name}}`);
  const shown = escape(`${path}${search.join("")}`);
  return shown.includes("{") || method !== undefined ? shown : `<a href="${shown}">${shown}</a>`;
}

export function landingPage(version: string, entries: readonly LandingEntry[]): string {
  const items = entries.map(
    (entry) => `<dt>${pathHtml(entry)}</dt>\n<dd>${summaryHtml(entry.summary)}</dd>`,
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>slowburn</title>
<style>${LANDING_STYLE}</style>
</head>
<body>
<h1>slowburn ${escape(version)}</h1>
<p>Service level objectives from OpenTelemetry metrics, while the data streams by.
<code>slowburn status</code> prints them in a terminal.</p>
<dl>
${items.join("\n")}
</dl>
</body>
</html>
`;
}
