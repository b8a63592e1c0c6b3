/** OTLP/gRPC: grpc-js as the client where it can say the thing, raw HTTP/2 frames where it cannot. */
import * as http2 from "node:http2";
import * as net from "node:net";
import * as zlib from "node:zlib";
import * as grpc from "@grpc/grpc-js";
import { afterEach, expect, test } from "vitest";
import {
  createGrpcReceiver,
  HeldBytes,
  MalformedRequest,
  type ExportHandler,
} from "../../src/otlp/index.ts";
import type { ReceivedRequest, Receiver, ReceiverSettings } from "../../src/otlp/index.ts";
import { buildRequest } from "./request-builder.ts";
import { decodeStatus } from "./status-reader.ts";

const METHOD = "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export";
const REQUEST = Buffer.from(
  buildRequest({ metrics: [{ name: "m", gauge: { points: [{ time: 1, int: 1 }] } }] }),
);
const accept: ExportHandler = async () => ({ kind: "accepted" });

const running: Receiver[] = [];
const clients: { close(): void }[] = [];
afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  await Promise.all(running.splice(0).map((it) => it.close(100)));
});

async function start(settings: Partial<ReceiverSettings> = {}): Promise<number> {
  const receiver = createGrpcReceiver({ handle: accept, ...settings });
  running.push(receiver);
  return receiver.start("127.0.0.1", 0);
}

interface Reply {
  readonly code: number;
  readonly message: string;
  readonly body: Buffer | undefined;
  readonly details: Buffer | undefined;
}
interface CallSettings {
  readonly method?: string;
  readonly gzip?: boolean;
  readonly deadlineMs?: number;
  readonly token?: string;
}

function connect(port: number, gzip = false): grpc.Client {
  const options = gzip ? { "grpc.default_compression_algorithm": 2 } : {};
  const client = new grpc.Client(`127.0.0.1:${port}`, grpc.credentials.createInsecure(), {
    "grpc.max_send_message_length": -1,
    ...options,
  });
  clients.push(client);
  return client;
}

function send(client: grpc.Client, body: Buffer, settings: CallSettings = {}): Promise<Reply> {
  const metadata = new grpc.Metadata();
  if (settings.token !== undefined) metadata.set("authorization", settings.token);
  const same = (bytes: Buffer): Buffer => bytes;
  const { deadlineMs, method = METHOD } = settings;
  const options = deadlineMs === undefined ? {} : { deadline: Date.now() + deadlineMs };
  return new Promise((resolve) => {
    client.makeUnaryRequest(method, same, same, body, metadata, options, (error, answer) => {
      const [details] = error?.metadata.get("grpc-status-details-bin") ?? [];
      resolve({
        code: error?.code ?? 0,
        message: error?.details ?? "",
        body: answer,
        details: details as Buffer | undefined,
      });
    });
  });
}

const call = async (port: number, body: Buffer, settings: CallSettings = {}): Promise<Reply> =>
  send(connect(port, settings.gzip), body, settings);

test("a request is handed over byte for byte, plain and in gzip", async () => {
  const seen: Uint8Array[] = [];
  const port = await start({ handle: async (it) => (seen.push(it), accept(it)) });
  for (const gzip of [false, true]) {
    const { code, body } = await call(port, REQUEST, { gzip });
    expect([code, body?.length]).toEqual([0, 0]);
  }
  expect(seen.map((it) => Buffer.from(it))).toEqual([REQUEST, REQUEST]);
});

test("an empty request succeeds; a large one arrives whole", async () => {
  const seen: number[] = [];
  const port = await start({ handle: async (it) => (seen.push(it.length), accept(it)) });
  expect((await call(port, Buffer.alloc(0))).code).toBe(0);
  expect((await call(port, Buffer.alloc(20_000_000))).code).toBe(0);
  expect(seen).toEqual([0, 20_000_000]);
});

test("rejected points are a partial success", async () => {
  const port = await start({
    handle: async () => ({
      kind: "partial",
      rejectedPoints: 3,
      message: "NaN",
      reason: "value-not-finite",
    }),
  });
  expect((await call(port, REQUEST)).body?.toString("hex")).toBe("0a07080312034e614e");
});

test("malformed requests are INVALID_ARGUMENT, told in any script and as a BadRequest", async () => {
  const error = new MalformedRequest("metrics[0]", "100 % fälsch \u{1f525}\nline", -1);
  const port = await start({ handle: async () => ({ kind: "malformed", error }) });
  const reply = await call(port, REQUEST);
  expect([reply.code, reply.message]).toEqual([3, error.message]);
  expect(decodeStatus(reply.details!)).toEqual({
    code: 3,
    message: error.message,
    violations: [["metrics[0]", error.description]],
  });
});

test("long texts are cut before they outgrow a trailer", async () => {
  const error = new MalformedRequest("metrics[0]", "x".repeat(5_000), -1);
  const port = await start({ handle: async () => ({ kind: "malformed", error }) });
  const reply = await call(port, REQUEST);
  const { violations } = decodeStatus(reply.details!);
  expect([reply.message.length, violations?.[0]?.[1].length]).toEqual([1_024, 1_024]);
});

test("trouble that passes carries RetryInfo", async () => {
  const full = await start({
    handle: async () => ({ kind: "unavailable", message: "full", retryAfterSeconds: 1.5 }),
  });
  const unavailable = await call(full, REQUEST);
  expect(unavailable.code).toBe(14);
  expect(decodeStatus(unavailable.details!)).toEqual({
    code: 14,
    message: "full",
    retryDelay: 1.5,
  });
  const over = await start({
    handle: async () => ({ kind: "overloaded", message: "quota", retryAfterSeconds: 2 }),
  });
  const exhausted = await call(over, REQUEST);
  expect(exhausted.code).toBe(8);
  expect(decodeStatus(exhausted.details!).retryDelay).toBe(2);
  const large = await start({ handle: async () => ({ kind: "too large", message: "fewer" }) });
  const refused = await call(large, REQUEST);
  expect([refused.code, decodeStatus(refused.details!).retryDelay]).toEqual([8, undefined]);
});

test("a handler that throws is UNAVAILABLE, and reported", async () => {
  const seen: ReceivedRequest[] = [];
  const failure = new Error("our bug");
  const port = await start({
    handle: () => Promise.reject(failure),
    onRequest: (it) => seen.push(it),
  });
  expect((await call(port, REQUEST)).code).toBe(14);
  expect(seen).toMatchObject([{ protocol: "grpc", status: 14, error: failure }]);
});

test("too much is RESOURCE_EXHAUSTED without RetryInfo, before and after decompression", async () => {
  const port = await start({ limits: { requestBytes: 100_000, compressedBytes: 1_000 } });
  const plain = await call(port, Buffer.alloc(100_001));
  expect(plain.code).toBe(8);
  expect(decodeStatus(plain.details!).retryDelay).toBeUndefined();
  const bomb = await call(port, Buffer.alloc(200_000), { gzip: true });
  expect([bomb.code, decodeStatus(bomb.details!).retryDelay]).toEqual([8, undefined]);
  expect((await call(port, Buffer.alloc(100_000))).code).toBe(0);
});

test("unknown methods and services are UNIMPLEMENTED", async () => {
  const port = await start();
  const reply = await call(port, REQUEST, { method: METHOD.replace("metrics", "trace") });
  expect(reply.code).toBe(12);
  expect(reply.message).toContain("MetricsService/Export");
});

test("authorize decides before the message is read", async () => {
  const port = await start({
    authorize: (headers) => headers["authorization"] === "Bearer s3cret",
  });
  expect((await call(port, REQUEST)).code).toBe(16);
  expect((await call(port, REQUEST, { token: "Bearer s3cret" })).code).toBe(0);
});

test("one connection serves on after refusals of large messages", async () => {
  const port = await start({ limits: { requestBytes: 1_000 } });
  const client = connect(port);
  for (let round = 0; round < 20; round++)
    expect((await send(client, Buffer.alloc(500_000))).code).toBe(8);
  expect((await send(client, REQUEST)).code).toBe(0);
});

test("a call past its own deadline is ended, and what it held is given back", async () => {
  const heldBytes = new HeldBytes();
  let finish: (() => void) | undefined;
  const port = await start({
    heldBytes,
    handle: async (it) => {
      await new Promise<void>((resolve) => (finish = resolve));
      return accept(it);
    },
  });
  expect((await call(port, REQUEST, { deadlineMs: 50 })).code).toBe(4);
  // The handler still has the request.
  expect(heldBytes.heldBytes).toBeGreaterThan(0);
  finish!();
  await expect.poll(() => heldBytes.heldBytes).toBe(0);
});

test("a call whose message does not come is UNAVAILABLE, and what it held is given back", async () => {
  const heldBytes = new HeldBytes();
  const seen: ReceivedRequest[] = [];
  const port = await start({
    heldBytes,
    timeouts: { bodyMs: 10 },
    onRequest: (it) => seen.push(it),
  });
  const session = http2.connect(`http://127.0.0.1:${port}`);
  clients.push(session);
  const stream = session.request({
    ":method": "POST",
    ":path": METHOD,
    "content-type": "application/grpc",
  });
  stream.write(framed(0, REQUEST).subarray(0, 9));
  const headers = await new Promise<http2.IncomingHttpHeaders>((resolve) => {
    stream.on("response", resolve);
  });
  const details = Buffer.from(String(headers["grpc-status-details-bin"]), "base64");
  expect(decodeStatus(details)).toMatchObject({ code: 14, retryDelay: 1 });
  expect(seen).toMatchObject([{ status: 14, reason: "too slow", peer: "127.0.0.1" }]);
  await expect.poll(() => heldBytes.heldBytes).toBe(0);
});

test("bytes held by all calls together are bounded", async () => {
  const port = await start({ heldBytes: new HeldBytes(1_000) });
  const reply = await call(port, Buffer.alloc(2_000));
  expect(reply.code).toBe(14);
  expect(decodeStatus(reply.details!).retryDelay).toBe(1);
});

interface RawReply {
  readonly headers: http2.IncomingHttpHeaders;
  readonly trailers: http2.IncomingHttpHeaders;
}

/** Sends `chunks` as they are, each in DATA frames of its own, and ends. */
function raw(
  port: number,
  headers: http2.OutgoingHttpHeaders,
  chunks: Uint8Array[],
): Promise<RawReply> {
  const session = http2.connect(`http://127.0.0.1:${port}`);
  clients.push(session);
  return new Promise((resolve, reject) => {
    const stream = session.request({
      ":method": "POST",
      ":path": METHOD,
      "content-type": "application/grpc",
      te: "trailers",
      ...headers,
    });
    let [head, tail]: http2.IncomingHttpHeaders[] = [{}, {}];
    stream.on("response", (it) => (head = it));
    stream.on("trailers", (it) => (tail = it));
    stream.on("error", reject);
    stream.on("close", () => resolve({ headers: head!, trailers: tail! }));
    stream.resume();
    const sendFrom = (index: number): void => {
      if (index === chunks.length) stream.end();
      else stream.write(chunks[index], () => setImmediate(sendFrom, index + 1));
    };
    sendFrom(0);
  });
}

const framed = (flag: number, body: Uint8Array): Buffer => {
  const head = Buffer.alloc(5);
  head[0] = flag;
  head.writeUInt32BE(body.length, 1);
  return Buffer.concat([head, body]);
};
const statusOf = (reply: RawReply): unknown =>
  reply.headers["grpc-status"] ?? reply.trailers["grpc-status"];

test("frames may be cut anywhere", async () => {
  const seen: Uint8Array[] = [];
  const port = await start({ handle: async (it) => (seen.push(it), accept(it)) });
  const bytes = framed(0, REQUEST);
  const reply = await raw(
    port,
    {},
    Array.from(bytes, (_, index) => bytes.subarray(index, index + 1)),
  );
  expect([reply.headers["content-type"], reply.trailers["grpc-status"]]).toEqual([
    "application/grpc",
    "0",
  ]);
  expect(Buffer.from(seen[0]!)).toEqual(REQUEST);
});

const gzipped = framed(1, zlib.gzipSync(REQUEST));
const gzip = { "grpc-encoding": "gzip" };
test.each<[string, http2.OutgoingHttpHeaders, Uint8Array[], string]>([
  ["two messages", {}, [framed(0, REQUEST), framed(0, REQUEST)], "13"],
  ["no message", {}, [], "13"],
  ["half a message", {}, [framed(0, REQUEST).subarray(0, 9)], "13"],
  ["half a frame header", {}, [Uint8Array.of(0, 0)], "13"],
  ["a flag other than 0 and 1", {}, [framed(2, REQUEST)], "13"],
  ["compressed without grpc-encoding", {}, [gzipped], "13"],
  ["compressed with identity", { "grpc-encoding": "identity" }, [gzipped], "13"],
  ["an encoding we lack", { "grpc-encoding": "snappy" }, [framed(1, REQUEST)], "12"],
  ["gzip that is not gzip", gzip, [framed(1, REQUEST)], "3"],
  ["gzip announced, sent plain", gzip, [framed(0, REQUEST)], "0"],
  ["gzip", gzip, [gzipped], "0"],
  ["a message type", { "content-type": "application/grpc+proto" }, [framed(0, REQUEST)], "0"],
])("%s", async (_name, headers, chunks, expected) => {
  const reply = await raw(await start(), headers, chunks);
  expect(statusOf(reply)).toBe(expected);
  expect(reply.headers["grpc-accept-encoding"]).toBe("identity,gzip");
});

test("a length beyond the limit is refused before the message comes", async () => {
  const port = await start();
  const session = http2.connect(`http://127.0.0.1:${port}`);
  clients.push(session);
  const stream = session.request({
    ":method": "POST",
    ":path": METHOD,
    "content-type": "application/grpc",
  });
  stream.write(Uint8Array.of(0, 0xff, 0xff, 0xff, 0xff));
  const status = await new Promise((resolve) => {
    stream.on("response", (headers) => resolve(headers["grpc-status"]));
  });
  expect(status).toBe("8");
});

test("requests that are not gRPC get plain HTTP answers", async () => {
  const port = await start();
  const status = async (headers: http2.OutgoingHttpHeaders): Promise<unknown> =>
    (await raw(port, headers, [])).headers[":status"];
  expect(await status({ "content-type": "application/json" })).toBe(415);
  expect(await status({ "content-type": "application/grpcfoo" })).toBe(415);
  expect(await status({ ":method": "PUT" })).toBe(405);
});

test("bytes that are not HTTP/2 end that connection only", async () => {
  const port = await start();
  const socket = net.connect(port, "127.0.0.1");
  socket.on("error", () => {
    // A reset is as good an end as a close.
  });
  socket.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  await new Promise<void>((resolve) => socket.resume().on("close", () => resolve()));
  expect((await call(port, REQUEST)).code).toBe(0);
});

test("close sends GOAWAY, lets a call under way finish, and takes no new connection", async () => {
  let finish: (() => void) | undefined;
  const port = await start({
    handle: async (it) => {
      await new Promise<void>((resolve) => (finish = resolve));
      return accept(it);
    },
  });
  const answer = call(port, REQUEST);
  await expect.poll(() => finish).toBeDefined();
  const closed = running.splice(0)[0]!.close(5_000);
  finish!();
  expect((await answer).code).toBe(0);
  await closed;
  expect((await call(port, REQUEST, { deadlineMs: 2_000 })).code).toBe(14);
});

test.each(["", "PRI * HT"])("close does not wait for a client that said only %j", async (said) => {
  const port = await start();
  const socket = net.connect({ port, host: "127.0.0.1", allowHalfOpen: true });
  await new Promise((resolve) => socket.write(said === "" ? Buffer.alloc(0) : said, resolve));
  await new Promise((resolve) => setImmediate(resolve));
  await running.splice(0)[0]!.close(20);
  socket.destroy();
});

test("close cuts off after its grace what does not finish", async () => {
  let isReached = false;
  const port = await start({
    handle: () => {
      isReached = true;
      return new Promise(() => undefined);
    },
  });
  const answer = call(port, REQUEST);
  await expect.poll(() => isReached).toBe(true);
  await running.splice(0)[0]!.close(20);
  expect((await answer).code).not.toBe(0);
});
