/**
 * Keeps the HTTP/2 connections of a gRPC server in hand: how many, whether they still live (Node leaks sessions whose peer
 * vanished: nodejs/node #42710), and how they end (GOAWAY, then their streams finish).
 */
import type { ServerHttp2Session } from "node:http2";
import type { Socket } from "node:net";

const MAX_SESSIONS = 4_096;
const PING_INTERVAL_MS = 30_000;
const IDLE_MS = 300_000;
/** Per connection; the default of 64 KiB makes a large Export wait for many round trips. */
const SESSION_WINDOW_BYTES = 16 * 1024 * 1024;

export class GrpcSessions {
  readonly #open = new Set<ServerHttp2Session>();
  readonly #sockets = new Set<Socket>();
  /** Sessions whose last ping was not answered yet. */
  readonly #unanswered = new WeakSet<ServerHttp2Session>();
  readonly #pinger: NodeJS.Timeout;
  #onEmpty: (() => void) | undefined;

  constructor(pingIntervalMs: number = PING_INTERVAL_MS) {
    this.#pinger = setInterval(() => this.#pingAll(), pingIntervalMs);
    this.#pinger.unref();
  }

  /** For the server's `connection` event. */
  addSocket(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on("close", () => this.#sockets.delete(socket));
  }

  /** For the server's `session` event. */
  add(session: ServerHttp2Session): void {
    if (this.#open.size >= MAX_SESSIONS || this.#onEmpty !== undefined) {
      session.close();
      session.destroy();
      return;
    }
    this.#open.add(session);
    session.setLocalWindowSize(SESSION_WINDOW_BYTES);
    // No stream for so long: the client opens a new connection when it needs one.
    session.setTimeout(IDLE_MS, () => session.close());
    session.on("error", () => session.destroy());
    session.on("close", () => {
      this.#open.delete(session);
      if (this.#open.size === 0) this.#onEmpty?.();
    });
  }

  /** GOAWAY to all; resolves when their streams have ended, or after `graceMs` when the rest was cut off. */
  close(graceMs: number): Promise<void> {
    clearInterval(this.#pinger);
    return new Promise((resolve) => {
      const cutOff = setTimeout(() => {
        for (const session of this.#open) session.destroy();
        // Destroying a session that was closed before waits for the peer, which may have vanished or never spoken.
        for (const socket of this.#sockets) socket.destroy();
      }, graceMs);
      this.#onEmpty = () => {
        clearTimeout(cutOff);
        resolve();
      };
      if (this.#open.size === 0) this.#onEmpty();
      for (const session of this.#open) session.close();
    });
  }

  #pingAll(): void {
    for (const session of this.#open) {
      if (this.#unanswered.has(session)) {
        session.destroy();
        continue;
      }
      this.#unanswered.add(session);
      session.ping((error) => {
        if (error === null) this.#unanswered.delete(session);
      });
    }
  }
}
