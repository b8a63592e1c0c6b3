/** Every code a capture can be refused or noted with; README's table is made of this one, and a test compares them. */
export const CAPTURE_PROBLEM_CODES = {
  "capture-unreadable": "The file cannot be opened or read.",
  "capture-form": "Neither JSON lines nor length-prefixed protobuf.",
  "capture-compression":
    "Compressed in a way that this Node cannot read, or broken in its compression.",
  "record-malformed": "A record that is no OTLP metrics request.",
  "record-too-large": "A record over 64 MiB: what follows cannot be found.",
  "record-gap":
    "Over 400 days between two records: one is of a wrong clock, or they are of captures that do not belong together.",
  "record-cut-off": "The file ends within its last record: that one is left out.",
  "records-skipped": "Records of traces or logs, which count for no SLO.",
} as const;

export type CaptureProblemCode = keyof typeof CAPTURE_PROBLEM_CODES;
