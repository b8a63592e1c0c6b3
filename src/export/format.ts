/** The two text formats and which one a scraper asked for (grafana.md section 3; RFC 9110 section 12.5.1). */

/** Prometheus text format 0.0.4, OpenMetrics text format 1.0. */
export type ExpositionFormat = "text" | "openmetrics";

/** Prometheus 3 fails a scrape whose type is missing or unknown, so these are exact. */
export const CONTENT_TYPES: Readonly<Record<ExpositionFormat, string>> = {
  text: "text/plain; version=0.0.4; charset=utf-8",
  openmetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8",
};

interface Preference {
  /** Lower case, without parameters. */
  readonly range: string;
  readonly version: string | undefined;
  /** 0..1; what is no number counts as 0. */
  readonly quality: number;
}

/**
 * The format to answer `Accept` with: the highest q wins, on a tie the earlier. Wildcards, an absent header and types we do
 * not speak get text, as Prometheus' own exporters answer; never 406, so that a browser and `curl` work.
 */
export function negotiateFormat(accept: string | undefined): ExpositionFormat {
  let best: { format: ExpositionFormat; quality: number } | undefined;
  for (const preference of preferences(accept ?? "")) {
    const format = formatOf(preference);
    if (format === undefined || !(preference.quality > 0)) continue;
    if (best === undefined || preference.quality > best.quality)
      best = { format, quality: preference.quality };
  }
  return best?.format ?? "text";
}

/** Whether `Accept-Encoding` admits gzip. An absent header does not ask for it. */
export function acceptsGzip(acceptEncoding: string | undefined): boolean {
  const all = preferences(acceptEncoding ?? "");
  const match =
    all.find(({ range }) => range === "gzip" || range === "x-gzip") ??
    all.find(({ range }) => range === "*");
  return match !== undefined && match.quality > 0;
}

function formatOf({ range, version }: Preference): ExpositionFormat | undefined {
  if (range === "application/openmetrics-text")
    return version === undefined || version === "1.0.0" ? "openmetrics" : undefined;
  if (range === "text/plain")
    return version === undefined || version === "0.0.4" ? "text" : undefined;
  return range === "text/*" || range === "*/*" ? "text" : undefined;
}

function preferences(header: string): readonly Preference[] {
  return header
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "")
    .map((part) => {
      const [range = "", ...parameters] = part.split(";").map((piece) => piece.trim());
      const parameter = (name: string) =>
        parameters
          .map((text) => /^([^=\s]+)\s*=\s*"?([^"]*)"?$/.exec(text))
          .find((match) => match?.[1]?.toLowerCase() === name)?.[2];
      const quality = Number(parameter("q") ?? "1");
      return {
        range: range.toLowerCase(),
        version: parameter("version"),
        quality: quality >= 0 && quality <= 1 ? quality : 0,
      };
    });
}
