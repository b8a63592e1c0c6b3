/** SLOs → files of one format, each SLO in the first of its forms that reads back to it. */
import { readRuleFile, type RuleSettings } from "../rules/index.ts";
import { assert, sloProblem, type Problem, type Slo } from "../slo/index.ts";
import { nativeWriter } from "./native-file.ts";
import { NotConvertible } from "./not-convertible.ts";
import { openSloWriter } from "./openslo-file.ts";
import { differencesOf } from "./same-model.ts";
import type { ConvertWriter, WrittenSlo } from "./writer.ts";

export const CONVERT_TARGETS = ["native", "openslo"] as const;
export type ConvertTarget = (typeof CONVERT_TARGETS)[number];

const WRITERS: Readonly<Record<ConvertTarget, ConvertWriter>> = {
  native: nativeWriter,
  openslo: openSloWriter,
};

export interface ConvertedFile {
  readonly service: string;
  /** YAML, of one document or several. */
  readonly text: string;
  readonly sloCount: number;
}

export interface Conversion {
  /** One a service, in the order in which they come. */
  readonly files: readonly ConvertedFile[];
  /** SLOs that the format has no words for, with the reason. */
  readonly problems: readonly Problem[];
}

/** Every SLO is read back under `settings`: they should be those it was read under. */
export function convertSlos(
  slos: readonly Slo[],
  target: ConvertTarget,
  settings: RuleSettings,
): Conversion {
  const writer = WRITERS[target];
  const written: WrittenSlo[] = [];
  const problems: Problem[] = [];
  const places = new Map<string, string>();
  for (const slo of slos) {
    const first = places.get(slo.id);
    const result =
      first === undefined ? writeSlo(slo, writer, settings) : refusal(slo, `it is in ${first} too`);
    places.set(slo.id, first ?? `${slo.source.file}:${slo.source.line}`);
    if ("fields" in result) written.push(result);
    else problems.push(result);
  }
  const services = [...new Set(written.map(({ slo }) => slo.service))];
  const files = services.map((service): ConvertedFile => {
    const own = written.filter(({ slo }) => slo.service === service);
    const text = fileText(own, writer);
    checkWhole(text, own, settings);
    return { service, text, sloCount: own.length };
  });
  return { files, problems };
}

function fileText(written: readonly WrittenSlo[], writer: ConvertWriter): string {
  const files = [...new Set(written.map(({ slo }) => slo.source.file))];
  const shown = files.length > 3 ? `${files.slice(0, 3).join(", ")}, …` : files.join(", ");
  const head = [`Converted by slowburn convert, from ${shown}.`];
  return writer.documents(written, head).join("---\n");
}

function writeSlo(slo: Slo, writer: ConvertWriter, settings: RuleSettings): WrittenSlo | Problem {
  const faults: Fault[] = [];
  for (const make of writer.forms(slo)) {
    const result = tryForm(slo, make, writer, settings);
    if ("fields" in result) return result;
    faults.push(result);
  }
  const [fault] = faults.toSorted((a, b) => b.weight - a.weight);
  return refusal(slo, fault?.message ?? "it has no form", fault?.hint);
}

const refusal = (slo: Slo, reason: string, hint?: string): Problem =>
  sloProblem(slo, {
    code: "not-convertible",
    severity: "error",
    message: `${slo.id}: ${reason}`,
    hint,
  });

interface Fault {
  readonly message: string;
  readonly hint: string | undefined;
  /** How much it says: 2 what a reader refuses, 1 what is read otherwise, 0 that there is no such form. */
  readonly weight: number;
}

function tryForm(
  slo: Slo,
  make: ReturnType<ConvertWriter["forms"]>[number],
  writer: ConvertWriter,
  settings: RuleSettings,
): WrittenSlo | Fault {
  try {
    const written = { slo, fields: make() };
    return faultOf(fileText([written], writer), slo, settings) ?? written;
  } catch (error) {
    if (!(error instanceof NotConvertible)) throw error;
    return { message: error.message, hint: error.hint, weight: 0 };
  }
}

/** Why what was written is not the SLO; `undefined` when it is. */
function faultOf(text: string, slo: Slo, settings: RuleSettings): Fault | undefined {
  const { slos, problems } = readRuleFile({ file: "converted.yaml", text }, settings);
  const error = problems.find(({ severity }) => severity === "error");
  if (error !== undefined) return { message: error.message, hint: error.hint, weight: 2 };
  const [read] = slos;
  if (read === undefined) {
    const [warning] = problems;
    const message = `it would not run: ${warning?.message ?? "nothing is read back"}`;
    return { message, hint: warning?.hint, weight: 2 };
  }
  const differences = differencesOf(slo, read);
  if (differences.length === 0) return undefined;
  const names = differences.map((name) => `\`${name}\``).join(", ");
  return { message: `the format has no words for its ${names}`, hint: undefined, weight: 1 };
}

/** What stands in one file must read as each SLO did alone. */
function checkWhole(text: string, written: readonly WrittenSlo[], settings: RuleSettings): void {
  const { slos } = readRuleFile({ file: "converted.yaml", text }, settings);
  const same = written.every(({ slo }) => {
    const read = slos.find(({ id }) => id === slo.id);
    return read !== undefined && differencesOf(slo, read).length === 0;
  });
  assert(same, "a converted file reads back to its SLOs");
}
