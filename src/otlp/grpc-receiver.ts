/**
 * OTLP/gRPC: the one unary method `MetricsService/Export`, on `node:http2` itself (README, decision 4, has the figures).
 * Plain text is h2c with prior knowledge, as gRPC clients speak it; with `tls` it is HTTP/2 by ALPN.
 */
import { createSecureServer, createServer, constants } from "node:http2";
import type { Socket } from "node:net";
import type {
  Http2SecureServer,
  Http2Server,
  IncomingHttpHeaders,
  ServerHttp2Session,
  ServerHttp2Stream,
} from "node:http2";
import { compressionOf, type Compression } from "./decompress.ts";
import { answerExport, told, type ExportAnswer } from "./export-request.ts";
import { encodeResponse } from "./export-response.ts";
import { badFraming, FrameReader, frame, statusTrailers, timeoutMsOf } from "./grpc-message.ts";
import { GrpcSessions } from "./grpc-sessions.ts";
import { HeldBytes, type HeldShare } from "./held-bytes.ts";
import { listen } from "./listen.ts";
import {
  DEFAULT_GRACE_MS,
  DEFAULT_RECEIVER_LIMITS,
  DEFAULT_RECEIVER_TIMEOUTS,
  type Receiver,
  type ReceiverLimits,
  type ReceiverSettings,
} from "./receiver.ts";
import { OpenRequests, type OpenRequest } from "./open-requests.ts";
import { busy, refused, type Refusal } from "./refusal.ts";
import { RpcCode } from "./rpc-status.ts";

const PATH = "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export";
const CONTENT_TYPE = "application/grpc";
const ACCEPTED_ENCODINGS = "identity,gzip";
const MIB = 1024 * 1024;
/** Node's default session memory of 10 MB ends sessions that send large messages (grpc-node #1158). */
const SERVER_SETTINGS = {
  maxSessionMemory: 256,
  settings: { initialWindowSize: MIB, maxConcurrentStreams: 128 },
} as const;

export const createGrpcReceiver = (settings: ReceiverSettings): Receiver =>
  new GrpcReceiver(settings);

/** One call as it goes along. */
interface Call extends OpenRequest {
  readonly stream: ServerHttp2Stream;
  readonly peer: string;
  readonly compression: Compression;
  readonly frames: FrameReader;
  readonly share: HeldShare;
  decompressedBytes: number;
  isAnswered: boolean;
  /** From the last byte until the handler has let go of the request, even when the client goes away meanwhile. */
  isExporting: boolean;
}

class GrpcReceiver implements Receiver {
  readonly #settings: ReceiverSettings;
  readonly #limits: ReceiverLimits;
  readonly #open: OpenRequests<ServerHttp2Stream, Call>;
  readonly #heldBytes: HeldBytes;
  readonly #sessions = new GrpcSessions();
  readonly #server: Http2Server | Http2SecureServer;

  constructor(settings: ReceiverSettings) {
    this.#settings = settings;
    this.#limits = { ...DEFAULT_RECEIVER_LIMITS, ...settings.limits };
    const { bodyMs } = { ...DEFAULT_RECEIVER_TIMEOUTS, ...settings.timeouts };
    this.#open = new OpenRequests(bodyMs);
    this.#heldBytes = settings.heldBytes ?? new HeldBytes();
    const { tls } = settings;
    this.#server =
      tls === undefined
        ? createServer(SERVER_SETTINGS)
        : createSecureServer({ ...SERVER_SETTINGS, ...tls });
    this.#server.on("connection", (socket: Socket) => this.#sessions.addSocket(socket));
    this.#server.on("session", (session: ServerHttp2Session) => this.#sessions.add(session));
    this.#server.on("sessionError", () => {
      // Bytes that are not HTTP/2; Node has closed the connection.
    });
    this.#server.on("stream", (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) =>
      this.#serve(stream, headers),
    );
  }

  start(host: string, port: number): Promise<number> {
    return listen(this.#server, host, port);
  }

  async close(graceMs: number = DEFAULT_GRACE_MS): Promise<void> {
    const stopped = new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
    await this.#sessions.close(graceMs);
    await stopped;
    this.#open.close();
  }

  #serve(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void {
    stream.on("error", () => {
      // The client reset the stream or went away: there is nobody to answer.
    });
    const status = refusedHttpStatus(headers);
    if (status !== undefined) return refuseHttp(stream, status);
    const share = this.#heldBytes.open();
    const compression = headers["grpc-encoding"] as string | undefined;
    const isTaken = ["", "identity", "gzip"].includes((compression ?? "").toLowerCase());
    const { requestBytes, compressedBytes } = this.#limits;
    const isCompressed = isTaken && compressionOf(compression) === "gzip";
    const maxBytes = isCompressed ? Math.min(compressedBytes, requestBytes) : requestBytes;
    const call: Call = {
      stream,
      startedAt: performance.now(),
      peer: peerOf(stream),
      compression: isCompressed ? "gzip" : "identity",
      frames: new FrameReader(maxBytes),
      share,
      decompressedBytes: 0,
      isAnswered: false,
      isExporting: false,
      refuse: undefined,
    };
    stream.on("close", () => {
      if (!call.isExporting) share.release();
    });
    const refused = this.#refuse(headers, isTaken);
    if (refused !== undefined) return this.#answer(call, refused);
    this.#watchDeadline(call, headers);
    this.#receive(call);
  }

  /** What the head alone tells. */
  #refuse(headers: IncomingHttpHeaders, isEncodingTaken: boolean): Refusal | undefined {
    const path = headers[":path"] ?? "";
    if (path !== PATH)
      return refused("method", {
        code: RpcCode.unimplemented,
        message: `unknown method ${path}; ${PATH} is served here`,
      });
    const { authorize } = this.#settings;
    if (authorize !== undefined && !authorize(headers))
      return refused("unauthenticated", {
        code: RpcCode.unauthenticated,
        message: "the bearer token is missing or wrong",
      });
    if (!isEncodingTaken) {
      const encoding = String(headers["grpc-encoding"]);
      return refused("encoding", {
        code: RpcCode.unimplemented,
        message: `grpc-encoding ${encoding} is not taken, only gzip`,
      });
    }
    return undefined;
  }

  #watchDeadline(call: Call, headers: IncomingHttpHeaders): void {
    const timeoutMs = timeoutMsOf(headers["grpc-timeout"] as string | undefined);
    if (timeoutMs === undefined) return;
    const timer = setTimeout(() => this.#answer(call, TOO_LATE), Math.min(timeoutMs, 2 ** 31 - 1));
    call.stream.on("close", () => clearTimeout(timer));
  }

  #receive(call: Call): void {
    const { stream, frames, share } = call;
    call.refuse = (refusal) => this.#answer(call, refusal);
    this.#open.add(stream, call);
    stream.on("close", () => this.#open.remove(stream, call));
    stream.on("data", (chunk: Buffer) => {
      if (call.isAnswered) return;
      if (!share.grow(chunk.length)) return this.#answer(call, busy());
      const read = frames.push(chunk);
      if (read.kind === "refused") this.#answer(call, read.refusal);
    });
    stream.on("end", () => {
      this.#open.remove(stream, call);
      if (!call.isAnswered && !stream.destroyed) void this.#export(call);
    });
  }

  async #export(call: Call): Promise<void> {
    call.isExporting = true;
    try {
      this.#answer(call, await this.#answerCall(call));
    } finally {
      call.share.release();
    }
  }

  async #answerCall(call: Call): Promise<ExportAnswer> {
    const { frames, compression, share } = call;
    const body = frames.message();
    if (body === undefined) return badFraming("the call ended before its one message did");
    if (frames.isCompressed && compression === "identity")
      return badFraming("a compressed message without grpc-encoding");
    const { answer, decompressedBytes } = await answerExport(
      {
        body,
        compression: frames.isCompressed ? compression : "identity",
        encoding: "protobuf",
        maxBytes: this.#limits.requestBytes,
        share,
      },
      this.#settings.handle,
    );
    call.decompressedBytes = decompressedBytes;
    return answer;
  }

  #answer(call: Call, answer: ExportAnswer): void {
    const { stream } = call;
    if (call.isAnswered || stream.destroyed || stream.closed) return;
    call.isAnswered = true;
    if (answer.kind === "refused") {
      // Trailers only: one HEADERS frame ends the call.
      stream.respond({ ...RESPONSE_HEADERS, ...statusTrailers(answer) }, { endStream: true });
      stopReading(stream);
    } else {
      stream.respond(RESPONSE_HEADERS, { waitForTrailers: true });
      stream.on("wantTrailers", () => {
        stream.sendTrailers(statusTrailers({ code: RpcCode.ok, message: "" }));
      });
      const partial = answer.kind === "partial" ? answer : undefined;
      stream.end(frame(encodeResponse("protobuf", partial)));
    }
    this.#report(call, answer);
  }

  #report(call: Call, answer: ExportAnswer): void {
    this.#settings.onRequest?.({
      protocol: "grpc",
      encoding: "protobuf",
      isCompressed: call.compression !== "identity",
      status: answer.kind === "refused" ? answer.code : RpcCode.ok,
      bytes: call.frames.receivedBytes,
      decompressedBytes: call.decompressedBytes,
      durationMs: performance.now() - call.startedAt,
      peer: call.peer,
      ...told(answer),
    });
  }
}

const TOO_LATE: Refusal = refused("deadline", {
  code: RpcCode.deadlineExceeded,
  message: "the call's own deadline has passed",
});

const RESPONSE_HEADERS = {
  ":status": 200,
  "content-type": CONTENT_TYPE,
  "grpc-accept-encoding": ACCEPTED_ENCODINGS,
} as const;

/** The socket of a session that has ended may not be asked. */
function peerOf({ session }: ServerHttp2Stream): string {
  return session === undefined || session.destroyed ? "" : (session.socket.remoteAddress ?? "");
}

/** A request that is not gRPC gets an answer of plain HTTP. */
function refusedHttpStatus(headers: IncomingHttpHeaders): number | undefined {
  if (headers[":method"] !== "POST") return 405;
  const type = (headers["content-type"] ?? "").toLowerCase();
  const isGrpc = type === CONTENT_TYPE || /^application\/grpc[+;]/.test(type);
  return isGrpc ? undefined : 415;
}

function refuseHttp(stream: ServerHttp2Stream, status: number): void {
  stream.respond(
    { ":status": status, ...(status === 405 ? { allow: "POST" } : {}) },
    { endStream: true },
  );
  stream.resume();
  stopReading(stream);
}

/** The client must not go on sending a body that nobody reads. Node 26 resets at once, and would forget the answer. */
function stopReading(stream: ServerHttp2Stream): void {
  setImmediate(() => {
    if (!stream.readableEnded && !stream.destroyed) stream.close(constants.NGHTTP2_NO_ERROR);
  });
}
