/** The two OTLP doors, with one bound on what they hold, one token check and one way of being counted. */
import type { IncomingHttpHeaders } from "node:http";
import { bearerCheck, listenFailure } from "../api/index.ts";
import type { ListenConfig, SlowburnConfig } from "../config/index.ts";
import {
  createGrpcReceiver,
  createHttpReceiver,
  HeldBytes,
  type ExportHandler,
  type Receiver,
} from "../otlp/index.ts";
import type { EventLog, Recorder } from "../telemetry/index.ts";
import { createRequestObserver } from "./request-observer.ts";
import { readTls } from "./tls.ts";

export interface Listener {
  readonly name: string;
  readonly url: string;
}

export interface OtlpListeners {
  readonly listeners: readonly Listener[];
  /** Where slowburn sends its own metrics: the HTTP receiver, or beside TLS a plain one of its own on loopback. */
  readonly selfUrl: string;
  close(): Promise<void>;
}

/** The certificate need not name loopback, so own metrics do not go through TLS. */
const SELF_LISTEN: ListenConfig = { host: "127.0.0.1", port: 0 };

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
  const onRequest = createRequestObserver({ recorder, log, now: () => performance.now() });
  const settings = {
    handle,
    limits: {
      compressedBytes: config.limits.compressedBytes,
      requestBytes: config.limits.requestBytes,
    },
    heldBytes: new HeldBytes(),
    authorize: (headers: IncomingHttpHeaders) => isAllowed(headers.authorization),
    onRequest,
  };
  const tls = readTls(config);
  const outer = { ...settings, ...tls };
  const scheme = config.tls === undefined ? "http" : "https";
  const started: Receiver[] = [];
  const open = async (receiver: Receiver, name: string, where: ListenConfig, by = scheme) => {
    const url = await listen(receiver, name, by, where);
    started.push(receiver);
    return url;
  };
  const close = async (graceMs?: number) => {
    await Promise.all(started.map((receiver) => receiver.close(graceMs)));
  };
  try {
    const httpUrl = await open(createHttpReceiver(outer), "OTLP/HTTP", config.otlpHttp);
    const grpcUrl = await open(createGrpcReceiver(outer), "OTLP/gRPC", config.otlpGrpc);
    const selfUrl =
      config.tls === undefined || !config.selfTelemetry
        ? httpUrl
        : await open(createHttpReceiver(settings), "own metrics", SELF_LISTEN, "http");
    const listeners = [
      { name: "OTLP/HTTP", url: httpUrl },
      { name: "OTLP/gRPC", url: grpcUrl },
    ];
    return { listeners, selfUrl, close: () => close() };
  } catch (error) {
    await close(0);
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
