import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  createEventLog,
  type EventLog,
  type LogFields,
  type LogSettings,
} from "../../src/telemetry/index.ts";
import { OperationError } from "../../src/slo/index.ts";

const MOMENT = Date.UTC(2026, 0, 2, 3, 4, 5, 6);

function logged(write: (log: EventLog) => void, settings: Partial<LogSettings> = {}): string {
  let text = "";
  const log = createEventLog({
    format: "json",
    level: "info",
    now: () => MOMENT,
    write: (line) => (text += line),
    ...settings,
  });
  write(log);
  return text;
}
const line = (fields: LogFields, settings?: Partial<LogSettings>): string =>
  logged((log) => log.info("server.started", fields), settings);

describe("a log line", () => {
  it("is one JSON object with time, level and event first", () => {
    expect(line({ port: 4318 })).toBe(
      '{"level":"info","time":"2026-01-02T03:04:05.006Z","event":"server.started","port":4318}\n',
    );
  });

  it("is readable as text, values with blanks quoted", () => {
    expect(line({ file: "rules/shop.yaml", message: "two words", n: 2 }, { format: "text" })).toBe(
      '2026-01-02T03:04:05.006Z info  server.started file=rules/shop.yaml message="two words" n=2\n',
    );
  });

  it("is left out below the level", () => {
    expect(logged((log) => log.debug("tick.late"))).toBe("");
    expect(logged((log) => log.debug("tick.late"), { level: "debug" })).toContain("tick.late");
  });

  it("tells an error's code and cause", () => {
    const cause = new Error("ENOSPC");
    const error = new OperationError("disk-full", "no room", { cause, retryable: true });
    const fields = JSON.parse(line({ error })) as { error: Record<string, unknown> };
    expect(fields.error).toMatchObject({
      type: "OperationError",
      code: "disk-full",
      message: "no room",
    });
    expect(fields.error["cause"]).toMatchObject({ message: "ENOSPC" });
  });

  it.each(["json", "text"] as const)(
    "stays one line without control characters as %s",
    (format) => {
      const nasty = fc.string({
        unit: fc.constantFrom(
          "a",
          "\n",
          "\r",
          "\u001b",
          "\u009b",
          "\u202e",
          "\u2028",
          '"',
          "=",
          " ",
        ),
      });
      fc.assert(
        fc.property(nasty, (value) => {
          const text = line({ value }, { format });
          // oxlint-disable-next-line no-control-regex -- what must not be there
          expect(text.slice(0, -1)).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028-\u202e]/);
          expect(text.endsWith("\n")).toBe(true);
          if (format === "json") expect((JSON.parse(text) as { value: string }).value).toBe(value);
        }),
      );
    },
  );
});

describe("secrets", () => {
  const CANARY = "canary-4f1c9a77";

  it.each<[string, LogFields]>([
    ["a field named token", { token: CANARY }],
    ["a header deep inside", { request: { headers: { Authorization: `Bearer ${CANARY}` } } }],
    ["a list of passwords", { passwords: [CANARY] }],
    ["credentials in a URL", { url: `https://bob:${CANARY}@hooks.example/x` }],
    ["a bearer token in a sentence", { message: `sent "Bearer ${CANARY}" and got 401` }],
    ["an error's message", { error: new Error(`bad token Bearer ${CANARY}`) }],
  ])("are masked: %s", (_name, fields) => {
    const text = line(fields);
    expect(text).toContain("[REDACTED]");
    expect(text).not.toContain(CANARY);
  });

  it.each<[string, LogFields]>([
    ["in a sentence", { message: `hook ${CANARY} failed` }],
    ["in a URL's query", { url: `https://hooks.example/?key=${CANARY}` }],
    ["in an error's cause", { error: new Error("x", { cause: new Error(CANARY) }) }],
    ["in an error's code", { error: Object.assign(new Error("x"), { code: CANARY }) }],
  ])("of the configuration are masked wherever they are: %s", (_name, fields) => {
    expect(line(fields)).toContain(CANARY); // the name and the form give nothing away here
    expect(line(fields, { secrets: [CANARY] })).not.toContain(CANARY);
  });

  it("that are too short to be secrets do not blank out words", () => {
    expect(line({ message: "a data directory" }, { secrets: ["a", "data"] })).toContain(
      "a data directory",
    );
  });
});
