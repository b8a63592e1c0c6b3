/** A folder of rule files of its own for each test, and SLOs to write into it: plain ones, and some made of them. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach } from "vitest";
import { loadRules, type RuleSet } from "../../src/rules/index.ts";

let root = "";
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "slowburn-members-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));
export const inRoot = (file: string): string => join(root, file);

export const put = (file: string, text: string): void => {
  mkdirSync(join(root, file, ".."), { recursive: true });
  writeFileSync(join(root, file), text);
};
export const load = (previous?: RuleSet): RuleSet =>
  loadRules(root, {
    bucketMs: 10_000,
    now: () => 1,
    ...(previous === undefined ? {} : { previous }),
  });
export const ids = (set: RuleSet): readonly string[] => set.slos.map(({ id }) => id);
export const states = (set: RuleSet): Readonly<Record<string, string>> =>
  Object.fromEntries(set.files.map(({ file, state }) => [file.slice(root.length + 1), state]));
/** `journey.yaml:4:12 unknown-member no file has … (hint)`. */
export const told = (problems: RuleSet["problems"]): readonly string[] =>
  problems.map(({ file = "", line, column, code, message, hint }) =>
    [`${file}:${line}:${column}`, code, message, `(${hint})`].join(" ").replaceAll(`${root}/`, ""),
  );
export const membersOf = (set: RuleSet, id: string): readonly string[] | undefined => {
  const slo = set.slos.find((each) => each.id === id);
  return slo?.indicator.kind === "composite"
    ? slo.indicator.members.map(({ sloId }) => sloId)
    : undefined;
};

export const native = (service: string, slos: readonly string[]): string =>
  `apiVersion: slowburn/v1\nservice: ${service}\nslos:\n${slos.map((slo) => `  ${slo}\n`).join("")}`;
export const plain = (name: string, more = ""): string =>
  `${name}: { objective: 99%, ${more} sli: { metric: m, where: { x: ${name} }, bad: { e: 1 } } }`;
export const journey = (sli: string, more = ""): string =>
  native("shop", [`journey: { objective: 99%, ${more} sli: ${sli} }`]);
export const inMonth = (zone: string): string => `window: { calendar: month, timeZone: ${zone} },`;
