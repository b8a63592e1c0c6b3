/** A socket server's start as a promise. */
import type { AddressInfo, Server } from "node:net";

/** Resolves with the port the server listens on; rejects with Node's error (EADDRINUSE, EACCES, ENOTFOUND). */
export function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}
