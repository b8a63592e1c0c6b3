/** What a recorder answers: its sender must know whether a request is in the file, and what the server behind it said. */
import { describe, expect, test } from "vitest";
import { CaptureWriter, createRelay, Recording } from "../../src/capture/index.ts";
import type { ExportHandler, ExportOutcome } from "../../src/otlp/index.ts";
import { encodeResponse } from "../../src/otlp/export-response.ts";
import { EPOCH_MS } from "../series/harness.ts";
import { newPath, readBack, requestAt } from "./captures.ts";

async function recorder(relay?: ExportHandler, maxBytes = Infinity) {
  const file = newPath();
  const writer = await CaptureWriter.create(file, maxBytes, EPOCH_MS);
  const ports = { writer, now: () => EPOCH_MS + 1000, ...(relay === undefined ? {} : { relay }) };
  const recording = new Recording(ports);
  const recorded = async () => {
    await writer.close();
    return (await readBack(file)).records.length - 1; // the first says when it began
  };
  return { recording, writer, recorded };
}

const answering = (status: number, body: Uint8Array = new Uint8Array(0), headers = {}) =>
  createRelay({
    url: "http://server:4318",
    token: "secret",
    fetch: (url, init) => {
      expect(url).toBe("http://server:4318/v1/metrics");
      expect(init).toMatchObject({
        method: "POST",
        redirect: "error",
        headers: { authorization: "Bearer secret", "content-type": "application/x-protobuf" },
      });
      return Promise.resolve(new Response(Buffer.from(body), { status, headers }));
    },
  });

describe("alone", () => {
  test("a request is acknowledged when it is in the file", async () => {
    const { recording, writer, recorded } = await recorder();
    expect(await recording.handle(requestAt(1, 1))).toEqual({ kind: "accepted" });
    expect(writer.recordCount).toBe(1);
    expect(await recorded()).toBe(1);
  });

  test("what is no request is refused, and not recorded", async () => {
    const { recording, recorded } = await recorder();
    expect(await recording.handle(Uint8Array.of(0x0a, 0xff))).toMatchObject({ kind: "malformed" });
    expect(await recorded()).toBe(0);
  });

  test("a full file ends it: the sender keeps what has no room", async () => {
    const { recording, recorded } = await recorder(undefined, 100);
    const outcomes = [
      await recording.handle(requestAt(1, 1)),
      await recording.handle(requestAt(2, 2)),
    ];
    expect(outcomes.map(({ kind }) => kind)).toEqual(["accepted", "unavailable"]);
    expect(await recording.ended).toEqual({ kind: "full" });
    expect(await recording.handle(requestAt(3, 3))).toMatchObject({ kind: "unavailable" });
    expect(await recorded()).toBe(1);
  });

  test("a file that cannot be written ends it", async () => {
    const { recording, writer } = await recorder();
    await writer.close();
    expect(await recording.handle(requestAt(1, 1))).toMatchObject({ kind: "unavailable" });
    expect(await recording.ended).toMatchObject({ kind: "failed", error: { code: "EBADF" } });
  });
});

describe("in front of a server", () => {
  const warning = { rejectedPoints: 300, message: "time in future" };
  test.each<[string, ExportHandler, Partial<ExportOutcome>, number]>([
    ["200", answering(200), { kind: "accepted" }, 1],
    [
      "200 with partial_success",
      answering(200, encodeResponse("protobuf", warning)),
      { kind: "partial", ...warning },
      1,
    ],
    ["400", answering(400), { kind: "malformed" }, 0],
    ["413, which no sender is to try again", answering(413), { kind: "too large" }, 0],
    [
      "429",
      answering(429, undefined, { "retry-after": "7" }),
      { kind: "overloaded", retryAfterSeconds: 7 },
      0,
    ],
    ["503", answering(503), { kind: "unavailable", retryAfterSeconds: 1 }, 0],
    [
      "503 with a date",
      answering(503, undefined, { "retry-after": "Wed, 21 Oct 2026 07:28:00 GMT" }),
      { kind: "unavailable", retryAfterSeconds: 1 },
      0,
    ],
    ["401, which is the recorder's fault", answering(401), { kind: "unavailable" }, 0],
  ])(
    "%s is handed back, and only what was taken is recorded",
    async (_name, relay, outcome, count) => {
      const { recording, recorded } = await recorder(relay);
      expect(await recording.handle(requestAt(1, 1))).toMatchObject(outcome);
      expect(await recorded()).toBe(count);
    },
  );

  test("an answer without an end is read no further than its bound", async () => {
    let chunkCount = 0;
    const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
      pull: (controller) => {
        chunkCount++;
        controller.enqueue(new Uint8Array(16 * 1024));
      },
    });
    const fetch = () => Promise.resolve(new Response(body));
    const relay = createRelay({ url: "http://server:4318", fetch });
    const { recording, recorded } = await recorder(relay);
    expect(await recording.handle(requestAt(1, 1))).toMatchObject({ kind: "accepted" });
    expect(await recorded()).toBe(1);
    expect(chunkCount).toBeLessThan(10);
  });

  test("a server that is not there is trouble that passes", async () => {
    const relay = createRelay({
      url: "http://server:4318",
      fetch: () =>
        Promise.reject(new TypeError("fetch failed", { cause: new Error("ECONNREFUSED") })),
    });
    const { recording, recorded } = await recorder(relay);
    expect(await recording.handle(requestAt(1, 1))).toMatchObject({
      kind: "unavailable",
      message: "http://server:4318 cannot be reached: ECONNREFUSED",
    });
    expect(await recorded()).toBe(0);
  });
});
