import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { metrics } from "@opentelemetry/api";
import { describe, expect, it } from "vitest";
import { parseExposition } from "../export/parse-exposition.ts";
import {
  INSTRUMENTS,
  Recorder,
  startTelemetry,
  type TelemetrySources,
} from "../../src/telemetry/index.ts";

const SOURCES: TelemetrySources = {
  points: () => ({ accepted: 10, rejected: 2, unused: 5 }),
  rejections: () => ({ "time-unset": 2, "value-missing": 0 }),
  diagnostics: () => ({ duplicate: 3 }),
  increments: () => ({ too_old: 1 }),
  journal: () => ({ entries: 7, entryBytes: 900, failedEntries: 1 }),
  streams: () => 3,
  series: () => undefined,
  journalBytes: () => Promise.resolve(4096),
  archive: () => ({ sizeBytes: 1024, reachMs: 60_000, droppedBytes: 0, rebuilt: 0.5 }),
  receivers: () => [
    {
      receiver: "hook",
      url: "http://hook",
      sent: 7,
      givenUp: 1,
      failures: 2,
      waiting: 3,
      outageMs: 90_000,
    },
  ],
  ruleProblems: () => ({ errors: 1, warnings: 2 }),
};
const QUIET = { version: "1.2.3", instanceId: "i-1", receiverUrl: undefined };

/** Answers each export with what `status` says, and keeps the bodies. */
async function receiver(): Promise<{
  url: string;
  bodies: Buffer[];
  types: (string | undefined)[];
  status: { code: number };
  arrived: (count: number) => Promise<void>;
  close: () => void;
}> {
  const bodies: Buffer[] = [];
  const types: (string | undefined)[] = [];
  const status = { code: 200 };
  let wake = (): void => undefined;
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      bodies.push(Buffer.concat(parts));
      types.push(request.headers["content-type"]);
      response.writeHead(status.code, { "content-type": "application/x-protobuf" }).end();
      wake();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const arrived = async (count: number) => {
    while (bodies.length < count) await new Promise<void>((resolve) => (wake = resolve));
  };
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    bodies,
    types,
    status,
    arrived,
    close: () => server.close(),
  };
}

describe("own metrics in /metrics", () => {
  it("shows counters, gauges and histograms under the names that rules use, in text", async () => {
    const recorder = new Recorder();
    const telemetry = startTelemetry(recorder, SOURCES, QUIET);
    recorder.recordRequest("http", "json", "unavailable", 7);
    recorder.recordTick(1500);
    const text = await telemetry.metrics("text");
    await telemetry.close();
    const lines = text.split("\n");
    expect(lines).toContain("# TYPE slowburn_otlp_requests_total counter");
    expect(lines).toContain(
      'slowburn_otlp_requests_total{transport="http",encoding="json",outcome="unavailable"} 1',
    );
    expect(lines).toContain(
      'slowburn_otlp_requests_total{transport="grpc",encoding="protobuf",outcome="ok"} 0',
    );
    expect(lines).toContain('slowburn_otlp_points_total{outcome="rejected"} 2');
    expect(lines).toContain('slowburn_otlp_request_duration_seconds_bucket{le="0.005"} 0');
    expect(lines).toContain('slowburn_otlp_request_duration_seconds_bucket{le="0.01"} 1');
    expect(lines).toContain("slowburn_tick_duration_seconds_sum 1.5");
    expect(lines).toContain("slowburn_journal_size_bytes 4096");
    expect(lines).toContain('slowburn_rules_problems{severity="warning"} 2');
    const hook = 'receiver="hook",url="http://hook"';
    expect(lines).toContain(`slowburn_outbox_length{${hook}} 3`);
    expect(lines).toContain(`slowburn_notifications_total{${hook},outcome="sent"} 7`);
    expect(lines).toContain(`slowburn_notifications_total{${hook},outcome="given_up"} 1`);
    expect(lines).toContain(`slowburn_receiver_failures_total{${hook}} 2`);
    expect(lines).toContain(`slowburn_receiver_outage_seconds{${hook}} 90`);
    const others = lines.filter((line) =>
      /^slowburn_(otlp_rejections|series_diag|increments|journal_(io|ent))/.test(line),
    );
    expect(others).toEqual([
      'slowburn_otlp_rejections_total{reason="time-unset"} 2',
      'slowburn_otlp_rejections_total{reason="value-missing"} 0',
      'slowburn_series_diagnostics_total{kind="duplicate"} 3',
      'slowburn_increments_total{kind="too_old"} 1',
      'slowburn_journal_entries_total{outcome="written"} 7',
      'slowburn_journal_entries_total{outcome="failed"} 1',
      "slowburn_journal_io_bytes_total 900",
    ]);
    expect(text).not.toMatch(/target_info|otel_scope|# UNIT|slowburn_series /);
  });

  it("names counter families without _total in OpenMetrics, and changes nothing else", async () => {
    const recorder = new Recorder();
    const telemetry = startTelemetry(recorder, SOURCES, QUIET);
    recorder.recordTick(20);
    const text = await telemetry.metrics("text");
    const openmetrics = await telemetry.metrics("openmetrics");
    await telemetry.close();
    expect(openmetrics).toContain("# TYPE slowburn_otlp_requests counter\n");
    expect(openmetrics).toContain("# HELP slowburn_otlp_requests OTLP requests");
    const samples = (all: string) => all.split("\n").filter((line) => !line.startsWith("#"));
    expect(samples(openmetrics)).toEqual(samples(text));
    expect(openmetrics).not.toMatch(/^# (HELP|TYPE) \S+_total /m);
  });

  it("is exactly of the format in both", async () => {
    const recorder = new Recorder();
    const telemetry = startTelemetry(recorder, SOURCES, QUIET);
    recorder.recordTick(20);
    const text = parseExposition(await telemetry.metrics("text"), "text");
    const open = parseExposition(`${await telemetry.metrics("openmetrics")}# EOF\n`, "openmetrics");
    await telemetry.close();
    expect(text.map((family) => family.type)).toEqual(open.map((family) => family.type));
    // all but the histogram that is empty, and the gauge without a value
    expect(text.length).toBe(Object.keys(INSTRUMENTS).length - 2);
  });

  it("keeps two servers of one process apart and leaves the global meter provider as it was", async () => {
    const before = metrics.getMeterProvider();
    const [one, two] = [new Recorder(), new Recorder()];
    const first = startTelemetry(one, SOURCES, QUIET);
    const second = startTelemetry(two, { ...SOURCES, streams: () => 77 }, QUIET);
    one.recordTick(1);
    expect(await first.metrics("text")).toContain("slowburn_tick_duration_seconds_count 1");
    expect(await second.metrics("text")).not.toContain("slowburn_tick_duration_seconds_count 1");
    expect(await second.metrics("text")).toContain("slowburn_streams 77");
    expect(metrics.getMeterProvider()).toBe(before);
    await Promise.all([first.close(), second.close()]);
  });

  it("fails as a whole when a source throws, so that the scrape can say so", async () => {
    const broken = { ...SOURCES, journalBytes: () => Promise.reject(new Error("disk away")) };
    const telemetry = startTelemetry(new Recorder(), broken, QUIET);
    await expect(telemetry.metrics("text")).rejects.toThrow("own metrics could not be collected");
    await telemetry.close();
  });
});

describe("own metrics by OTLP", () => {
  it("arrive at the receiver as protobuf with the resource that says who sends, and nothing detected", async () => {
    const target = await receiver();
    const recorder = new Recorder();
    const telemetry = startTelemetry(recorder, SOURCES, {
      ...QUIET,
      receiverUrl: target.url,
      intervalMs: 20,
    });
    recorder.recordRequest("grpc", "protobuf", "ok", 1);
    await target.arrived(1);
    await telemetry.close();
    target.close();
    const body = target.bodies[0]!.toString("latin1");
    expect(target.types[0]).toBe("application/x-protobuf");
    for (const word of ["service.name", "service.instance.id", "i-1", "slowburn.otlp.requests"])
      expect(body).toContain(word);
    expect(body).not.toMatch(/host\.name|process\.|telemetry\.sdk/);
  });

  it("sends what is left when it is closed", async () => {
    const target = await receiver();
    const recorder = new Recorder();
    const settings = { ...QUIET, receiverUrl: target.url, intervalMs: 600_000 };
    const telemetry = startTelemetry(recorder, SOURCES, settings);
    recorder.recordTick(5);
    await telemetry.close();
    target.close();
    expect(target.bodies.at(-1)!.toString("latin1")).toContain("slowburn.tick.duration");
  });

  it("says once that they do not arrive, and once that they do again", async () => {
    const target = await receiver();
    target.status.code = 400;
    const said: string[] = [];
    const telemetry = startTelemetry(new Recorder(), SOURCES, {
      ...QUIET,
      receiverUrl: target.url,
      intervalMs: 300, // an export may take as long; a shorter one fails by itself on a busy machine
      onFailed: () => said.push("failed"),
      onRecovered: () => said.push("recovered"),
    });
    await target.arrived(3);
    target.status.code = 200;
    await target.arrived(6);
    await telemetry.close();
    target.close();
    expect(said).toEqual(["failed", "recovered"]);
  });
});
