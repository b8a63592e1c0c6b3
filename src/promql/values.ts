/** What a part of a query comes to: never a number of the present, but which sums it would be made of. */
import type { ResultLabels } from "./labels.ts";
import type { Selection } from "./selector.ts";
import type { Terms } from "./terms.ts";

/** What one unit of a sum is. Only sums of one scale can be added or divided: what is not in the terms then cancels. */
export interface Scale {
  /** Counts; counts per second of the range; or as many counts as a subquery takes steps. */
  readonly unit: "counts" | "perSecond" | "perStep";
  /** `{{.window}}`, or milliseconds. */
  readonly range: string;
  /** Milliseconds between the steps of a subquery; empty for Prometheus' own choice, and without steps. */
  readonly step: string;
}

/** A constant; `vector(0)` is one that series can fall back on. */
export interface NumberValue {
  readonly kind: "number";
  readonly value: number;
  readonly isVector: boolean;
}

/** The present values of gauges. */
export interface InstantValue {
  readonly kind: "instant";
  /** The selector, as long as nothing was done with it. */
  readonly selection: Selection | undefined;
  /** What the elements' values add up to; `undefined` when that is no sum of measures. */
  readonly values: Terms | undefined;
  /** How many elements there are; `undefined` when that is no sum of measures. */
  readonly elements: Terms | undefined;
  readonly labels: ResultLabels;
}

/** `avg(…)` of gauges at present: its time average is a ratio of sums. */
export interface MeanValue {
  readonly kind: "mean";
  readonly values: Terms;
  readonly elements: Terms;
  readonly labels: ResultLabels;
}

export interface RangeValue {
  readonly kind: "range";
  readonly of: InstantValue | MeanValue;
  readonly scale: Scale;
}

export interface SumValue {
  readonly kind: "sum";
  readonly terms: Terms;
  readonly scale: Scale;
  readonly labels: ResultLabels;
}

export interface QuotientValue {
  readonly kind: "quotient";
  readonly part: Terms;
  readonly whole: Terms;
  readonly labels: ResultLabels;
  /** An average over time: part and whole are of the same points. */
  readonly isMean: boolean;
}

export type Value = NumberValue | InstantValue | MeanValue | RangeValue | SumValue | QuotientValue;

/** For messages. */
export function describeValue(value: Value): string {
  switch (value.kind) {
    case "number":
      return "a constant";
    case "instant":
    case "mean":
      return "the present values of gauges";
    case "range":
      return "a range of samples";
    case "sum":
      return "a sum of counts";
    case "quotient":
      return "a ratio";
  }
}
