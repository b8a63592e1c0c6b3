/**
 * OTLP/HTTP (opentelemetry-proto docs/specification.md, "OTLP/HTTP"): POST /v1/metrics in protobuf or JSON. On raw
 * `node:http`, as it is the hot path; every answer, refusals too, is in the form the specification demands.
 */
import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerOptions,
  type ServerResponse,
} from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { Socket } from "node:net";
import { BodyBuffers } from "./body-buffers.ts";
import { CONTENT_TYPES, encodingOf, type BodyEncoding } from "./body-encoding.ts";
import { replyToBroken } from "./broken-request.ts";
import { compressionOf } from "./decompress.ts";
import { answerExport, told } from "./export-request.ts";
import { HeldBytes, type HeldShare } from "./held-bytes.ts";
import { drain, readBody } from "./http-body.ts";
import { refusalByHead } from "./http-head.ts";
import { bodyOf, rawReply, replyOf, type Reply } from "./http-reply.ts";
import { listen } from "./listen.ts";
import { OpenRequests, type OpenRequest } from "./open-requests.ts";
import {
  DEFAULT_GRACE_MS,
  DEFAULT_RECEIVER_LIMITS,
  DEFAULT_RECEIVER_TIMEOUTS,
  type Receiver,
  type ReceiverLimits,
  type ReceiverSettings,
  type ReceiverTimeouts,
} from "./receiver.ts";

const KEEP_ALIVE_MS = 65_000;
/** What is left of a refused body may still come for so long after its own time is over. */
const DRAIN_MS = 5_000;
const MAX_CONNECTIONS = 4_096;

export const createHttpReceiver = (settings: ReceiverSettings): Receiver =>
  new HttpReceiver(settings);

/** What is known of a request as it goes along; reported at the end. */
interface Exchange extends OpenRequest {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  encoding: BodyEncoding;
  isCompressed: boolean;
  bytes: number;
  decompressedBytes: number;
  /** The connection ends with it. */
  isLast: boolean;
}

class HttpReceiver implements Receiver {
  readonly #settings: ReceiverSettings;
  readonly #limits: ReceiverLimits;
  readonly #timeouts: ReceiverTimeouts;
  readonly #heldBytes: HeldBytes;
  readonly #buffers = new BodyBuffers();
  readonly #server: Server;
  readonly #open: OpenRequests<Socket, Exchange>;
  #isClosing = false;

  constructor(settings: ReceiverSettings) {
    this.#settings = settings;
    this.#limits = { ...DEFAULT_RECEIVER_LIMITS, ...settings.limits };
    this.#timeouts = { ...DEFAULT_RECEIVER_TIMEOUTS, ...settings.timeouts };
    this.#heldBytes = settings.heldBytes ?? new HeldBytes();
    this.#open = new OpenRequests(this.#timeouts.bodyMs);
    const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
      void this.#serve(request, response);
    };
    const { tls } = settings;
    const serverSettings = serverSettingsOf(this.#timeouts);
    this.#server =
      tls === undefined
        ? createServer(serverSettings, onRequest)
        : createTlsServer({ ...serverSettings, ...tls }, onRequest);
    this.#server.maxConnections = MAX_CONNECTIONS;
    this.#server.on("clientError", (error: NodeJS.ErrnoException, socket) => {
      this.#onBroken(error, socket as Socket); // as Node makes them, of TLS too
    });
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
        this.#open.close();
        resolve();
      });
      this.#server.closeIdleConnections();
    });
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const encoding = encodingOf(request.headers["content-type"]);
    const exchange: Exchange = {
      request,
      response,
      startedAt: performance.now(),
      encoding: encoding ?? "json",
      isCompressed: false,
      bytes: 0,
      decompressedBytes: 0,
      isLast: false,
      refuse: undefined,
    };
    response.on("error", () => {
      // The client went away before its answer; it will send the request again.
    });
    const { socket } = request;
    this.#open.add(socket, exchange);
    const share = this.#heldBytes.open();
    try {
      const reply =
        refusalByHead(request, this.#settings) ?? (await this.#receive(exchange, share));
      if (reply !== undefined) this.#send(exchange, reply);
    } finally {
      share.release();
      if (request.complete) this.#open.remove(socket, exchange);
    }
  }

  /** Undefined when the client went away. */
  async #receive(exchange: Exchange, share: HeldShare): Promise<Reply | undefined> {
    const { request } = exchange;
    const compression = compressionOf(request.headers["content-encoding"]) ?? "identity";
    exchange.isCompressed = compression !== "identity";
    const { requestBytes, compressedBytes } = this.#limits;
    const maxBytes = exchange.isCompressed ? Math.min(compressedBytes, requestBytes) : requestBytes;
    const read = await readBody(request, maxBytes, share, this.#buffers, exchange);
    switch (read.kind) {
      case "aborted":
        return undefined;
      case "refused":
        return replyOf(read);
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

  /** For the server's `clientError` event: whoever can still be answered is, and the connection ends. */
  #onBroken(error: NodeJS.ErrnoException, socket: Socket): void {
    const reply = replyToBroken(error, this.#timeouts);
    if (reply === undefined || !socket.writable || socket.bytesRead === 0) {
      socket.destroy();
      return;
    }
    const exchange = this.#open.of(socket);
    if (exchange !== undefined && !exchange.response.writableEnded) {
      exchange.isLast = true;
      if (!exchange.request.complete) exchange.refuse?.(reply.answer); // else what came behind it broke
      return;
    }
    // What was answered before its body came to an end has had its answer.
    if (exchange?.request.complete !== false) socket.write(rawReply(reply));
    socket.destroySoon();
  }

  #send(exchange: Exchange, reply: Reply): void {
    const { request, response, encoding } = exchange;
    const { status, answer, headers } = reply;
    const body = bodyOf(encoding, answer);
    response.writeHead(status, {
      "Content-Type": CONTENT_TYPES[encoding],
      "Content-Length": body.length,
      ...(this.#isClosing || exchange.isLast ? { Connection: "close" } : {}),
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
      peer: request.socket.remoteAddress ?? "",
      ...told(answer),
    });
  }
}

/** Node cuts off what goes on beyond: a head, and a refused body that is still drained. */
const serverSettingsOf = ({ headMs, bodyMs }: ReceiverTimeouts): ServerOptions => ({
  headersTimeout: headMs,
  requestTimeout: headMs + bodyMs + DRAIN_MS,
  keepAliveTimeout: KEEP_ALIVE_MS,
  connectionsCheckingInterval: Math.min(headMs, 1_000),
});
