/** `le`: the bound of a histogram's bucket. Prometheus 2 wrote `le="1"` where Prometheus 3 writes `le="1.0"`: both are 1. */

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const INFINITE = /^\+?Inf$/i;

/** `undefined` when the text is no bound. */
export function readBound(text: string): number | undefined {
  if (INFINITE.test(text)) return Infinity;
  return NUMBER.test(text) ? Number(text) : undefined;
}

/** `1|1.0`, `1(\.0)?`: a pattern that spells one bound in several ways. */
export function readBoundPattern(pattern: string): number | undefined {
  const inner = /^\(([^()]*)\)$/.exec(pattern)?.[1] ?? pattern;
  const spellings = inner.split("|").map((each) =>
    each
      .replace(/\((?:\?:)?\\?\.0\)\?$/, "")
      .replaceAll("\\.", ".")
      .replace(/^\\\+/, "+"),
  );
  const bounds = spellings.map(readBound);
  return bounds.every((bound) => bound === bounds[0]) ? bounds[0] : undefined;
}
