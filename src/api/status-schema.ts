/** `/api/v1/status` for machines; see schemas.ts. */
import { z } from "zod";
import { absentMoment, count, moment } from "./schema-parts.ts";
import type { ReceiverAnswer, StatusAnswer } from "./status-answer.ts";

const seconds = z.number().min(0);
const counts = z.record(z.string(), count);

export const receiver: z.ZodType<ReceiverAnswer> = z.strictObject({
  receiver: z.string(),
  kind: z.enum(["alertmanager", "webhook"]),
  url: z.string(),
  sent: count,
  failed: count.describe("Requests that failed and were tried again."),
  givenUp: count.describe("Notifications that it will never get."),
  queueLength: count,
  oldestAt: absentMoment.describe("When what waits longest began to wait."),
  lastSentAt: absentMoment,
  lastError: z.string().nullable(),
  failingSince: absentMoment.describe("null while it takes notifications, or got none yet."),
});

export const status: z.ZodType<StatusAnswer> = z.strictObject({
  version: z.string(),
  node: z.string(),
  state: z.enum(["ready", "starting", "recovering", "failing", "stopping"]),
  reason: z.string().nullable(),
  startedAt: moment,
  uptimeSeconds: seconds,
  tickedAt: absentMoment,
  listeners: z.array(z.strictObject({ name: z.string(), url: z.string() })),
  data: z.strictObject({
    directory: z.string(),
    durability: z.enum(["ack", "interval"]),
    databaseBytes: count.nullable(),
    walBytes: count.nullable(),
    journalEntries: count.nullable(),
    snapshotSeq: count.nullable(),
  }),
  archive: z
    .strictObject({
      bytes: count,
      heldSince: absentMoment.describe("From when on all is held that rules measured."),
      droppedBefore: absentMoment.describe(
        "What is older was dropped to stay within archive.maxBytes.",
      ),
      rebuilding: z
        .strictObject({ slos: z.array(z.string()), progress: z.number().min(0).max(1) })
        .nullable()
        .describe("SLOs whose counts are being made of it; what was in force answers meanwhile."),
    })
    .nullable()
    .describe("What is kept for SLOs that are new or changed; null when nothing is."),
  ingest: z.strictObject({
    requests: z.array(
      z.strictObject({
        transport: z.enum(["http", "grpc"]),
        encoding: z.enum(["protobuf", "json"]),
        outcome: z.enum(["ok", "partial", "client_error", "unavailable"]),
        count,
      }),
    ),
    points: z.strictObject({ accepted: count, rejected: count, unused: count }),
    rejections: counts.describe("Rejected points by reason, where there were any."),
    diagnostics: counts.describe(
      "Points that showed something about their sender, where there were any.",
    ),
    journal: z.strictObject({ entries: count, bytes: count, failedEntries: count }),
    increments: z.strictObject({
      tooOld: count,
      late: count,
      spread: count,
      unknownStream: count,
    }),
  }),
  seriesCount: count,
  streamCount: count,
  sloCount: count,
  rules: z.strictObject({ files: count, errors: count, warnings: count }),
  alerts: z.strictObject({ pending: count, firing: count }),
  receivers: z.array(receiver),
});
