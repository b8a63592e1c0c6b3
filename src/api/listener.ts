/** The API's socket. Node's own limits are loose, so they are set here (reliability-scale.md section 6, measured defaults). */
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createAdaptorServer } from "@hono/node-server";
import type { Hono } from "hono";
import { listenFailure } from "./listen-failure.ts";

export interface ApiListenSettings {
  readonly host: string;
  /** 0: the system chooses. */
  readonly port: number;
}

export interface RunningApi {
  /** `http://127.0.0.1:4319` */
  readonly url: string;
  readonly port: number;
  /** Refuses new connections, lets running answers finish for `graceMs` (5 s), then cuts off what is left. */
  close(graceMs?: number): Promise<void>;
}

const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 30_000;
const KEEP_ALIVE_MS = 65_000;
const MAX_CONNECTIONS = 1024;
const DEFAULT_GRACE_MS = 5_000;

/** Rejects with `OperationError` (see `listenFailure`). */
export async function listenApi(app: Hono, { host, port }: ApiListenSettings): Promise<RunningApi> {
  const server = createAdaptorServer({
    fetch: app.fetch,
    overrideGlobalObjects: false,
    serverOptions: {
      headersTimeout: HEADERS_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      keepAliveTimeout: KEEP_ALIVE_MS,
      connectionsCheckingInterval: 1000,
    },
  }) as Server; // the adaptor makes an HTTP/1 server unless told otherwise
  server.maxConnections = MAX_CONNECTIONS;
  await listening(server, host, port);
  const address = server.address() as AddressInfo; // a TCP server's
  const name = host.includes(":") ? `[${host}]` : host;
  return {
    url: `http://${name}:${address.port}`,
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
