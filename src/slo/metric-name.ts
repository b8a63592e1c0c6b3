/**
 * How Prometheus spells an OpenTelemetry metric or attribute: rules may use either. Follows the default strategy
 * `UnderscoreEscapingWithSuffixes` of prometheus/otlptranslator (OpenTelemetry specification,
 * compatibility/prometheus_and_openmetrics.md; research/otlp.md section 5).
 */

/** What a metric's Prometheus name depends on besides its own name and unit. */
export type MetricShape = "counter" | "gauge" | "histogram" | "summary";

const UNIT_WORDS: Readonly<Record<string, string>> = {
  d: "days",
  h: "hours",
  min: "minutes",
  s: "seconds",
  ms: "milliseconds",
  us: "microseconds",
  ns: "nanoseconds",
  By: "bytes",
  KiBy: "kibibytes",
  MiBy: "mebibytes",
  GiBy: "gibibytes",
  TiBy: "tebibytes",
  KBy: "kilobytes",
  MBy: "megabytes",
  GBy: "gigabytes",
  TBy: "terabytes",
  m: "meters",
  V: "volts",
  A: "amperes",
  J: "joules",
  W: "watts",
  g: "grams",
  Cel: "celsius",
  Hz: "hertz",
  "%": "percent",
  "1": "",
};

const PER_UNIT_WORDS: Readonly<Record<string, string>> = {
  s: "second",
  m: "minute",
  h: "hour",
  d: "day",
  w: "week",
  mo: "month",
  y: "year",
};

const INVALID = /[^A-Za-z0-9:]+/;
const words = (text: string): string[] => text.split(INVALID).filter((word) => word !== "");
const wordOf = (table: Readonly<Record<string, string>>, unit: string): string =>
  Object.hasOwn(table, unit) ? (table[unit] ?? "") : words(unit).join("_");

/** Words a unit appends: `s` → seconds; `By/s` → bytes, per, second; annotations in braces are left out. */
function unitWords(unit: string): string[] {
  const slash = unit.indexOf("/");
  const main = (slash < 0 ? unit : unit.slice(0, slash)).trim();
  const per = slash < 0 ? "" : unit.slice(slash + 1).trim();
  const mainWord = /[{}]/.test(main) ? "" : wordOf(UNIT_WORDS, main);
  const perWord = per === "" || /[{}]/.test(per) ? "" : wordOf(PER_UNIT_WORDS, per);
  return [...(mainWord === "" ? [] : [mainWord]), ...(perWord === "" ? [] : ["per", perWord])];
}

/** The family name, with unit and type suffix: `http.server.request.duration`, `s` → `http_server_request_duration_seconds`. */
export function prometheusName(name: string, unit: string, shape: MetricShape): string {
  const tokens = words(name);
  const [main, ...rest] = unitWords(unit);
  if (main !== undefined && main !== "per" && !tokens.includes(main)) tokens.push(main);
  const per = main === "per" ? [main, ...rest] : rest;
  const perWord = per[1];
  if (perWord !== undefined && !tokens.includes(perWord)) tokens.push(...per);
  if (shape === "counter") return startSafely([...tokens.filter((t) => t !== "total"), "total"]);
  if (shape === "gauge" && unit.trim() === "1") {
    return startSafely([...tokens.filter((token) => token !== "ratio"), "ratio"]);
  }
  return startSafely(tokens);
}

function startSafely(tokens: readonly string[]): string {
  const text = tokens.join("_");
  return /^[0-9]/.test(text) ? `_${text}` : text;
}

/** The name without unit and type suffix (`UnderscoreEscapingWithoutSuffixes`). */
function escapedMetricName(name: string): string {
  const text = name.replaceAll(/[^A-Za-z0-9_:]/g, "_");
  return /^[0-9]/.test(text) ? `_${text}` : text;
}

/**
 * The name with its dots, and unit and type suffix (`NoUTF8EscapingWithSuffixes`): `http.server.request.duration_seconds`.
 */
function unescapedName(name: string, unit: string, shape: MetricShape): string {
  const [main, ...rest] = unitWords(unit);
  const per = (main === "per" ? [main, ...rest] : rest).join("_");
  const type =
    shape === "counter" ? "total" : shape === "gauge" && unit.trim() === "1" ? "ratio" : "";
  let text = withoutSuffix(withoutSuffix(name, type), per);
  if (main !== undefined && main !== "per" && !text.endsWith(main)) text += `_${main}`;
  for (const suffix of [per, type]) if (suffix !== "") text += `_${suffix}`;
  return text;
}

/** A suffix goes together with what separates it. */
const withoutSuffix = (name: string, suffix: string): string =>
  suffix !== "" && name.endsWith(suffix) && name.length > suffix.length + 1
    ? name.slice(0, -suffix.length - 1)
    : name;

/**
 * Every name a rule may call the metric by, each once: its own first, then the Prometheus spellings whose samples
 * count events (`_count` and `_bucket` of a histogram, `_count` of a summary; never `_sum`, which adds up values).
 */
export function metricSpellings(name: string, unit: string, shape: MetricShape): readonly string[] {
  const families = [
    prometheusName(name, unit, shape),
    escapedMetricName(name),
    unescapedName(name, unit, shape),
    name,
  ];
  const suffixes =
    shape === "histogram" ? ["", "_count", "_bucket"] : shape === "summary" ? ["", "_count"] : [""];
  const spelled = families.flatMap((family) => suffixes.map((suffix) => family + suffix));
  return [...new Set([name, ...spelled])];
}

/** An attribute's label name: `http.route` → `http_route`; a leading digit gets `key_`. Runs of `_` are kept, as Prometheus does. */
export function prometheusLabel(key: string): string {
  const text = key.replaceAll(/[^A-Za-z0-9_]/g, "_");
  return /^[0-9]/.test(text) ? `key_${text}` : text;
}
