/** Who is affected by a change of a template. */
import type { PublishedTemplate } from "../rules/index.ts";
import { templateKey, type Slo } from "../slo/index.ts";
import { renderTable } from "./table.ts";

export interface TemplateUses {
  /** `http-server@1`. */
  readonly template: string;
  readonly file: string;
  readonly line: number;
  /** Ids of the SLOs that are made of it. */
  readonly slos: readonly string[];
}

/** Of every template that is published beside the SLOs, used or not, in the order of names. */
export function templateUses(
  templates: readonly PublishedTemplate[],
  slos: readonly Slo[],
): readonly TemplateUses[] {
  const users = new Map<string, string[]>();
  for (const { id, source } of slos) {
    if (source.template === undefined) continue;
    const key = templateKey(source.template);
    users.set(key, [...(users.get(key) ?? []), id]);
  }
  return templates
    .map(({ file, line, ...template }) => {
      const key = templateKey(template);
      return { template: key, file, line, slos: users.get(key) ?? [] };
    })
    .toSorted((a, b) => (a.template < b.template ? -1 : 1));
}

const SHOWN_SLOS = 4;

export function templatesText(uses: readonly TemplateUses[]): string {
  if (uses.length === 0) return "\nNo template is published.\n";
  const columns = [
    { title: "TEMPLATE", align: "left" },
    { title: "USED BY", align: "left" },
    { title: "WHERE", align: "left" },
  ] as const;
  const rows = uses.map(({ template, file, line, slos }) => [
    { text: template },
    { text: usersText(slos) },
    { text: `${file}:${line}` },
  ]);
  return `\n${renderTable(columns, rows)}`;
}

function usersText(slos: readonly string[]): string {
  if (slos.length === 0) return "nobody";
  const shown = slos.slice(0, SHOWN_SLOS).join(", ");
  const more = slos.length > SHOWN_SLOS ? ", …" : "";
  return `${slos.length} SLO${slos.length === 1 ? "" : "s"}: ${shown}${more}`;
}
