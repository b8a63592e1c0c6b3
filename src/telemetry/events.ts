/** Every event a log line can be of. Names are stable: people alert and search on them. */
export const EVENTS = {
  "server.started": "Listens and takes data.",
  "server.stopping": "A signal came: no new requests, what is under way is finished.",
  "server.stopped": "Everything is on disk; the process ends.",
  "server.failed": "Cannot start or go on.",
  "store.recovered": "What the data directory held was read back.",
  "store.damaged": "Some of what was acknowledged could not be read back.",
  "store.failed":
    "The disk refused a write; requests are answered with 503. Once, until `store.resumed`.",
  "store.resumed": "The disk takes writes again.",
  "rules.loaded": "Rule files were read at the start.",
  "rules.changed": "Rule files changed and took effect.",
  "rules.retired":
    "These SLOs are in none of the files any more that held them; they are counted on for a while, unseen.",
  "rules.rebuilding":
    "Counts of new or changed SLOs are made of the archive; what was in force answers meanwhile.",
  "rules.rebuilt": "They are whole, and take effect.",
  "archive.overflow":
    "What is older was dropped from the archive, to stay within `archive.maxBytes`; at most one line an hour.",
  "rules.problem": "A rule file is wrong; its last good version keeps running.",
  "alert.pending": "An alert's condition began to hold.",
  "alert.firing": "An alert fires.",
  "alert.resolved": "An alert ended.",
  "outbox.failed": "A receiver of alerts does not answer; notifications wait.",
  "outbox.recovered": "The receiver answers again.",
  "outbox.dropped":
    "Notifications that nobody will get: refused for good, too old, too many, or of a receiver that is configured no more; at most one line per receiver and minute.",
  "otlp.partial":
    "Points of a sender are rejected, the rest is taken; at most one line per reason, sender and minute.",
  "otlp.refused":
    "A sender's requests are refused; at most one line per reason, sender and minute.",
  "api.failed": "An API request failed by our fault.",
  "metrics.failed": "A part of `/metrics` could not be made; the rest was sent.",
  "telemetry.failed": "Own metrics could not be sent to the own receiver.",
  "telemetry.recovered": "Own metrics are sent again.",
  "tick.late": "An evaluation was done late.",
  "invariant.broken": "A bug of slowburn: it stops acknowledging and exits.",
} as const;
export type EventName = keyof typeof EVENTS;
