/** How moments, spans and absent numbers are written in JSON. */

/** RFC 3339 in UTC of ms since the epoch. */
export const moment = (momentMs: number): string => new Date(momentMs).toISOString();

/** The same, where 0 and `undefined` stand for "never". */
export const momentOrNull = (momentMs: number | undefined): string | null =>
  momentMs === undefined || momentMs === 0 ? null : moment(momentMs);

/** `null` for what is no finite number: JSON has no NaN, and a guess would be worse than nothing. */
export const numberOrNull = (value: number | undefined): number | null =>
  value !== undefined && Number.isFinite(value) ? value : null;

export const secondsOrNull = (spanMs: number | undefined): number | null =>
  spanMs === undefined ? null : numberOrNull(spanMs / 1000);
