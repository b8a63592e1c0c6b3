/**
 * Texts of alerts as Prometheus's rules have them, templates of Go in `{{ }}`: what is common in labels and annotations is
 * expanded, `$labels.<name>`, `$value`, and a few functions of them (prometheus/prometheus, template/template.go). What is
 * not stays as it is written, so a text says too much before it says something wrong. Never throws.
 */

export interface TemplateValues {
  readonly labels: Readonly<Record<string, string>>;
  /** What the rule's expression would have: the error ratio over the short lookback. Absent where there is none. */
  readonly value?: number | undefined;
}

/** An expanded text is cut here, characters. */
export const EXPANDED_LENGTH_MAX = 4_096;

const ACTION = /\{\{(?:[^{}"`]|"[^"]*"|`[^`]*`)*\}\}/g;
const TOKEN =
  /\s*(?:(\|)|(\$labels\.\w+|\.Labels\.\w+|\$value|\.Value|\w+)|"([^"\\]*)"|`([^`]*)`)/y;

export function expandTemplate(text: string, values: TemplateValues): string {
  if (!text.includes("{{")) return text;
  const expanded = text.replaceAll(ACTION, (action) => {
    const result = evaluate(action, values);
    return result === undefined ? action : typeof result === "number" ? goText(result) : result;
  });
  return expanded.slice(0, EXPANDED_LENGTH_MAX);
}

/** The actions of a text that stay as they are written. `takesValue`: whether `$value` has a meaning there. */
export function unknownActions(text: string, takesValue: boolean): readonly string[] {
  const values = takesValue ? { labels: {}, value: 1 } : { labels: {} };
  const rest = text.replaceAll(ACTION, "");
  const left = (text.match(ACTION) ?? []).filter(
    (action) => evaluate(action, values) === undefined,
  );
  return rest.includes("{{") ? [...left, rest.slice(rest.indexOf("{{"))] : left;
}

type Token =
  | { readonly kind: "pipe" }
  | { readonly kind: "word"; readonly word: string }
  | { readonly kind: "quoted"; readonly text: string };
type Value = string | number;

/** A pipeline: each command takes the result of the one before as its last argument. */
function evaluate(action: string, values: TemplateValues): Value | undefined {
  const tokens = tokensOf(action.slice(2, -2).trim());
  if (tokens === undefined) return undefined;
  let result: Value | undefined;
  let command: Token[] = [];
  const commands = [command];
  for (const token of tokens) {
    if (token.kind === "pipe") commands.push((command = []));
    else command.push(token);
  }
  for (const [index, each] of commands.entries()) {
    result = run(each, index === 0 ? undefined : result, values);
    if (result === undefined) return undefined;
  }
  return result;
}

function tokensOf(text: string): readonly Token[] | undefined {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  for (let at = 0; at < text.length; at = TOKEN.lastIndex) {
    const match = TOKEN.exec(text);
    if (match === null) return undefined; // exec set lastIndex to 0: no way on from here
    const [, pipe, word, quoted, raw] = match;
    if (pipe !== undefined) tokens.push({ kind: "pipe" });
    else if (word !== undefined) tokens.push({ kind: "word", word });
    else tokens.push({ kind: "quoted", text: quoted ?? raw ?? "" });
  }
  return tokens;
}

function run(
  command: readonly Token[],
  piped: Value | undefined,
  values: TemplateValues,
): Value | undefined {
  const [head, ...rest] = command;
  if (head === undefined) return undefined;
  const args = rest.map((token) => valueOf(token, values));
  const all = piped === undefined ? args : [...args, piped];
  if (head.kind === "word" && Object.hasOwn(FUNCTIONS, head.word))
    return all.includes(undefined) ? undefined : FUNCTIONS[head.word]?.(all as readonly Value[]); // none is undefined
  return all.length === 0 ? valueOf(head, values) : undefined;
}

function valueOf(token: Token, { labels, value }: TemplateValues): Value | undefined {
  if (token.kind === "quoted") return token.text;
  if (token.kind === "pipe") return undefined;
  if (token.word === "$value" || token.word === ".Value") return value;
  const name = /^(?:\$labels|\.Labels)\.(\w+)$/.exec(token.word)?.[1];
  if (name === undefined) return undefined;
  return Object.hasOwn(labels, name) ? labels[name] : ""; // as Prometheus: missingkey=zero
}

const FUNCTIONS: Readonly<Record<string, (args: readonly Value[]) => Value | undefined>> = {
  humanizePercentage: ([value, ...more]) =>
    more.length === 0 && typeof value === "number" ? `${goGeneral(value * 100, 4)}%` : undefined,
  humanize: ([value, ...more]) =>
    more.length === 0 && typeof value === "number" ? humanized(value) : undefined,
  toUpper: ([text, ...more]) =>
    more.length === 0 && typeof text === "string" ? text.toUpperCase() : undefined,
  toLower: ([text, ...more]) =>
    more.length === 0 && typeof text === "string" ? text.toLowerCase() : undefined,
  printf: ([format, value, ...more]) =>
    more.length === 0 && typeof format === "string" && value !== undefined
      ? printed(format, value)
      : undefined,
};

/** SI prefixes, four digits. */
function humanized(value: number): string {
  if (value === 0 || !Number.isFinite(value)) return goGeneral(value, 4);
  const [prefixes, step] = Math.abs(value) >= 1 ? ["kMGTPEZY", 1e-3] : ["munpfazy", 1e3];
  let [scaled, prefix] = [value, ""];
  for (const next of prefixes) {
    if (step < 1 ? Math.abs(scaled) < 1_000 : Math.abs(scaled) >= 1) break;
    scaled = step < 1 ? scaled / 1_000 : scaled * 1_000;
    prefix = next;
  }
  return goGeneral(scaled, 4) + prefix;
}

/** One verb: `%s`, `%v` of anything, `%.2f`, `%.3g` of a number. */
function printed(format: string, value: Value): string | undefined {
  const parts = /^((?:[^%]|%%)*)%(?:\.(\d{1,2}))?([fgsv])((?:[^%]|%%)*)$/.exec(format);
  if (parts === null) return undefined;
  const [, before = "", digits, verb, after = ""] = parts;
  const shown = shownAs(verb ?? "", digits === undefined ? undefined : Number(digits), value);
  return shown && (before + shown + after).replaceAll("%%", "%");
}

function shownAs(verb: string, digits: number | undefined, value: Value): string | undefined {
  if (typeof value === "string")
    return digits === undefined && "sv".includes(verb) ? value : undefined;
  if (verb === "f") return Number.isFinite(value) ? value.toFixed(digits ?? 6) : goText(value);
  if (verb === "g" && digits !== undefined) return goGeneral(value, Math.max(1, digits));
  return digits === undefined && verb !== "s" ? goText(value) : undefined;
}

/** Go's `%v` of a float: the shortest digits, with an exponent below 1e-4 and from 1e6. */
function goText(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "+Inf" : "-Inf";
  const size = Math.abs(value);
  return size !== 0 && (size < 1e-4 || size >= 1e6)
    ? twoDigitExponent(value.toExponential())
    : String(value);
}

/** Go's `%.<digits>g`: no zeros at the end, an exponent below 1e-4 and from 10^digits. */
function goGeneral(value: number, digits: number): string {
  if (!Number.isFinite(value)) return goText(value);
  const exponent = Number(value.toExponential(digits - 1).split("e")[1]);
  if (value !== 0 && (exponent < -4 || exponent >= digits)) {
    const [mantissa = "", power = ""] = value.toExponential(digits - 1).split("e");
    return twoDigitExponent(`${Number(mantissa)}e${power}`);
  }
  return String(Number(value.toPrecision(digits)));
}

/** Go pads exponents: `e-05`. */
const twoDigitExponent = (text: string): string => text.replace(/(?<=e[+-])(?=\d$)/, "0");
