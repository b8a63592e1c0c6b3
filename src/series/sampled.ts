/** What a gauge's point counts, packed for the loop: one byte that says how, one number to compare with. */
import type { SampleMeasure } from "../engine/index.ts";

const ONE = 0;
const VALUE = 1;
const ABOVE = 2;
const AT_LEAST = 3;
const BELOW = 4;
const AT_MOST = 5;
const EQUAL = 6;
const NOT_EQUAL = 7;
const CODE_OF_COMPARISON = {
  ">": ABOVE,
  ">=": AT_LEAST,
  "<": BELOW,
  "<=": AT_MOST,
  "==": EQUAL,
  "!=": NOT_EQUAL,
} as const;

export function sampleCode(sample: SampleMeasure | undefined): number {
  if (sample === undefined || sample.kind === "one") return ONE;
  return sample.kind === "value" ? VALUE : CODE_OF_COMPARISON[sample.op];
}

export const sampleValue = (sample: SampleMeasure | undefined): number =>
  sample?.kind === "holds" ? sample.value : 0;

/** What a point of `value` counts. */
export function sampled(code: number, bound: number, value: number): number {
  switch (code) {
    case VALUE:
      return value;
    case ABOVE:
      return value > bound ? 1 : 0;
    case AT_LEAST:
      return value >= bound ? 1 : 0;
    case BELOW:
      return value < bound ? 1 : 0;
    case AT_MOST:
      return value <= bound ? 1 : 0;
    case EQUAL:
      return value === bound ? 1 : 0;
    case NOT_EQUAL:
      return value !== bound ? 1 : 0;
    default:
      return 1;
  }
}
