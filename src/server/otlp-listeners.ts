/** The two OTLP doors, with one bound on what they hold, one token check and one way of being counted. */
import { readFileSync } from "node:fs";
import type { IncomingHttpHeaders } from "node:http";
import { bearerCheck, listenFailure } from "../api/index.ts";
import type { ListenConfig, SlowburnConfig } from "../config/index.ts";
import {
  createGrpcReceiver,
  createHttpReceiver,
  HeldBytes,
  type ExportHandler,
  type ReceivedRequest,
  type Receiver,
} from "../otlp/index.ts";
import { requestOutcome, type EventLog, type Recorder } from "../telemetry/index.ts";

export interface Listener {
  readonly name: string;
  readonly url: string;
}

export interface OtlpListeners {
  readonly listeners: readonly Listener[];
  /** `http://127.0.0.1:4318`: where slowburn sends its own metrics. */
  readonly httpUrl: string;
  close(): Promise<void>;
}

const REFUSAL_LOG_MS = 60_000;

/** Rejects with `OperationError` (see `listenFailure`) when a port cannot be had; the other is closed again. */
export async function listenOtlp(
  config: SlowburnConfig,
  handle: ExportHandler,
  recorder: Recorder,
  log: EventLog,
): Promise<OtlpListeners> {
  const isAllowed = bearerCheck(
    config.tokens.ingest === undefined ? [] : [config.tokens.ingest.reveal()],
  );
  const onRequest = requestObserver(recorder, log);
  const tls = readTls(config);
  const settings = {
    handle,
    limits: {
      compressedBytes: config.limits.compressedBytes,
      requestBytes: config.limits.requestBytes,
    },
    heldBytes: new HeldBytes(),
    authorize: (headers: IncomingHttpHeaders) => isAllowed(headers.authorization),
    onRequest,
    ...(tls === undefined ? {} : { tls }),
  };
  const http = createHttpReceiver(settings);
  const grpc = createGrpcReceiver(settings);
  const scheme = tls === undefined ? "http" : "https";
  const httpUrl = await listen(http, "OTLP/HTTP", scheme, config.otlpHttp);
  try {
    const grpcUrl = await listen(grpc, "OTLP/gRPC", scheme, config.otlpGrpc);
    return {
      listeners: [
        { name: "OTLP/HTTP", url: httpUrl },
        { name: "OTLP/gRPC", url: grpcUrl },
      ],
      httpUrl,
      close: async () => {
        await Promise.all([http.close(), grpc.close()]);
      },
    };
  } catch (error) {
    await http.close(0);
    throw error;
  }
}

async function listen(
  receiver: Receiver,
  name: string,
  scheme: string,
  { host, port }: ListenConfig,
): Promise<string> {
  try {
    const bound = await receiver.start(host, port);
    return `${scheme}://${host.includes(":") ? `[${host}]` : host}:${bound}`;
  } catch (error) {
    throw listenFailure(error, name, host, port);
  }
}

function readTls(config: SlowburnConfig): { cert: string; key: string } | undefined {
  if (config.tls === undefined) return undefined;
  const { certFile, keyFile } = config.tls;
  return { cert: readFileSync(certFile, "utf8"), key: readFileSync(keyFile, "utf8") };
}

/** Counts every request; refusals are logged once per protocol, status and minute. */
function requestObserver(recorder: Recorder, log: EventLog): (request: ReceivedRequest) => void {
  const loggedAt = new Map<string, number>();
  return (request) => {
    const { protocol, encoding, status, durationMs, message, error } = request;
    const outcome = requestOutcome(request);
    recorder.recordRequest(protocol, encoding, outcome, durationMs);
    if (outcome === "ok") return;
    const kind = `${protocol} ${status}`;
    const now = performance.now();
    if (now - (loggedAt.get(kind) ?? -REFUSAL_LOG_MS) < REFUSAL_LOG_MS) return;
    loggedAt.set(kind, now);
    log.warn("otlp.refused", {
      protocol,
      encoding,
      status,
      message,
      ...(error === undefined ? {} : { error }),
    });
  };
}
