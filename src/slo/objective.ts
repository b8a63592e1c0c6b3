/**
 * The objective as an exact decimal. `1 - 0.999` is not 0.001 in binary, so an objective is kept as
 * integer parts per billion and divided once (DESIGN 4.11, research/math.md section 1).
 */
import { ppb, WHOLE_PPB, type Ppb } from "./units.ts";

export interface Objective {
  /** As the user wrote it, with its sign: `99.9%`. */
  readonly text: string;
  readonly goodPpb: Ppb;
  /** 100 % less the objective; more than zero. */
  readonly budgetPpb: Ppb;
}

const PERCENT = /^(\d{1,3})(?:\.(\d{1,7}))?\s*%$/;

/** Reads `99.9%`; `undefined` when it is no percentage of 0 % to below 100 %, or has over 7 decimals. */
export function parseObjective(text: string): Objective | undefined {
  const match = PERCENT.exec(text.trim());
  if (match === null) return undefined;
  const [, whole = "", decimals = ""] = match;
  const goodPpb = Number(whole) * 10_000_000 + Number(decimals.padEnd(7, "0"));
  if (goodPpb >= WHOLE_PPB) return undefined;
  return { text: text.trim(), goodPpb: ppb(goodPpb), budgetPpb: ppb(WHOLE_PPB - goodPpb) };
}

/** The objective as a ratio, rounded once: 99.9 % → 0.999. */
export const objectiveRatio = (objective: Objective): number => objective.goodPpb / WHOLE_PPB;
/** The error budget as a ratio, rounded once: 99.9 % → 0.001. */
export const budgetRatio = (objective: Objective): number => objective.budgetPpb / WHOLE_PPB;
