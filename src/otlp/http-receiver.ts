/**
 * OTLP/HTTP (opentelemetry-proto docs/specification.md, "OTLP/HTTP"): POST /v1/metrics in protobuf or JSON. On raw
 * `node:http`, as it is the hot path; every answer, refusals too, is in the form the specification demands.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { BodyBuffers } from "./body-buffers.ts";
import { compressionOf, SUPPORTED_COMPRESSIONS } from "./decompress.ts";
import { answerExport, busy, tooLarge, type ExportAnswer } from "./export-request.ts";
import { encodeResponse, encodeStatus, RpcCode, type BodyEncoding } from "./export-response.ts";
import { HeldBytes, type HeldShare } from "./held-bytes.ts";
import { drain, readBody } from "./http-body.ts";
import { listen } from "./listen.ts";
import { DEFAULT_GRACE_MS, DEFAULT_RECEIVER_LIMITS } from "./receiver.ts";
import type { Receiver, ReceiverLimits, ReceiverSettings } from "./receiver.ts";

const PATH = "/v1/metrics";
const CONTENT_TYPES: Readonly<Record<BodyEncoding, string>> = {
  protobuf: "application/x-protobuf",
  json: "application/json",
};
/** Node's own defaults leave a slow client 300 s (research: reliability, section 6). */
const SERVER_SETTINGS = {
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  keepAliveTimeout: 65_000,
  connectionsCheckingInterval: 1_000,
} as const;
const MAX_CONNECTIONS = 4_096;

export const createHttpReceiver = (settings: ReceiverSettings): Receiver =>
  new HttpReceiver(settings);

/** What is to be sent, before it is encoded. */
interface Reply {
  readonly status: number;
  readonly answer: ExportAnswer;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What is known of a request as it goes along; reported at the end. */
interface Exchange {
  readonly request: IncomingMessage;
  readonly startedAt: number;
  encoding: BodyEncoding;
  isCompressed: boolean;
  bytes: number;
  decompressedBytes: number;
}

class HttpReceiver implements Receiver {
  readonly #settings: ReceiverSettings;
  readonly #limits: ReceiverLimits;
  readonly #heldBytes: HeldBytes;
  readonly #buffers = new BodyBuffers();
  readonly #server: Server;
  #isClosing = false;

  constructor(settings: ReceiverSettings) {
    this.#settings = settings;
    this.#limits = { ...DEFAULT_RECEIVER_LIMITS, ...settings.limits };
    this.#heldBytes = settings.heldBytes ?? new HeldBytes();
    const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
      void this.#serve(request, response);
    };
    const { tls } = settings;
    this.#server =
      tls === undefined
        ? createServer(SERVER_SETTINGS, onRequest)
        : createTlsServer({ ...SERVER_SETTINGS, ...tls }, onRequest);
    this.#server.maxConnections = MAX_CONNECTIONS;
  }

  start(host: string, port: number): Promise<number> {
    return listen(this.#server, host, port);
  }

  close(graceMs: number = DEFAULT_GRACE_MS): Promise<void> {
    this.#isClosing = true;
    return new Promise((resolve) => {
      const cutOff = setTimeout(() => this.#server.closeAllConnections(), graceMs);
      this.#server.close(() => {
        clearTimeout(cutOff);
        resolve();
      });
      this.#server.closeIdleConnections();
    });
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const exchange: Exchange = {
      request,
      startedAt: performance.now(),
      encoding: "json",
      isCompressed: false,
      bytes: 0,
      decompressedBytes: 0,
    };
    response.on("error", () => {
      // The client went away before its answer; it will send the request again.
    });
    const share = this.#heldBytes.open();
    try {
      const reply = refuse(exchange, this.#settings) ?? (await this.#receive(exchange, share));
      if (reply !== undefined) this.#send(exchange, response, reply);
    } finally {
      share.release();
    }
  }

  /** Undefined when the client went away. */
  async #receive(exchange: Exchange, share: HeldShare): Promise<Reply | undefined> {
    const { request } = exchange;
    const compression = compressionOf(request.headers["content-encoding"]) ?? "identity";
    exchange.isCompressed = compression !== "identity";
    const { requestBytes, compressedBytes } = this.#limits;
    const maxBytes = exchange.isCompressed ? Math.min(compressedBytes, requestBytes) : requestBytes;
    const read = await readBody(request, maxBytes, share, this.#buffers);
    switch (read.kind) {
      case "aborted":
        return undefined;
      case "too-large":
        return replyOf(tooLarge("body", maxBytes));
      case "busy":
        return replyOf(busy());
      case "body": {
        exchange.bytes = read.bytes.length;
        const { encoding } = exchange;
        const body = { body: read.bytes, compression, encoding, maxBytes: requestBytes, share };
        const { answer, decompressedBytes } = await answerExport(body, this.#settings.handle);
        read.release();
        exchange.decompressedBytes = decompressedBytes;
        return replyOf(answer);
      }
    }
  }

  #send(exchange: Exchange, response: ServerResponse, reply: Reply): void {
    const { request, encoding } = exchange;
    const { status, answer, headers } = reply;
    const body =
      answer.kind === "ok"
        ? encodeResponse(encoding, answer.rejectedPoints, answer.message)
        : encodeStatus(encoding, answer);
    response.writeHead(status, {
      "Content-Type": CONTENT_TYPES[encoding],
      "Content-Length": body.length,
      ...(this.#isClosing ? { Connection: "close" } : {}),
      ...headers,
    });
    // Without a body the head goes out by one plain write; an empty one makes it a writev, 5 µs more (bench: ingest).
    if (request.method === "HEAD" || body.length === 0) response.end();
    else response.end(body);
    drain(request);
    this.#settings.onRequest?.({
      protocol: "http",
      encoding,
      isCompressed: exchange.isCompressed,
      status,
      bytes: exchange.bytes,
      decompressedBytes: exchange.decompressedBytes,
      durationMs: performance.now() - exchange.startedAt,
      message: answer.message,
      error: answer.kind === "error" ? answer.cause : undefined,
    });
  }
}

/** What can be refused by the head alone; sets the encoding of the answer. */
function refuse(exchange: Exchange, settings: ReceiverSettings): Reply | undefined {
  const { method, url = "", headers } = exchange.request;
  const contentType = headers["content-type"];
  const encoding = encodingOf(contentType);
  exchange.encoding = encoding ?? "json";
  if (url.split("?", 1)[0] !== PATH)
    return refusal(404, RpcCode.notFound, `nothing is served here but POST ${PATH}`);
  if (method !== "POST")
    return refusal(405, RpcCode.unimplemented, `${PATH} takes POST only`, { Allow: "POST" });
  if (settings.authorize !== undefined && !settings.authorize(headers))
    return refusal(401, RpcCode.unauthenticated, "the bearer token is missing or wrong", {
      "WWW-Authenticate": "Bearer",
    });
  if (encoding === undefined) {
    const shown = contentType === undefined ? "no Content-Type" : `Content-Type ${contentType}`;
    const wanted = Object.values(CONTENT_TYPES).join(" or ");
    return refusal(415, RpcCode.invalidArgument, `${shown} is not taken, only ${wanted}`);
  }
  const contentEncoding = headers["content-encoding"];
  if (compressionOf(contentEncoding) === undefined) {
    const supported = SUPPORTED_COMPRESSIONS.join(", ");
    const message = `Content-Encoding ${contentEncoding} is not taken, only ${supported}`;
    return refusal(415, RpcCode.invalidArgument, message, { "Accept-Encoding": supported });
  }
  return undefined;
}

function encodingOf(contentType: string | undefined): BodyEncoding | undefined {
  const type = (contentType ?? "").split(";", 1)[0]!.trim().toLowerCase();
  if (type === CONTENT_TYPES.protobuf) return "protobuf";
  return type === CONTENT_TYPES.json ? "json" : undefined;
}

const refusal = (
  status: number,
  code: RpcCode,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): Reply => ({ status, answer: { kind: "error", code, message }, headers });

/** Only 429 and 503 are retried by clients, so only trouble that passes may become one. */
function replyOf(answer: ExportAnswer): Reply {
  if (answer.kind === "ok") return { status: 200, answer };
  const { code, retryAfterSeconds } = answer;
  if (retryAfterSeconds === undefined)
    return { status: code === RpcCode.resourceExhausted ? 413 : 400, answer };
  const status = code === RpcCode.resourceExhausted ? 429 : 503;
  return { status, answer, headers: { "Retry-After": String(Math.ceil(retryAfterSeconds)) } };
}
