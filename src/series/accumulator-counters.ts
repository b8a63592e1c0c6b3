/** What was noticed about senders; exposed as counters. */
export interface AccumulatorCounters {
  duplicates: number;
  late: number;
  resets: number;
  newWriters: number;
  baselines: number;
  boundsChanges: number;
  slidingStarts: number;
  writersDropped: number;
}

export function newCounters(): AccumulatorCounters {
  return {
    duplicates: 0,
    late: 0,
    resets: 0,
    newWriters: 0,
    baselines: 0,
    boundsChanges: 0,
    slidingStarts: 0,
    writersDropped: 0,
  };
}
