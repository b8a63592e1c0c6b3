/* oxlint-disable max-lines -- one receiver, case by case */
/** OTLP/HTTP over real sockets: what each request is answered with, and that nothing hangs or is held for ever. */
import * as http from "node:http";
import * as https from "node:https";
import * as net from "node:net";
import * as zlib from "node:zlib";
import { afterEach, describe, expect, test } from "vitest";
import { exportRequestType } from "../../bench/otlp-proto.ts";
import {
  createHttpReceiver,
  HeldBytes,
  MalformedRequest,
  type ExportHandler,
} from "../../src/otlp/index.ts";
import type { ReceivedRequest, Receiver, ReceiverSettings } from "../../src/otlp/index.ts";
import { TEST_TLS } from "../api/test-tls.ts";
import { buildRequest } from "./request-builder.ts";
import { decodeStatus } from "./status-reader.ts";

const PROTOBUF = "application/x-protobuf";
const REQUEST = buildRequest({
  metrics: [{ name: "m", gauge: { points: [{ time: 1, int: 1 }] } }],
});
const accept: ExportHandler = async () => ({ kind: "accepted" });

const running: Receiver[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((it) => it.close(100)));
});

async function start(settings: Partial<ReceiverSettings> = {}): Promise<string> {
  const receiver = createHttpReceiver({ handle: accept, ...settings });
  running.push(receiver);
  return `http://127.0.0.1:${await receiver.start("127.0.0.1", 0)}/v1/metrics`;
}

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Buffer;
}
async function post(
  url: string,
  body: Uint8Array | string,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const sent = typeof body === "string" ? body : new Uint8Array(body);
  const response = await fetch(url, {
    method: "POST",
    body: sent,
    headers: { "content-type": PROTOBUF, ...headers },
  });
  return {
    status: response.status,
    headers: response.headers,
    body: Buffer.from(await response.arrayBuffer()),
  };
}

test("a protobuf request is handed over byte for byte and answered with an empty response", async () => {
  const seen: Uint8Array[] = [];
  const url = await start({ handle: async (it) => (seen.push(it), accept(it)) });
  const { status, headers, body } = await post(url, REQUEST);
  expect([status, headers.get("content-type"), body.length]).toEqual([200, PROTOBUF, 0]);
  expect(Buffer.from(seen[0]!)).toEqual(Buffer.from(REQUEST));
});

test("an empty request succeeds in both encodings", async () => {
  const url = await start();
  expect((await post(url, "")).status).toBe(200);
  const json = await post(url, "{}", { "content-type": "Application/JSON; charset=utf-8" });
  expect([json.status, json.headers.get("content-type"), json.body.toString()]).toEqual([
    200,
    "application/json",
    "{}",
  ]);
});

test("JSON arrives at the handler as protobuf", async () => {
  const seen: Uint8Array[] = [];
  const url = await start({ handle: async (it) => (seen.push(it), accept(it)) });
  const json = exportRequestType().decode(REQUEST).toJSON();
  await post(url, JSON.stringify(json), { "content-type": "application/json" });
  expect(exportRequestType().decode(seen[0]!).toJSON()).toEqual(json);
});

test("rejected points and warnings are a partial success", async () => {
  const url = await start({
    handle: async () => ({
      kind: "partial",
      rejectedPoints: 3,
      message: "NaN",
      reason: "value-not-finite",
    }),
  });
  expect((await post(url, REQUEST)).body.toString("hex")).toBe("0a0708031203" + "4e614e");
  const json = await post(url, "{}", { "content-type": "application/json" });
  expect(JSON.parse(json.body.toString())).toEqual({
    partialSuccess: { rejectedDataPoints: "3", errorMessage: "NaN" },
  });
});

test("JSON that has nothing of OTLP is warned about", async () => {
  const url = await start();
  const { status, body } = await post(url, '{"spans": []}', { "content-type": "application/json" });
  expect(status).toBe(200);
  const { partialSuccess } = JSON.parse(body.toString()) as {
    partialSuccess: Record<string, string>;
  };
  expect(partialSuccess["errorMessage"]).toContain('"spans"');
  expect(partialSuccess["rejectedDataPoints"]).toBeUndefined();
});

const compressors: readonly (readonly [string, (bytes: Uint8Array) => Buffer])[] = [
  ["gzip", zlib.gzipSync],
  ["GZIP", zlib.gzipSync],
  ["deflate", zlib.deflateSync],
];
test.each(compressors)("a body in %s is decompressed", async (name, compress) => {
  const seen: Uint8Array[] = [];
  const url = await start({ handle: async (it) => (seen.push(it), accept(it)) });
  expect((await post(url, compress(REQUEST), { "content-encoding": name })).status).toBe(200);
  expect(Buffer.from(seen[0]!)).toEqual(Buffer.from(REQUEST));
});

test("a body beyond what is inflated at once arrives whole too", async () => {
  const seen: number[] = [];
  const url = await start({ handle: async (it) => (seen.push(it.length), accept(it)) });
  await post(url, zlib.gzipSync(Buffer.alloc(9_000_000)), { "content-encoding": "gzip" });
  expect(seen).toEqual([9_000_000]);
});

test("zstd is taken where Node has it, and refused with 415 elsewhere", async () => {
  const url = await start();
  const compress = (zlib as unknown as { zstdCompressSync?: (bytes: Uint8Array) => Buffer })
    .zstdCompressSync;
  const { status } = await post(url, compress?.(REQUEST) ?? REQUEST, {
    "content-encoding": "zstd",
  });
  expect(status).toBe(compress === undefined ? 415 : 200);
});

test("what is not OTLP is refused with a Status in the request's encoding", async () => {
  const url = await start();
  const lost = await post(url.replace("metrics", "traces"), REQUEST);
  expect([lost.status, lost.headers.get("content-type")]).toEqual([404, PROTOBUF]);
  expect(decodeStatus(lost.body).message).toContain("/v1/metrics");
  const get = await fetch(url);
  expect([get.status, get.headers.get("allow")]).toEqual([405, "POST"]);
  expect(((await get.json()) as { code: number }).code).toBe(12);
  expect((await fetch(url, { method: "HEAD" })).status).toBe(405);
  expect((await post(url, REQUEST, { "content-type": "text/plain" })).status).toBe(415);
  const snappy = await post(url, REQUEST, { "content-encoding": "snappy" });
  expect([snappy.status, snappy.headers.get("accept-encoding")?.startsWith("gzip")]).toEqual([
    415,
    true,
  ]);
  const broken = await post(url, REQUEST, { "content-encoding": "gzip" });
  expect(broken.status).toBe(400);
  expect(decodeStatus(broken.body).message).toContain("not gzip");
  const cut = zlib.gzipSync(REQUEST).subarray(0, -9);
  expect((await post(url, cut, { "content-encoding": "gzip" })).status).toBe(400);
});

const BAD_REQUEST = "type.googleapis.com/google.rpc.BadRequest";

test("malformed requests are answered 400, with where and why in words and as a BadRequest", async () => {
  const error = new MalformedRequest("resource_metrics[0]", "field 1 is cut off", 7);
  const url = await start({ handle: async () => ({ kind: "malformed", error }) });
  const { status, body } = await post(url, REQUEST);
  expect([status, decodeStatus(body)]).toEqual([
    400,
    {
      code: 3,
      message: "resource_metrics[0]: field 1 is cut off (byte 7)",
      violations: [["resource_metrics[0]", "field 1 is cut off (byte 7)"]],
    },
  ]);
  const json = await post(url, '{"resourceMetrics": 1}', { "content-type": "application/json" });
  const violation = { field: "resourceMetrics", description: "is not an array" };
  expect([json.status, JSON.parse(json.body.toString())]).toEqual([
    400,
    {
      code: 3,
      message: "resourceMetrics: is not an array",
      details: [{ "@type": BAD_REQUEST, fieldViolations: [violation] }],
    },
  ]);
});

test("what is wrong with a body as a whole is a violation without a field", async () => {
  const url = await start();
  const broken = decodeStatus((await post(url, REQUEST, { "content-encoding": "gzip" })).body);
  expect(broken).toMatchObject({ code: 3, violations: [["", broken.message]] });
  const json = await post(url, "[]", { "content-type": "application/json" });
  expect(JSON.parse(json.body.toString())).toMatchObject({
    message: "request: is not a JSON object",
    details: [{ "@type": BAD_REQUEST, fieldViolations: [{ description: "is not a JSON object" }] }],
  });
});

test("trouble that passes is answered with Retry-After and RetryInfo", async () => {
  const busy = await start({
    handle: async () => ({ kind: "unavailable", message: "full", retryAfterSeconds: 1.5 }),
  });
  const first = await post(busy, REQUEST);
  expect([first.status, first.headers.get("retry-after")]).toEqual([503, "2"]);
  expect(decodeStatus(first.body)).toEqual({ code: 14, message: "full", retryDelay: 1.5 });
  const over = await start({
    handle: async () => ({ kind: "overloaded", message: "quota", retryAfterSeconds: 1 }),
  });
  const second = await post(over, "{}", { "content-type": "application/json" });
  expect([second.status, second.headers.get("retry-after")]).toEqual([429, "1"]);
  expect(JSON.parse(second.body.toString())).toMatchObject({
    code: 8,
    details: [{ retryDelay: "1s" }],
  });
});

test("what is too large for the handler is refused for good: 413 without Retry-After", async () => {
  const url = await start({ handle: async () => ({ kind: "too large", message: "fewer" }) });
  const { status, headers, body } = await post(url, REQUEST);
  expect([status, headers.get("retry-after")]).toEqual([413, null]);
  expect(decodeStatus(body)).toEqual({ code: 8, message: "fewer" });
});

test("a handler that throws costs the client nothing: 503, and the error is reported", async () => {
  const seen: ReceivedRequest[] = [];
  const failure = new Error("our bug");
  const url = await start({
    handle: () => Promise.reject(failure),
    onRequest: (it) => seen.push(it),
  });
  expect((await post(url, REQUEST)).status).toBe(503);
  expect(seen).toMatchObject([
    { protocol: "http", status: 503, error: failure, bytes: REQUEST.length },
  ]);
});

test("too much is refused with 413: declared, streamed, or after decompression", async () => {
  const url = await start({ limits: { requestBytes: 100_000, compressedBytes: 50_000 } });
  const big = Buffer.alloc(200_000, 7);
  const declared = await post(url, big);
  expect([declared.status, decodeStatus(declared.body).code]).toEqual([413, 8]);
  const bomb = await post(url, zlib.gzipSync(Buffer.alloc(100_001)), {
    "content-encoding": "gzip",
  });
  expect(bomb.status).toBe(413);
  const random = Buffer.from(Array.from({ length: 60_000 }, (_, index) => (index * 7919) % 251));
  expect((await post(url, random, { "content-encoding": "gzip" })).status).toBe(413);
  expect(await streamed(url, big)).toBe(413);
  expect((await post(url, Buffer.alloc(100_000))).status).toBe(200);
});

/** Sends `body` chunked, without telling its size. */
function streamed(url: string, body: Buffer): Promise<number> {
  return new Promise((resolve, reject) => {
    const request = http.request(
      url,
      { method: "POST", headers: { "content-type": PROTOBUF } },
      (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      },
    );
    request.on("error", reject);
    for (let at = 0; at < body.length; at += 20_000) request.write(body.subarray(at, at + 20_000));
    request.end();
  });
}

test("one connection serves on after every kind of refusal", async () => {
  const url = await start({ limits: { requestBytes: 1_000 } });
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  const ports: (number | undefined)[] = [];
  const send = (path: string, method: string, body: Buffer): Promise<number> =>
    new Promise((resolve, reject) => {
      const options = {
        agent,
        method,
        headers: { "content-type": PROTOBUF, "content-length": body.length },
      };
      const request = http.request(new URL(path, url), options, (response) => {
        ports.push(request.socket?.localPort);
        response.resume().on("end", () => resolve(response.statusCode ?? 0));
      });
      request.on("error", reject);
      request.end(body);
    });
  const big = Buffer.alloc(300_000);
  expect(await send("/v1/traces", "POST", big)).toBe(404);
  expect(await send("/v1/metrics", "PUT", big)).toBe(405);
  expect(await send("/v1/metrics", "POST", big)).toBe(413);
  expect(await send("/v1/metrics", "POST", Buffer.from(REQUEST))).toBe(200);
  expect(new Set(ports).size).toBe(1);
  agent.destroy();
});

test("bytes held by all requests together are bounded and given back", async () => {
  const heldBytes = new HeldBytes(1_000);
  let finish: (() => void) | undefined;
  const url = await start({
    heldBytes,
    handle: async (it) => {
      await new Promise<void>((resolve) => (finish = resolve));
      return accept(it);
    },
  });
  const first = post(url, Buffer.alloc(800));
  await expect.poll(() => finish).toBeDefined();
  expect(heldBytes.heldBytes).toBe(800);
  const refused = await post(url, Buffer.alloc(300));
  expect([refused.status, refused.headers.get("retry-after")]).toEqual([503, "1"]);
  finish!();
  expect((await first).status).toBe(200);
  await expect.poll(() => heldBytes.heldBytes).toBe(0);
});

test("a client that goes away mid-body leaves nothing held", async () => {
  const heldBytes = new HeldBytes(1_000_000);
  const url = new URL(await start({ heldBytes }));
  const socket = net.connect(Number(url.port), "127.0.0.1");
  socket.write(
    `POST /v1/metrics HTTP/1.1\r\nHost: x\r\nContent-Type: ${PROTOBUF}\r\nContent-Length: 5000\r\n\r\nab`,
  );
  await expect.poll(() => heldBytes.heldBytes).toBe(5_000);
  socket.destroy();
  await expect.poll(() => heldBytes.heldBytes).toBe(0);
});

/** Sends pieces as they are, each when the one before has left; resolves with all that came back before the end. */
function talk(url: string, ...pieces: readonly (string | Uint8Array)[]): Promise<string> {
  const { port } = new URL(url);
  return new Promise((resolve) => {
    const socket = net.connect(Number(port), "127.0.0.1");
    const heard: Buffer[] = [];
    socket.on("data", (chunk: Buffer) => void heard.push(chunk));
    socket.on("close", () => resolve(Buffer.concat(heard).toString("latin1")));
    socket.on("error", () => {
      // A reset is an end, too.
    });
    const sendFrom = (index: number): void => {
      if (index < pieces.length)
        socket.write(pieces[index]!, () => setImmediate(sendFrom, index + 1));
    };
    sendFrom(0);
  });
}

/** The parts of one response. */
function parsed(response: string): { status: number; headers: string; body: Buffer } {
  const [head = "", ...rest] = response.split("\r\n\r\n");
  return {
    status: Number(/^HTTP\/1\.1 (\d{3}) /.exec(head)?.[1]),
    headers: head.toLowerCase(),
    body: Buffer.from(rest.join("\r\n\r\n"), "latin1"),
  };
}

const HEAD = `POST /v1/metrics HTTP/1.1\r\nHost: x\r\nContent-Type: ${PROTOBUF}\r\n`;

describe("a client that is too slow", () => {
  test("with its body is told to send it again, and what it held is given back", async () => {
    const heldBytes = new HeldBytes(1_000_000);
    const seen: ReceivedRequest[] = [];
    const url = await start({
      heldBytes,
      timeouts: { bodyMs: 10 },
      onRequest: (it) => seen.push(it),
    });
    const answered = fetch(url, {
      method: "POST",
      headers: { "content-type": PROTOBUF },
      body: new ReadableStream({ start: (body) => body.enqueue(new Uint8Array(100)) }),
      duplex: "half",
    } as RequestInit);
    const { status, headers, body } = await answered.then(async (response) => ({
      status: response.status,
      headers: response.headers,
      body: Buffer.from(await response.arrayBuffer()),
    }));
    expect([status, headers.get("retry-after")]).toEqual([503, "1"]);
    expect(decodeStatus(body)).toEqual({
      code: 14,
      message: "the request's body did not come within 0.01 s; send it again",
      retryDelay: 1,
    });
    expect(heldBytes.heldBytes).toBe(0);
    expect(seen).toMatchObject([{ status: 503, reason: "too slow", peer: "127.0.0.1" }]);
  });

  test("may send the rest, and is served on", async () => {
    let isLate = (): void => undefined;
    const late = new Promise<void>((resolve) => (isLate = resolve));
    const url = await start({ timeouts: { bodyMs: 10 }, onRequest: () => isLate() });
    const socket = net.connect(Number(new URL(url).port), "127.0.0.1");
    let heard = "";
    socket.on("data", (chunk: Buffer) => (heard += chunk.toString("latin1")));
    socket.write(`${HEAD}Content-Length: 4\r\n\r\nab`);
    await late;
    socket.write(`cd${HEAD}Content-Length: 0\r\n\r\n`);
    await expect
      .poll(() => heard.match(/HTTP\/1\.1 \d+/g))
      .toEqual(["HTTP/1.1 503", "HTTP/1.1 200"]);
    socket.destroy();
  });

  test("with its head is answered in JSON, and let go", async () => {
    const url = await start({ timeouts: { headMs: 10 } });
    const { status, headers, body } = parsed(await talk(url, HEAD));
    expect(status).toBe(503);
    expect(headers).toMatch(/^retry-after: 1$/m);
    expect(headers).toMatch(/^connection: close$/m);
    expect(headers).toMatch(/^content-type: application\/json$/m);
    expect(JSON.parse(body.toString())).toMatchObject({
      code: 14,
      details: [{ retryDelay: "1s" }],
    });
  });

  test("and said nothing at all is let go without a word", async () => {
    expect(await talk(await start({ timeouts: { headMs: 10 } }))).toBe("");
  });
});

describe("bytes that are no request", () => {
  test.each<[string, number, string]>([
    ["another protocol", 400, "\x16\x03\x01\x02\x00"],
    ["HTTP/2", 400, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"],
    ["a head that is too large", 431, `${HEAD}X: ${"x".repeat(20_000)}\r\n\r\n`],
    ["two lengths", 400, `${HEAD}Content-Length: 1\r\nContent-Length: 2\r\n\r\n`],
  ])(
    "%s: answered with a Status, and the end of the connection",
    async (_name, expected, bytes) => {
      const seen: ReceivedRequest[] = [];
      const url = await start({ onRequest: (it) => seen.push(it) });
      const { status, headers, body } = parsed(await talk(url, Buffer.from(bytes, "latin1")));
      expect(status).toBe(expected);
      expect(headers).toMatch(/^connection: close$/m);
      const { code, message } = JSON.parse(body.toString()) as { code: number; message: string };
      expect([code, message.length > 0]).toEqual([expected === 400 ? 3 : 8, true]);
      expect(seen).toEqual([]); // nobody asked for anything
    },
  );

  test("in the middle of a body: answered once, in the encoding of the request", async () => {
    const seen: ReceivedRequest[] = [];
    const heldBytes = new HeldBytes();
    const url = await start({ heldBytes, onRequest: (it) => seen.push(it) });
    const chunked = `${HEAD}Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n`;
    const heard = await talk(url, chunked, "no length\r\n", "more of it\r\n");
    const { status, headers, body } = parsed(heard);
    expect(status).toBe(400);
    expect(headers).toMatch(/^connection: close$/m);
    expect(decodeStatus(body)).toMatchObject({ code: 3, violations: [["", expect.any(String)]] });
    expect(seen).toMatchObject([{ status: 400, reason: "not HTTP" }]);
    expect(heldBytes.heldBytes).toBe(0);
  });

  test("behind a request that was refused by its head: answered apart", async () => {
    const lost = HEAD.replace("metrics", "traces");
    const url = await start();
    const heard = await talk(url, `${lost}Content-Length: 2\r\n\r\nab`, "no request\r\n");
    expect(heard.match(/HTTP\/1\.1 \d+/g)).toEqual(["HTTP/1.1 404", "HTTP/1.1 400"]);
  });

  test("in a body that was refused already: the connection ends with the one answer", async () => {
    const lost = HEAD.replace("metrics", "traces");
    const chunked = `${lost}Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n`;
    const heard = await talk(await start(), chunked, "no length\r\n");
    expect(heard.match(/HTTP\/1\.1 \d+/g)).toEqual(["HTTP/1.1 404"]);
  });

  test("on a TLS port: that connection ends without a word, and no other", async () => {
    const port = new URL(await start({ tls: TEST_TLS })).port;
    expect(await talk(`http://127.0.0.1:${port}`, `${HEAD}Content-Length: 0\r\n\r\n`)).not.toMatch(
      /^HTTP/,
    );
    const status = await new Promise((resolve, reject) => {
      const options = { port, method: "POST", path: "/v1/metrics", ca: TEST_TLS.cert };
      const request = https.request({ ...options, host: "localhost" }, (response) => {
        resolve(response.resume().statusCode);
      });
      request.on("error", reject).setHeader("content-type", PROTOBUF);
      request.end(REQUEST);
    });
    expect(status).toBe(200);
  });

  test("behind a request: that is answered, and the connection ends", async () => {
    let finish: (() => void) | undefined;
    const url = await start({
      handle: async (it) => {
        await new Promise<void>((resolve) => (finish = resolve));
        return accept(it);
      },
    });
    const heard = talk(url, `${HEAD}Content-Length: 2\r\n\r\nabno request\r\n`);
    await expect.poll(() => finish).toBeDefined();
    finish!();
    const { status, headers, body } = parsed(await heard);
    expect([status, body.length]).toEqual([200, 0]);
    expect(headers).toMatch(/^connection: close$/m);
  });
});

test("authorize decides before the body is read", async () => {
  const url = await start({ authorize: (headers) => headers["authorization"] === "Bearer s3cret" });
  const refused = await post(url, REQUEST);
  expect([refused.status, refused.headers.get("www-authenticate")]).toEqual([401, "Bearer"]);
  expect((await post(url, REQUEST, { authorization: "Bearer s3cret" })).status).toBe(200);
});

test("close lets a request under way finish, then refuses connections", async () => {
  let finish: (() => void) | undefined;
  const url = await start({
    handle: async (it) => {
      await new Promise<void>((resolve) => (finish = resolve));
      return accept(it);
    },
  });
  const answer = post(url, REQUEST);
  await expect.poll(() => finish).toBeDefined();
  const closed = running.splice(0)[0]!.close(5_000);
  finish!();
  const { status, headers } = await answer;
  expect([status, headers.get("connection")]).toEqual([200, "close"]);
  await closed;
  await expect(post(url, REQUEST)).rejects.toThrow();
});

test("a port in use is the caller's error to explain", async () => {
  const url = new URL(await start());
  const second = createHttpReceiver({ handle: accept });
  await expect(second.start("127.0.0.1", Number(url.port))).rejects.toMatchObject({
    code: "EADDRINUSE",
  });
});
