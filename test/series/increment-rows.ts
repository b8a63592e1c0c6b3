/**
 * The rows of the increment table (research/otlp.md section 3), in its order, by the names under which tests pin them: the
 * `row` of a case, or a comment `row: name` above a test. increment-rows.test.ts finds those that nothing pins.
 */
export const INCREMENT_ROWS = {
  "known-later": "cumulative, known writer, t > last, V >= last: V - last, spread over (last, t]",
  "known-same-time": "t = last: 0 (duplicate)",
  "known-earlier": "t < last: 0, a later point contains it (late)",
  "known-fallen": "V < last, same start: V (reset without a new start)",
  "new-start": "a start the rules have watched since: V, also when it is the point's time",
  "new-series": "a new series of a start that an earlier export showed: V",
  "old-start": "a start older than the rules, not known: 0, baseline",
  "sliding-start": "a start that is a writer's last time while V goes on: V - last",
  "no-start": "start unset: by value, the first is a baseline",
  delta: "delta: v, unless the pair of start and time was seen (late ones, gaps and overlaps too)",
  rejected: "what is wrong with a point alone: rejected, and said in partial_success",
  sampled: "a sum that can fall, a gauge: its value, only where a rule asks for values",
  kept: "eviction: none; series are kept, and at the limit new ones are refused",
} as const;
export type IncrementRow = keyof typeof INCREMENT_ROWS;
