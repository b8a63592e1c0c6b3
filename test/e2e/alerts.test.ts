/** Alerts of the running server: what waits while receivers are down, what a restart keeps, and that all tell one number. */
import { describe, expect, test } from "vitest";
import { percentText, roundedText, spanText } from "../../src/slo/index.ts";
import type { AlertAnswer, SloAnswer } from "../../src/api/index.ts";
import { FakeReceiver, type HeardAlert } from "./fake-receiver.ts";
import { Home } from "./home.ts";
import { startHere, type Slowburn } from "./running-server.ts";
import { Traffic } from "./traffic.ts";
import { until } from "./until.ts";

const slo = (name: string) => `
  ${name}:
    objective: 99%
    window: 10m
    sli: { metric: ${name}, bad: { code: "500" } }
    alerts:
      name: compressed
      tiers: [{ severity: page, factor: 2, long: 1m, short: 1s }]`;
const RULES = `apiVersion: slowburn/v1\nservice: shop\nslos:${slo("orders")}${slo("payments")}\n`;

const isOf =
  (metric: string, status: HeardAlert["status"], by: HeardAlert["by"]) => (alert: HeardAlert) =>
    alert.labels["slo"] === `shop/${metric}` && alert.status === status && alert.by === by;
const alertOf = async ({ api }: Slowburn, metric: string, state: AlertAnswer["state"]) =>
  (await api.alerts()).find((alert) => alert.sloId === `shop/${metric}` && alert.state === state);
const comes = (slowburn: Slowburn, metric: string, state: AlertAnswer["state"]) =>
  until(
    `${metric} is ${state}`,
    async () => (await alertOf(slowburn, metric, state)) !== undefined,
  );

/** What the log says of receivers, sorted. */
const deliveries = ({ log }: Slowburn): readonly string[] =>
  log
    .filter(({ event }) => event.startsWith("outbox."))
    .map(({ level, event, receiver, error = "" }) => [level, event, receiver, error].join(" "))
    .sort();

describe("receivers that are down while alerts fire and resolve", () => {
  test("hear of all of it once they are up, also when slowburn was restarted meanwhile", async () => {
    const receiver = await FakeReceiver.start();
    receiver.isDown = true;
    const home = new Home({ "shop.yaml": RULES });
    const flags = { alertmanagerUrls: [receiver.url], webhookUrls: [receiver.url] };
    const first = await startHere(home, flags);
    const traffic = new Traffic("shop");
    await traffic.send(first, "orders", 50, 50);
    await traffic.send(first, "payments", 50, 50);
    await comes(first, "orders", "firing");
    await comes(first, "payments", "firing");
    const fired = (await alertOf(first, "payments", "firing"))!;
    await until("orders recover", async () => {
      await traffic.send(first, "orders", 1000, 0);
      return (await alertOf(first, "orders", "resolved")) !== undefined;
    });
    const resolved = (await alertOf(first, "orders", "resolved"))!;
    await first.close();
    expect(receiver.alerts).toEqual([]);
    expect(deliveries(first)).toEqual([
      "warn outbox.failed alertmanager status 503",
      "warn outbox.failed webhook status 503",
    ]);

    const second = await startHere(home, flags);
    const { annotations: _, ...kept } = fired; // their numbers are of the last tick
    expect(await alertOf(second, "payments", "firing")).toMatchObject(kept);
    receiver.isDown = false;
    await receiver.hears("everything", (alerts) =>
      (
        [
          ["payments", "firing", "alertmanager"],
          ["orders", "resolved", "alertmanager"],
          ["payments", "firing", "webhook"],
          ["orders", "resolved", "webhook"],
        ] as const
      ).every(([metric, status, by]) => alerts.some(isOf(metric, status, by))),
    );
    const orders = receiver.alerts.filter(({ labels }) => labels["slo"] === "shop/orders");
    expect(orders.filter(({ by }) => by === "webhook").map(({ status }) => status)).toEqual([
      "firing",
      "resolved",
    ]);
    for (const { status, startsAt, endsAt } of orders) {
      expect(startsAt).toBe(resolved.firedAt);
      if (status === "resolved") expect(endsAt).toBe(resolved.resolvedAt);
    }
    for (const { startsAt } of receiver.alerts.filter(
      ({ labels }) => labels["slo"] === "shop/payments",
    ))
      expect(startsAt).toBe(fired.firedAt);
    await until("nothing waits", async () =>
      (await second.api.status()).receivers.every(({ queueLength }) => queueLength === 0),
    );
    await second.close();
    await receiver.close();
  });
});

describe("a receiver that is down", () => {
  test("is said by the API, by /metrics and once by the log, as is its end", async () => {
    const receiver = await FakeReceiver.start();
    receiver.isDown = true;
    const slowburn = await startHere(new Home({ "shop.yaml": RULES }), {
      alertmanagerUrls: [receiver.url],
      webhookUrls: [receiver.url],
    });
    await new Traffic("shop").send(slowburn, "orders", 50, 50);
    await until("both fail", async () =>
      (await slowburn.api.status()).receivers.every(({ failingSince }) => failingSince !== null),
    );
    const samples = await slowburn.api.metrics();
    const outages = samples.filter(({ name }) => name === "slowburn_receiver_outage_seconds");
    expect(outages.map(({ labels }) => labels)).toEqual([
      { receiver: "alertmanager", url: receiver.url },
      { receiver: "webhook", url: receiver.url },
    ]);
    receiver.isDown = false;
    await until("both took it", async () =>
      (await slowburn.api.status()).receivers.every(({ failingSince }) => failingSince === null),
    );
    expect(deliveries(slowburn)).toEqual([
      "info outbox.recovered alertmanager ",
      "info outbox.recovered webhook ",
      "warn outbox.failed alertmanager status 503",
      "warn outbox.failed webhook status 503",
    ]);
    await slowburn.close();
    await receiver.close();
  });
});

describe("an SLO that is removed or renamed while its alert fires", () => {
  test("resolves the alert at the receivers", async () => {
    const receiver = await FakeReceiver.start();
    const home = new Home({ "shop.yaml": RULES });
    const slowburn = await startHere(home, {
      alertmanagerUrls: [receiver.url],
      webhookUrls: [receiver.url],
    });
    await new Traffic("shop").send(slowburn, "orders", 50, 50);
    await receiver.hears("the page", (alerts) =>
      alerts.some(isOf("orders", "firing", "alertmanager")),
    );
    home.write("shop.yaml", RULES.replace("  orders:", "  purchases:"));
    await receiver.hears("its end", (alerts) =>
      (["alertmanager", "webhook"] as const).every((by) =>
        alerts.some(isOf("orders", "resolved", by)),
      ),
    );
    expect((await alertOf(slowburn, "orders", "resolved"))?.resolveReason).toBe("stream-removed");
    await slowburn.close();
    await receiver.close();
  });
});

/** API, list of alerts and `/metrics` as of one tick. */
async function oneTick({ api }: Slowburn) {
  for (;;) {
    const before = await api.slos();
    const [samples, alerts] = await Promise.all([api.metrics(), api.alerts()]);
    const evaluated = samples.find(({ name }) => name === "slowburn_evaluation_timestamp_seconds");
    if (evaluated?.value === Date.parse(before.at ?? "") / 1000)
      return { slos: before.slos, samples, alerts };
  }
}

describe("one number", () => {
  test("is told by API, /metrics and the alert", async () => {
    const receiver = await FakeReceiver.start();
    const slowburn = await startHere(
      new Home({ "shop.yaml": RULES.replaceAll("short: 1s", "short: 5s") }),
      {
        evaluationInterval: "1s",
        alertmanagerUrls: [receiver.url],
      },
    );
    const traffic = new Traffic("shop");
    // Sent once: sums stay those of the tick that fires for as long as it takes to see it.
    await traffic.send(slowburn, "orders", 977, 61);
    await traffic.send(slowburn, "payments", 3, 0);
    let seen = await oneTick(slowburn);
    await until("an alert fires", async () => {
      seen = await oneTick(slowburn);
      return seen.alerts.some(({ state }) => state === "firing");
    });
    for (const each of seen.slos) expectSame(each, seen.samples);
    const [alert] = seen.alerts;
    const { reading } = seen.slos.find(({ id }) => id === "shop/orders")!;
    const minute = reading?.burnRates.find(({ lookback }) => lookback === "1m");
    expect(Date.parse(alert!.firedAt!) - Date.parse(reading!.at)).toBeLessThan(1000);
    const annotations = {
      burn_rate: roundedText(minute!.burnRate!),
      error_budget_remaining: percentText(reading!.budgetRemaining!),
      time_to_exhaustion: spanText(reading!.exhaustionSeconds! * 1000),
    };
    expect(alert!.annotations).toMatchObject(annotations);
    expect(alert!.annotations["description"]).toContain(
      `Bad: ${minute!.bad} of ${minute!.total} events in 1m (burn rate ${annotations.burn_rate})`,
    );
    await receiver.hears("the page", (alerts) => alerts.length > 0);
    expect(receiver.alerts[0]?.annotations).toEqual(alert!.annotations);
    await slowburn.close();
    await receiver.close();
  });
});

/** Every number of the reading is the sample's, to the last bit. */
function expectSame(
  { id, objective, window, reading }: SloAnswer,
  samples: Awaited<ReturnType<typeof oneTick>>["samples"],
): void {
  const sample = (name: string, labels: Readonly<Record<string, string>> = {}) =>
    samples.find(
      (each) =>
        each.name === name &&
        each.labels["slo"] === id &&
        Object.entries(labels).every(([key, value]) => each.labels[key] === value),
    )?.value ?? null;
  const { sli, budgetRemaining, budgetConsumed, exhaustionSeconds, good, bad, burnRates } =
    reading!;
  expect({
    objective: sample("slowburn_slo_objective_ratio"),
    errorBudget: sample("slowburn_slo_error_budget_ratio"),
    window: sample("slowburn_slo_window_seconds"),
    sli: sample("slowburn_slo_sli_ratio"),
    budgetRemaining: sample("slowburn_slo_error_budget_remaining_ratio"),
    budgetConsumed: sample("slowburn_slo_error_budget_consumed_ratio"),
    exhaustionSeconds: sample("slowburn_slo_time_to_exhaustion_seconds"),
    good: sample("slowburn_slo_window_events", { kind: "good" }),
    bad: sample("slowburn_slo_window_events", { kind: "bad" }),
    burnRates: burnRates.map(({ lookback }) => [
      sample("slowburn_slo_error_ratio", { lookback }),
      sample("slowburn_slo_burn_rate", { lookback }),
    ]),
  }).toEqual({
    objective: objective.ratio,
    errorBudget: objective.errorBudget,
    window: window.seconds,
    sli,
    budgetRemaining,
    budgetConsumed,
    exhaustionSeconds,
    good,
    bad,
    burnRates: burnRates.map(({ errorRatio, burnRate }) => [errorRatio, burnRate]),
  });
}
