/**
 * A small independent reader of both text formats, written from their grammar, for tests only: it throws at the first line
 * that is not exactly of the format.
 */
export interface ParsedSample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface ParsedFamily {
  readonly name: string;
  type: string;
  unit: string | undefined;
  help: string;
  readonly samples: ParsedSample[];
}

const NUMBER = /^(?:[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?|[-+]?Inf|NaN)$/i;

export function parseExposition(text: string, format: "text" | "openmetrics"): ParsedFamily[] {
  if (!text.endsWith("\n")) throw new Error("no line feed at the end");
  const lines = text.slice(0, -1).split("\n");
  if (format === "openmetrics" && lines.pop() !== "# EOF") throw new Error("no # EOF");
  const families: ParsedFamily[] = [];
  const seen = new Set<string>();
  for (const line of lines) {
    if (line === "" && format === "text") continue;
    const meta = /^# (HELP|TYPE|UNIT) ([a-zA-Z_:][\w:]*) (.*)$/.exec(line);
    if (meta !== null) readMeta(families, meta);
    else {
      const sample = parseSample(line);
      const family = families.at(-1);
      if (family === undefined || !belongs(sample.name, family, format))
        throw new Error(`outside its family: ${line}`);
      const identity = `${sample.name} ${JSON.stringify(Object.entries(sample.labels).sort(([a], [b]) => (a < b ? -1 : 1)))}`;
      if (seen.has(identity)) throw new Error(`twice: ${line}`);
      seen.add(identity);
      family.samples.push(sample);
    }
  }
  const names = families.map(({ name }) => name);
  if (new Set(names).size !== names.length) throw new Error("a family in two places");
  return families;
}

function readMeta(families: ParsedFamily[], [, kind, name = "", rest = ""]: RegExpExecArray): void {
  let family = families.at(-1);
  if (family?.name !== name) {
    family = { name, type: "", unit: undefined, help: "", samples: [] };
    families.push(family);
  }
  if (family.samples.length > 0) throw new Error(`metadata of ${name} after its samples`);
  if (kind === "TYPE") family.type = rest;
  else if (kind === "UNIT") family.unit = rest;
  else family.help = rest;
}

function belongs(sample: string, family: ParsedFamily, format: "text" | "openmetrics"): boolean {
  if (format === "text") return sample === family.name || sample.startsWith(`${family.name}_`);
  const suffix = { counter: "_total", info: "_info" }[family.type] ?? "";
  if (family.unit !== undefined && !family.name.endsWith(`_${family.unit}`)) return false;
  return (
    sample === family.name + suffix ||
    (family.type === "histogram" && sample.startsWith(`${family.name}_`))
  );
}

function parseSample(line: string): ParsedSample {
  const name = /^[a-zA-Z_:][a-zA-Z0-9_:]*/.exec(line)?.[0];
  if (name === undefined) throw new Error(`no name: ${line}`);
  let at = name.length;
  const labels: Record<string, string> = Object.create(null) as Record<string, string>;
  if (line[at] === "{") {
    at++;
    while (line[at] !== "}") {
      const label = /^([a-zA-Z_][a-zA-Z0-9_]*)="/.exec(line.slice(at));
      if (label === null) throw new Error(`no label at ${at}: ${line}`);
      at += label[0].length;
      let value = "";
      for (; line[at] !== '"'; at++) {
        if (at >= line.length) throw new Error(`open label: ${line}`);
        if (line[at] !== "\\") value += line[at];
        else {
          at++;
          const escaped = { n: "\n", '"': '"', "\\": "\\" }[line[at] ?? ""];
          if (escaped === undefined) throw new Error(`bad escape: ${line}`);
          value += escaped;
        }
      }
      at++;
      if (label[1]! in labels) throw new Error(`label twice: ${line}`);
      labels[label[1]!] = value;
      if (line[at] === ",") at++;
      else if (line[at] !== "}") throw new Error(`no comma at ${at}: ${line}`);
    }
    at++;
  }
  const value = line.slice(at + 1);
  if (line[at] !== " " || !NUMBER.test(value)) throw new Error(`no value: ${line}`);
  return { name, labels, value: Number(value.replace(/Inf/i, "Infinity")) };
}
