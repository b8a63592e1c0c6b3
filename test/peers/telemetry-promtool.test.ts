/** Prometheus' own linter on slowburn's own instruments, beside the process metrics they share a page with. */
import { describe, expect, it } from "vitest";
import { Recorder, startTelemetry } from "../../src/telemetry/index.ts";
import { checkMetrics } from "./tool.ts";

describe("promtool check metrics", () => {
  it("finds nothing in slowburn's own instruments", async () => {
    const recorder = new Recorder();
    const telemetry = startTelemetry(
      recorder,
      {
        points: () => ({ accepted: 1, rejected: 0, unused: 0 }),
        rejections: () => ({ "time-unset": 1 }),
        diagnostics: () => ({ duplicate: 1 }),
        increments: () => ({ late: 1 }),
        journal: () => ({ entries: 1, entryBytes: 2, failedEntries: 3 }),
        streams: () => 1,
        series: () => 2,
        journalBytes: () => 3,
        archive: () => ({ sizeBytes: 1024, reachMs: 60_000, droppedBytes: 0, rebuilt: 0.5 }),
        receivers: () => [
          {
            receiver: "alertmanager",
            url: "http://127.0.0.1:9093",
            sent: 1,
            givenUp: 0,
            failures: 2,
            waiting: 4,
            outageMs: 1000,
          },
        ],
        ruleProblems: () => ({ errors: 0, warnings: 0 }),
      },
      { version: "1.2.3", instanceId: "i", receiverUrl: undefined },
    );
    recorder.recordRequest("http", "protobuf", "ok", 3);
    recorder.recordTick(4);
    const input = await telemetry.metrics("text");
    await telemetry.close();
    expect(checkMetrics(input)).toEqual({ exitCode: 0, text: "" });
  });
});
