/** Branded numbers: mixing a unit up with another does not compile, and costs nothing at run time. */
declare const unit: unique symbol;

/** Milliseconds, as a moment since the Unix epoch or as a span. */
export type Millis = number & { readonly [unit]: "ms" };
/** Parts per billion: 99.9 % is 999_000_000. Integers, so that error budgets are exact. */
export type Ppb = number & { readonly [unit]: "ppb" };
/** Row of a stream (one SLO, or one of its groups) in the engine. */
export type StreamIndex = number & { readonly [unit]: "stream" };

export const millis = (n: number): Millis => n as Millis;
export const ppb = (n: number): Ppb => n as Ppb;
export const streamIndex = (n: number): StreamIndex => n as StreamIndex;

/** All of it: 100 % in parts per billion. */
export const WHOLE_PPB = 1_000_000_000;
