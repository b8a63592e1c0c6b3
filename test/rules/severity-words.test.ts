import { expect, it } from "vitest";
import { severityOf } from "../../src/rules/severity-words.ts";

it.each([
  ["page", "page", true],
  ["Critical", "page", true],
  ["SEV-1", "page", true],
  ["P 0", "page", true],
  ["ticket", "ticket", true],
  ["Warning", "ticket", true],
  ["sev_2", "ticket", true],
  ["blocker", "page", false],
  ["", "page", false],
])("%s is a %s", (word, severity, isKnown) => {
  expect(severityOf(word)).toEqual({ severity, isKnown });
});
