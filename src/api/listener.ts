/** The API's socket. Node's own limits are loose, so they are set here (reliability-scale.md section 6, measured defaults). */
import { createServer as createPlainServer, type RequestListener, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import type { Hono } from "hono";
import { listenFailure } from "./listen-failure.ts";

export interface ApiListenSettings {
  readonly host: string;
  /** 0: the system chooses. */
  readonly port: number;
  /** PEM; without it the API speaks plain HTTP. */
  readonly tls?: { readonly cert: string | Buffer; readonly key: string | Buffer };
}

export interface RunningApi {
  /** `http://127.0.0.1:4319` */
  readonly url: string;
  readonly port: number;
  /** Refuses new connections, lets running answers finish for `graceMs` (5 s), then cuts off what is left. */
  close(graceMs?: number): Promise<void>;
}

const LIMITS = {
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  keepAliveTimeout: 65_000,
  connectionsCheckingInterval: 1_000,
};
const MAX_CONNECTIONS = 1024;
const DEFAULT_GRACE_MS = 5_000;

/** Rejects with `OperationError` (see `listenFailure`). */
export async function listenApi(app: Hono, settings: ApiListenSettings): Promise<RunningApi> {
  const { host, port, tls } = settings;
  const handle = getRequestListener(app.fetch, { overrideGlobalObjects: false });
  const onRequest: RequestListener = (request, response) => void handle(request, response);
  const server =
    tls === undefined
      ? createPlainServer(LIMITS, onRequest)
      : createTlsServer({ ...LIMITS, ...tls, minVersion: "TLSv1.2" }, onRequest);
  server.maxConnections = MAX_CONNECTIONS;
  await listening(server, host, port);
  const address = server.address() as AddressInfo; // a TCP server's
  const name = host.includes(":") ? `[${host}]` : host;
  return {
    url: `${tls === undefined ? "http" : "https"}://${name}:${address.port}`,
    port: address.port,
    close: (graceMs = DEFAULT_GRACE_MS) => closed(server, graceMs),
  };
}

function listening(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error) => reject(listenFailure(error, "the API", host, port)));
    server.listen(port, host, resolve);
  });
}

function closed(server: Server, graceMs: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => server.closeAllConnections(), graceMs);
    server.close(() => {
      clearTimeout(timer);
      resolve();
    });
    server.closeIdleConnections();
  });
}
