/**
 * Names, units and descriptions of slowburn's own instruments, in one place: `rules/slowburn.yaml` selects by them.
 * UCUM units; `{…}` is an annotation, which Prometheus names leave out.
 */
export const SCOPE_NAME = "slowburn";

/** Seconds. A bound at every threshold that `rules/slowburn.yaml` uses, so that its SLIs are exact. */
export const DURATION_BOUNDS: readonly number[] = [
  0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
];

export const INSTRUMENTS = {
  requests: {
    name: "slowburn.otlp.requests",
    unit: "{request}",
    description: "OTLP requests answered, by transport, encoding and outcome.",
  },
  requestDuration: {
    name: "slowburn.otlp.request.duration",
    unit: "s",
    description: "Time from an OTLP request's arrival to its answer, the durable commit included.",
  },
  points: {
    name: "slowburn.otlp.points",
    unit: "{point}",
    description:
      "Data points received: accepted, rejected (partial success) or unused (no rule selects them).",
  },
  rejections: {
    name: "slowburn.otlp.rejections",
    unit: "{point}",
    description: "Data points rejected through partial success, by reason.",
  },
  diagnostics: {
    name: "slowburn.series.diagnostics",
    unit: "{point}",
    description:
      "Points that showed something about their sender: restarts, repeats, lost or shared identity.",
  },
  increments: {
    name: "slowburn.increments",
    unit: "{increment}",
    description:
      "Increments of streams that were not simply booked where they are: late, spread, lost.",
  },
  tickDuration: {
    name: "slowburn.tick.duration",
    unit: "s",
    description: "How late an evaluation was done: its delay past the due time and its run time.",
  },
  streams: {
    name: "slowburn.streams",
    unit: "{stream}",
    description: "Streams evaluated: SLOs, or their groups.",
  },
  series: {
    name: "slowburn.series",
    unit: "{series}",
    description: "Series with state.",
  },
  journalSize: {
    name: "slowburn.journal.size",
    unit: "By",
    description: "Bytes on disk: database and write-ahead log.",
  },
  journalEntries: {
    name: "slowburn.journal.entries",
    unit: "{entry}",
    description: "Journal entries, by whether they became durable.",
  },
  journalIo: {
    name: "slowburn.journal.io",
    unit: "By",
    description: "Bytes of the journal entries that became durable.",
  },
  archiveSize: {
    name: "slowburn.archive.size",
    unit: "By",
    description: "What is kept for SLOs that are new or changed, in memory and on disk.",
  },
  archiveReach: {
    name: "slowburn.archive.reach",
    unit: "s",
    description: "How far back it holds all that rules measure.",
  },
  archiveDropped: {
    name: "slowburn.archive.dropped",
    unit: "By",
    description: "What was dropped before its time, to stay within archive.maxBytes.",
  },
  rebuildProgress: {
    name: "slowburn.archive.rebuild.progress",
    unit: "1",
    description: "How much of the SLOs being rebuilt is done, 0 to 1; 1 when none is.",
  },
  outboxLength: {
    name: "slowburn.outbox.length",
    unit: "{notification}",
    description: "Notifications that wait for delivery, by receiver.",
  },
  notifications: {
    name: "slowburn.notifications",
    unit: "{notification}",
    description:
      "Notifications of alerts that are done with, by receiver: sent, or given_up (refused for good, too old, too many).",
  },
  receiverFailures: {
    name: "slowburn.receiver.failures",
    unit: "{request}",
    description: "Requests to a receiver of alerts that failed and are tried again.",
  },
  receiverOutage: {
    name: "slowburn.receiver.outage",
    unit: "s",
    description: "For how long a receiver of alerts has taken nothing; 0 while it does.",
  },
  ruleProblems: {
    name: "slowburn.rules.problems",
    unit: "{problem}",
    description: "Errors and warnings in the rule files as they are on disk.",
  },
} as const;
