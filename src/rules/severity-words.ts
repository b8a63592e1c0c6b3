/**
 * Severities of other tools are free text; slowburn has two. What is not known pages: to be woken for nothing is the
 * smaller fault. The file's own word stays on the alert, as its label `severity`.
 */
import type { AlertSeverity } from "../slo/index.ts";
import type { Field } from "./native/index.ts";

const PAGES: ReadonlySet<string> = new Set(
  "page pager paging critical crit fatal emergency urgent high severe sev0 sev1 p0 p1 s0 s1 0 1".split(
    " ",
  ),
);
const TICKETS: ReadonlySet<string> = new Set(
  "ticket warning warn medium moderate minor low info informational notice none sev2 sev3 sev4 sev5 p2 p3 p4 p5 s2 s3 s4 s5 2 3 4 5".split(
    " ",
  ),
);

/** `isKnown`: whether the word says it. Case, `-`, `_` and spaces do not matter: `SEV-1` is `sev1`. */
export function severityOf(word: string): {
  readonly severity: AlertSeverity;
  readonly isKnown: boolean;
} {
  const plain = word.toLowerCase().replaceAll(/[\s_-]/g, "");
  if (TICKETS.has(plain)) return { severity: "ticket", isKnown: true };
  return { severity: "page", isKnown: PAGES.has(plain) };
}

/** Of a word that is not known. */
export function warnOfSeverity(
  word: string,
  { document, path, findings }: Field,
  hint: string,
): void {
  const message = `the severity \`${word}\` says neither page nor ticket: it pages`;
  findings.add("unknown-severity", document, path, message, { severity: "warning", hint });
}

/** The word that a severity's alerts say: the first of those that its tiers have; that others are lost is warned of. */
export function wordOf(words: readonly string[], severity: AlertSeverity, field: Field): string {
  const said = [...new Set(words)];
  const [word = severity, ...others] = said;
  if (others.length > 0) {
    const { document, path, findings } = field;
    const message = `${said.join(", ")} are one severity here, ${severity}: its alerts say \`${word}\``;
    findings.add("not-applied", document, path, message, { severity: "warning" });
  }
  return word;
}
