import { describe, expect, test } from "vitest";
import { loadConfig } from "../../src/config/index.ts";
import type { StreamView } from "../../src/engine/index.ts";
import { externalUrl, linksUnder } from "../../src/server/alert-links.ts";
import { sloOf } from "../alerts/fake-engine.ts";

const streamOf = (per: readonly string[], group: readonly string[]) =>
  ({ slo: sloOf({ per }), group }) as StreamView;

describe("where slowburn is reached", () => {
  test.each([
    [{}, "http://127.0.0.1:4319"],
    [{ apiHost: "::1", apiPort: "5319" }, "http://[::1]:5319"],
    [{ externalUrl: "https://slo.example/burn/" }, "https://slo.example/burn"],
  ])("%j", (flags, expected) => {
    const { config } = loadConfig({ flags });
    expect(externalUrl(config!)).toBe(expected);
  });
});

describe("an alert's links", () => {
  const links = linksUnder("http://slowburn", "http://grafana");
  const urlOf = (stream: StreamView) => new URL(links.dashboard(stream) ?? "");

  test("lead to the SLO in the API", () => {
    const stream = streamOf([], []);
    expect(links.slo(stream)).toBe("http://slowburn/api/v1/slos/checkout/availability");
    expect(links.generator(stream)).toBe(links.slo(stream));
  });

  test("lead to the SLO's dashboard, on the group that burns", () => {
    expect([...urlOf(streamOf([], [])).searchParams]).toEqual([
      ["var-service", "checkout"],
      ["var-slo", "checkout/availability"],
    ]);
    const group = urlOf(streamOf(["http.route", "zone"], ["/pay & more", "a"]));
    expect(group.pathname).toBe("/d/slowburn-slo");
    expect(group.searchParams.get("var-group")).toBe("/pay & more, a");
  });

  test("do without Grafana where none is known", () => {
    expect(linksUnder("http://slowburn").dashboard(streamOf([], []))).toBeUndefined();
  });
});
