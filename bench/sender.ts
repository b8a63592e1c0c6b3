/**
 * Sends a load over keep-alive sockets, one request at a time on each. Raw sockets, since the sender shares the machine with
 * what it measures: an answer is read up to its Content-Length and no further.
 */
import { connect, type Socket } from "node:net";
import { gzipSync } from "node:zlib";
import type { OtlpLoad } from "./otlp-load.ts";

export interface SenderSettings {
  /** Where requests go, with the path. */
  readonly url: string;
  readonly connectionCount: number;
  readonly isGzip: boolean;
}

export interface PacedResult {
  readonly p50Ms: number;
  readonly p99Ms: number;
}

const HEAD_END = Buffer.from("\r\n\r\n");

export class Sender {
  readonly #load: OtlpLoad;
  readonly #settings: SenderSettings;
  readonly #url: URL;
  #connections: Connection[] = [];

  constructor(load: OtlpLoad, settings: SenderSettings) {
    this.#load = load;
    this.#settings = settings;
    this.#url = new URL(settings.url);
  }

  async open(): Promise<void> {
    const { connectionCount } = this.#settings;
    this.#connections = await Promise.all(
      Array.from({ length: connectionCount }, () => Connection.open(this.#url)),
    );
  }

  close(): void {
    for (const connection of this.#connections) connection.close();
  }

  /** Sends every request once, as fast as answers come; returns the ms it took, compressing left out. */
  async round(): Promise<number> {
    const { requestCount } = this.#load;
    const bodies = this.#settings.isGzip
      ? Array.from({ length: requestCount }, (_, index) => this.#body(index))
      : undefined;
    const startedAt = performance.now();
    let next = 0;
    await Promise.all(
      this.#connections.map(async (connection) => {
        while (next < requestCount) {
          const index = next++;
          await connection.post(bodies?.[index] ?? this.#body(index), this.#settings.isGzip);
        }
      }),
    );
    return performance.now() - startedAt;
  }

  /** Sends at a steady rate. Latencies count from the moment a request was due, so that waiting in line is not left out. */
  async paced(requestsPerSecond: number, seconds: number): Promise<PacedResult> {
    const startedAt = performance.now();
    const count = Math.max(1, Math.floor(requestsPerSecond * seconds));
    const latencies: number[] = [];
    let next = 0;
    await Promise.all(
      this.#connections.map(async (connection) => {
        while (next < count) {
          const index = next++;
          const dueAt = startedAt + (index * 1000) / requestsPerSecond;
          const waitMs = dueAt - performance.now();
          if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
          // a timer may be late by a ms; what it lost is the sender's, not the server's
          const sentAt = Math.max(dueAt, waitMs > 0 ? performance.now() : dueAt);
          await connection.post(this.#body(index), this.#settings.isGzip);
          latencies.push(performance.now() - sentAt);
        }
      }),
    );
    latencies.sort((a, b) => a - b);
    const at = (ratio: number): number => latencies[Math.floor(latencies.length * ratio)] ?? NaN;
    return { p50Ms: at(0.5), p99Ms: at(0.99) };
  }

  #body(index: number): Buffer {
    const bytes = this.#load.next(index, Date.now());
    return this.#settings.isGzip ? gzipSync(bytes, { level: 1 }) : bytes;
  }
}

class Connection {
  readonly #socket: Socket;
  readonly #head: string;
  #answer: Buffer = Buffer.alloc(0);
  #settle: { resolve: () => void; reject: (error: Error) => void } | undefined;

  static open(url: URL): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const socket = connect({ host: url.hostname, port: Number(url.port), noDelay: true });
      socket.once("error", reject);
      socket.once("connect", () => {
        socket.off("error", reject);
        resolve(new Connection(socket, url));
      });
    });
  }

  private constructor(socket: Socket, url: URL) {
    this.#socket = socket;
    this.#head =
      `POST ${url.pathname} HTTP/1.1\r\nHost: ${url.host}\r\n` +
      "Content-Type: application/x-protobuf\r\n";
    socket.on("data", (chunk) => this.#read(chunk));
    socket.on("error", (error) => this.#settle?.reject(error));
    socket.on("close", () => this.#settle?.reject(new Error("the server closed a connection")));
  }

  /** Resolves with a 200 or 204, rejects with any other answer. */
  post(body: Buffer, isGzip: boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
      const encoding = isGzip ? "Content-Encoding: gzip\r\n" : "";
      this.#socket.cork();
      this.#socket.write(`${this.#head}${encoding}Content-Length: ${body.length}\r\n\r\n`);
      this.#socket.write(body);
      this.#socket.uncork();
    });
  }

  close(): void {
    this.#settle = undefined;
    this.#socket.destroy();
  }

  #read(chunk: Buffer): void {
    this.#answer = this.#answer.length === 0 ? chunk : Buffer.concat([this.#answer, chunk]);
    const headEnd = this.#answer.indexOf(HEAD_END);
    if (headEnd < 0) return;
    const head = this.#answer.subarray(0, headEnd).toString("latin1");
    const bodySize = Number(/content-length: *(\d+)/i.exec(head)?.[1] ?? 0);
    const end = headEnd + HEAD_END.length + bodySize;
    if (this.#answer.length < end) return;
    const body = this.#answer.subarray(headEnd + HEAD_END.length, end).toString("latin1");
    this.#answer = this.#answer.subarray(end);
    const settle = this.#settle;
    this.#settle = undefined;
    if (/^HTTP\/1\.1 20[04]/.test(head)) settle?.resolve();
    else settle?.reject(new Error(`answered ${head.split("\r\n", 1)[0]}: ${body}`));
  }
}
