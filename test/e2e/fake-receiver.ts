/** Takes alerts as Alertmanager's API v2 and as a webhook, and remembers them; can be down. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import { until } from "./until.ts";

export interface HeardAlert {
  readonly by: "alertmanager" | "webhook";
  readonly status: "firing" | "resolved";
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly startsAt: string;
  readonly endsAt: string;
  readonly heardAt: number;
}

type Sent = Omit<HeardAlert, "by" | "status" | "heardAt"> & {
  readonly status?: "firing" | "resolved";
};

export class FakeReceiver {
  /** Answers 503 to everything. */
  isDown = false;
  readonly alerts: HeardAlert[] = [];
  readonly #server: Server;

  static async start(): Promise<FakeReceiver> {
    const receiver = new FakeReceiver();
    await new Promise<void>((resolve) => receiver.#server.listen(0, "127.0.0.1", resolve));
    return receiver;
  }

  private constructor() {
    this.#server = createServer((request, response) => {
      void json(request).then((body) => {
        if (this.isDown) response.statusCode = 503;
        else this.#hear(request.url === "/api/v2/alerts", body);
        response.end();
      });
    });
  }

  /** Base of an Alertmanager, and the address of a webhook. */
  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  #hear(isAlertmanager: boolean, body: unknown): void {
    const heardAt = Date.now();
    // What slowburn sends; test/alerts and the real Alertmanager check its form.
    const sent = isAlertmanager ? (body as Sent[]) : (body as { alerts: Sent[] }).alerts;
    for (const alert of sent) {
      const status = alert.status ?? (Date.parse(alert.endsAt) > heardAt ? "firing" : "resolved");
      this.alerts.push({
        ...alert,
        status,
        by: isAlertmanager ? "alertmanager" : "webhook",
        heardAt,
      });
    }
  }

  async hears(what: string, holds: (alerts: readonly HeardAlert[]) => boolean): Promise<void> {
    await until(`the receiver hears of ${what}`, () => holds(this.alerts));
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
