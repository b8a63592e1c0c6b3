import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { alertLabels } from "../../src/alerts/alert-labels.ts";
import { fingerprint } from "../../src/alerts/index.ts";
import { streamIndex, type Slo } from "../../src/slo/index.ts";
import { sloOf } from "./fake-engine.ts";

describe("the fingerprint is Alertmanager's", () => {
  it("golden value (research/grafana.md section 5)", () => {
    expect(fingerprint({ alertname: "X" })).toBe("d2aeefc389ca7746");
  });
  it("does not depend on the order of labels", () => {
    expect(fingerprint({ b: "2", a: "1" })).toBe(fingerprint({ a: "1", b: "2" }));
  });
  it("tells where a name ends", () => {
    expect(fingerprint({ ab: "c" })).not.toBe(fingerprint({ a: "bc" }));
  });
  it("of no labels is the offset basis", () => {
    expect(fingerprint({})).toBe("cbf29ce484222325");
  });
});

const labelsOf = (slo: Partial<Slo>, group: readonly string[] = []) =>
  alertLabels({ index: streamIndex(0), slo: sloOf(slo), group, key: "" }, "page");

describe("labels", () => {
  it("say what, how urgent, whose", () => {
    const slo = { owner: "shop-team", per: ["http.route"], labels: { tier: "1", origin: "" } };
    expect(labelsOf(slo, ["/pay"])).toEqual({
      alertname: "SlowburnErrorBudgetBurn",
      severity: "page",
      slo: "checkout/availability",
      service: "checkout",
      owner: "shop-team",
      http_route: "/pay",
      tier: "1",
    });
  });

  it("never take a name that is taken", () => {
    const slo = { per: ["severity", "a.b", "a_b", "a-b"], labels: { a_b: "5", slo: "6" } };
    expect(labelsOf(slo, ["1", "2", "3", "4"])).toMatchObject({
      severity: "page",
      slo: "checkout/availability",
      exported_severity: "1",
      a_b: "2",
      exported_a_b: "3",
      exported_a_b_2: "4",
      exported_a_b_3: "5",
      exported_slo: "6",
    });
  });

  it("have names that Alertmanager 0.25 takes, whatever the attribute", () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { maxLength: 5 }), (per) => {
        const labels = labelsOf({ per }, per.map(String));
        for (const [name, value] of Object.entries(labels)) {
          expect(name).toMatch(/^[a-zA-Z_][a-zA-Z0-9_]*$/);
          expect(name).not.toMatch(/^__/);
          expect(value).not.toBe("");
        }
      }),
    );
  });

  it("of the file's alerts win over the SLO's, as a rule's do over its series'", () => {
    const texts = { labels: { tier: "gold", severity: "critical" }, annotations: {} };
    const alerting = {
      alertName: "CheckoutBurns",
      labels: { tier: "2", owner: "night-team", "cost-centre": "{{ $labels.tier }}/{{ $value }}" },
      annotations: {},
      bySeverity: { page: texts },
    };
    const slo = { owner: "shop-team", labels: { tier: "1", origin: "app" }, alerting };
    const page = labelsOf(slo);
    expect(page).toEqual({
      alertname: "CheckoutBurns",
      severity: "critical",
      slo: "checkout/availability",
      service: "checkout",
      owner: "night-team",
      origin: "app",
      tier: "gold",
      cost_centre: "1/{{ $value }}",
    });
  });

  it("of the file's alerts never take those that say which alert it is", () => {
    const labels = {
      slo: "x",
      service: "checkout",
      alertname: "y",
      route: "z",
      sloth_severity: "",
    };
    const alerting = { labels, annotations: {}, bySeverity: {} };
    expect(labelsOf({ per: ["route"], alerting }, ["/pay"])).toEqual({
      alertname: "SlowburnErrorBudgetBurn",
      severity: "page",
      slo: "checkout/availability",
      service: "checkout",
      route: "/pay",
      exported_alertname: "y",
      exported_route: "z",
      exported_slo: "x",
    });
  });

  it("of a file of Sloth's are there under Sloth's names too, so page and ticket differ", () => {
    const source = { file: "x.yaml", line: 1, format: "sloth" as const };
    const alerting = { labels: { severity: "sms" }, annotations: {}, bySeverity: {} };
    expect(labelsOf({ source, alerting })).toMatchObject({
      severity: "sms",
      sloth_id: "checkout-availability",
      sloth_service: "checkout",
      sloth_slo: "availability",
      sloth_severity: "page",
    });
  });

  it("differ for different groups", () => {
    const pair = fc.tuple(fc.string(), fc.string());
    fc.assert(
      fc.property(pair, pair, (one, other) => {
        const per = ["http.route", "http_route"];
        const isSame = one[0] === other[0] && one[1] === other[1];
        const [a, b] = [one, other].map((group) => fingerprint(labelsOf({ per }, group)));
        expect(a === b).toBe(isSame);
      }),
    );
  });
});
