/** The demo's shop and its delivery platform: what they record, well and during the incident. */
import type { Attributes } from "@opentelemetry/api";
import type { Endpoints } from "./meter-provider.ts";
import { startService, type ServiceSettings, type ShopService } from "./shop-service.ts";

/** Advisory bounds of the HTTP conventions: 250 ms is one, so the latency SLI is exact. */
const HTTP_BOUNDS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];
const RUN_BOUNDS = [5, 10, 30, 60, 120, 300, 600, 1200];
const TICK_MS = 100;

/** Share of events that are bad while all is well, and in the incident. */
const WELL = { checkout: 0.002, payments: 0.001, pipeline: 0.001 };
const BROKEN = { checkout: 0.35, payments: 0.2, pipeline: 0.001 };

export const SERVICES: readonly ServiceSettings[] = [
  service("storefront", "http/protobuf", "cumulative"),
  service("checkout", "grpc", "delta"),
  service("payments", "http/json", "cumulative"),
  { ...service("search", "http/protobuf", "delta"), histogram: "exponential" },
  { ...service("pipelines", "grpc", "cumulative"), namespace: "platform" },
];

function service(
  name: string,
  protocol: ServiceSettings["protocol"],
  temporality: ServiceSettings["temporality"],
): ServiceSettings {
  return { name, protocol, temporality, histogram: "explicit", namespace: "shop" };
}

type Record = (isBroken: boolean) => void;

export class Shop {
  readonly #services: readonly ShopService[];
  readonly #records: readonly Record[];
  readonly #timer: NodeJS.Timeout;
  isBroken = false;

  constructor(endpoints: Endpoints) {
    this.#services = SERVICES.map((settings) => startService(settings, endpoints));
    this.#records = this.#services.map(recorderOf);
    this.#timer = setInterval(() => {
      for (const record of this.#records) record(this.isBroken);
    }, TICK_MS);
  }

  /** Sends what is left and ends. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all(this.#services.map((each) => each.close()));
  }
}

function recorderOf({ settings, meter }: ShopService): Record {
  switch (settings.name) {
    case "payments": {
      const payments = meter.createCounter("shop.payments", { unit: "{payment}" });
      return (isBroken) => {
        const badShare = (isBroken ? BROKEN : WELL).payments;
        repeat(6, () => payments.add(1, { outcome: chance(badShare) ? "refused" : "accepted" }));
      };
    }
    case "search": {
      const duration = meter.createHistogram("shop.search.duration", { unit: "s" });
      return () => repeat(10, () => duration.record(latency(0.06)));
    }
    case "pipelines": {
      const duration = meter.createHistogram("cicd.pipeline.run.duration", {
        unit: "s",
        advice: { explicitBucketBoundaries: RUN_BOUNDS },
      });
      return (isBroken) => {
        const badShare = (isBroken ? BROKEN : WELL).pipeline;
        const result = chance(badShare) ? "error" : chance(0.15) ? "failure" : "success";
        duration.record(latency(60), {
          "cicd.pipeline.name": "deploy",
          "cicd.pipeline.run.state": "executing",
          "cicd.pipeline.result": result,
        });
      };
    }
    default:
      return httpRecorder({ settings, meter } as ShopService);
  }
}

function httpRecorder({ settings, meter }: Pick<ShopService, "settings" | "meter">): Record {
  const duration = meter.createHistogram("http.server.request.duration", {
    unit: "s",
    advice: { explicitBucketBoundaries: HTTP_BOUNDS },
  });
  const routes = settings.name === "checkout" ? ["/cart", "/pay"] : ["/", "/product/{id}"];
  return (isBroken) =>
    repeat(12, () => {
      const isHit = isBroken && settings.name === "checkout";
      const badShare = isHit ? BROKEN.checkout : WELL.checkout;
      const isBad = chance(badShare);
      const attributes: Attributes = {
        "http.request.method": "GET",
        "http.route": routes[chance(0.5) ? 0 : 1] ?? "/",
        "http.response.status_code": isBad ? 500 : 200,
        ...(isBad ? { "error.type": "500" } : {}),
      };
      duration.record(latency(isHit ? 0.2 : 0.05), attributes);
    });
}

function repeat(count: number, action: () => void): void {
  for (let index = 0; index < count; index++) action();
}

const chance = (share: number): boolean => Math.random() < share;
/** Exponentially distributed around a mean, in seconds. */
const latency = (meanSeconds: number): number => -Math.log(1 - Math.random()) * meanSeconds;
