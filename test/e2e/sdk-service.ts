/** One service that records with the real OpenTelemetry SDK, and its own count of what it recorded. */
import { ValueType, type Attributes, type Meter } from "@opentelemetry/api";
import type { MeterProvider } from "@opentelemetry/sdk-metrics";
import {
  startMeterProvider,
  type Endpoints,
  type SdkSettings,
} from "../../src/demo/meter-provider.ts";
import type { Random } from "./random.ts";

/** Every combination. */
export const WAYS: readonly SdkSettings[] = (
  ["http/protobuf", "http/json", "grpc"] as const
).flatMap((protocol) =>
  (["cumulative", "delta", "lowmemory"] as const).flatMap((temporality) =>
    (["explicit", "exponential"] as const).map((histogram) => ({
      protocol,
      temporality,
      histogram,
    })),
  ),
);

const nameOf = ({ protocol, temporality, histogram }: SdkSettings): string =>
  `${protocol.replace("/", "-")}-${temporality}-${histogram}`;

/** The SLOs of test/e2e/rules/sdk.yaml. */
export type SloName = "orders" | "money" | "answers" | "speed" | "jobs";
type Truth = Record<SloName, { good: number; total: number }>;

/** 250 ms, the threshold, is a bound of the explicit buckets and a power of two; an event on it is good. */
const SECONDS = [0.003, 0.1, 0.2499, 0.25, 0.2501, 0.4, 3];
const BOUNDS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];
const NEVER_MS = 3_600_000;

export class SdkService {
  readonly way: SdkSettings;
  readonly name: string;
  readonly truth: Truth = {
    orders: { good: 0, total: 0 },
    money: { good: 0, total: 0 },
    answers: { good: 0, total: 0 },
    speed: { good: 0, total: 0 },
    jobs: { good: 0, total: 0 },
  };
  readonly #endpoints: Endpoints;
  #provider: MeterProvider;
  #record: (random: Random) => void;
  /** What the observable counters of this process stand at. */
  #jobs = { good: 0, bad: 0 };

  constructor(way: SdkSettings, endpoints: Endpoints) {
    this.way = way;
    this.name = nameOf(way);
    this.#endpoints = endpoints;
    this.#provider = this.#start();
    this.#record = this.#instruments(this.#provider.getMeter("e2e"));
  }

  /** A new process of the same identity: counts begin at zero, with a new start time. */
  async restart(): Promise<void> {
    await this.#provider.shutdown();
    this.#jobs = { good: 0, bad: 0 };
    this.#provider = this.#start();
    this.#record = this.#instruments(this.#provider.getMeter("e2e"));
  }

  /** Records some events and exports them at once. */
  async work(random: Random, rounds: number): Promise<void> {
    for (let round = 0; round < rounds; round++) this.#record(random);
    await this.#provider.forceFlush();
  }

  async close(): Promise<void> {
    await this.#provider.shutdown();
  }

  #start(): MeterProvider {
    return startMeterProvider(this.way, this.#endpoints, { "service.name": this.name }, NEVER_MS);
  }

  #instruments(meter: Meter): (random: Random) => void {
    const orders = meter.createCounter("e2e.orders", { valueType: ValueType.INT });
    const money = meter.createCounter("e2e.money");
    const duration = meter.createHistogram("e2e.duration", {
      unit: "s",
      advice: { explicitBucketBoundaries: BOUNDS },
    });
    const { jobs } = this.truth;
    const observed = this.#jobs;
    meter.createObservableCounter("e2e.jobs").addCallback((result) => {
      result.observe(observed.good + observed.bad);
    });
    meter.createObservableCounter("e2e.jobs.failed").addCallback((result) => {
      if (observed.bad > 0) result.observe(observed.bad);
    });
    return (random) => {
      this.#add("orders", orders.add.bind(orders), 1 + random.below(5), random.chance(0.3));
      this.#add("money", money.add.bind(money), (1 + random.below(40)) / 4, random.chance(0.3));
      this.#answer((seconds, attributes) => duration.record(seconds, attributes), random);
      const isBad = random.chance(0.3);
      observed[isBad ? "bad" : "good"]++;
      jobs.total++;
      if (!isBad) jobs.good++;
    };
  }

  #add(
    slo: "orders" | "money",
    add: (value: number, attributes: Attributes) => void,
    value: number,
    isBad: boolean,
  ): void {
    add(value, { outcome: isBad ? "error" : "ok" });
    this.truth[slo].total += value;
    if (!isBad) this.truth[slo].good += value;
  }

  #answer(record: (seconds: number, attributes: Attributes) => void, random: Random): void {
    const seconds = random.of(SECONDS);
    const isBad = random.chance(0.3);
    record(seconds, isBad ? { "error.type": "timeout" } : {});
    const { answers, speed } = this.truth;
    answers.total++;
    speed.total++;
    if (!isBad) answers.good++;
    if (seconds <= 0.25) speed.good++;
  }
}
