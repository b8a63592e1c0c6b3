/**
 * Severities of other tools are free text; slowburn has two. What is not known pages: to be woken for nothing is the
 * smaller fault. The file's own word stays on the alert, as its label `severity`.
 */
import type { AlertSeverity } from "../slo/index.ts";

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
