import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { createApi } from "../../src/api/index.ts";
import { percent, span } from "../../src/cli/status-text.ts";
import { calendarSources, NOW, readingOf, sloOf, streamOf, world } from "../api/world.ts";
import type { SloListAnswer } from "../../src/api/index.ts";
import { millis } from "../../src/slo/index.ts";
import { terminal } from "./terminal.ts";

/** `fetch` is asked with text here. */
const textOf = (url: Parameters<typeof fetch>[0]): string => url as string;
const URL_FLAG = ["--url", "http://slowburn.test"];
const noReceivers = () => Promise.resolve(Response.json({ receivers: [] }));
const dir = mkdtempSync(join(tmpdir(), "slowburn-status-"));
afterAll(() => rmSync(dir, { recursive: true }));

describe("slowburn status", () => {
  it("prints a line per SLO, the worst group of a grouped one, and what a line cannot say", async () => {
    const { code, out } = await terminal().run("status", ...URL_FLAG);
    await expect(out).toMatchFileSnapshot("golden/status.txt");
    expect(code).toBe(1); // a page fires, and its budget is gone
  });

  it("exits with 0 when what is shown is well", async () => {
    const { code, out } = await terminal().run("status", ...URL_FLAG, "--label", "tier=1");
    expect(code).toBe(0);
    expect(out).not.toContain("checkout/latency");
  });

  it("shows what is left of a calendar window's budget at its end", async () => {
    const app = createApi(calendarSources(), { bearerTokens: [] });
    const fetcher: typeof fetch = async (url) => app.request(textOf(url));
    const { out, code } = await terminal({ fetch: fetcher }).run("status", ...URL_FLAG);
    expect(code).toBe(0); // although more is spent than so far allowed
    expect(out).toMatch(/deploy\/pipelines +99\.9%\/month +99\.85% +50\.0% /);
    expect(out).toContain("budgets of calendar windows are projected to the window's end");
  });

  it("says what does not count, and until when", async () => {
    const sources = calendarSources();
    const [slo] = sources.engine.slos;
    const exclusions = [
      {
        reason: "Upgrade",
        approvedBy: "jane",
        when: { kind: "once", startMs: NOW - 3_600_000, endMs: NOW + 3_600_000 },
        source: { file: "rules/maintenance.yaml", line: 3 },
      },
    ] as const;
    const stream = { ...sources.engine.streamsOf("")[0]!, slo: { ...slo!, exclusions } };
    const reading = { ...sources.engine.read(stream.index), stream };
    const engine = {
      ...sources.engine,
      tickedAtMs: NOW,
      slos: [stream.slo],
      streamsOf: () => [stream],
      read: () => ({ ...reading, excluded: { good: 30, total: 50 } }),
    };
    const app = createApi({ ...sources, engine }, { bearerTokens: [] });
    const fetcher: typeof fetch = async (url) => app.request(textOf(url));
    const { out } = await terminal({ fetch: fetcher }).run("status", ...URL_FLAG);
    expect(out).toContain(
      "deploy/pipelines: nothing counts until 2026-05-01T13:00:00.000Z: Upgrade (approved by jane)",
    );
    expect(out).toContain("deploy/pipelines: 50 are left out by exclusions, 20 of them bad");
    const answer = (await (await app.request("/api/v1/slos")).json()) as SloListAnswer;
    const older: typeof fetch = async (url) => {
      if (!textOf(url).includes("/slos")) return await noReceivers();
      return Response.json({
        ...answer,
        slos: answer.slos.map(({ exclusions: _exclusions, ...slo }) => ({
          ...slo,
          reading: { ...slo.reading, excluded: undefined },
        })),
      });
    };
    const { code } = await terminal({ fetch: older }).run("status", ...URL_FLAG);
    expect(code).toBe(0);
    expect(answer).toMatchObject({
      slos: [
        {
          exclusions: [{ reason: "Upgrade", activeUntil: "2026-05-01T13:00:00.000Z", line: 3 }],
          reading: { excluded: { good: 30, bad: 20, total: 50 } },
        },
      ],
    });
  });

  it.each([
    ["part of the window is before it", 2, true],
    ["the window has passed since", 40, false],
  ])("says since when rebuilt counts are whole: %s", async (_, daysAgo, isTold) => {
    const { sources } = world();
    const rebuiltFrom = millis(NOW - daysAgo * 86_400_000);
    const slo = sloOf("shop/orders", { rebuiltFrom });
    const stream = streamOf(0, slo);
    const engine = {
      ...sources.engine,
      slos: [slo],
      streamsOf: () => [stream],
      read: () => readingOf(stream, 1, 10_000),
    };
    const app = createApi({ ...sources, engine }, { bearerTokens: [] });
    const fetcher: typeof fetch = async (url) => app.request(textOf(url));
    const { out } = await terminal({ fetch: fetcher }).run("status", ...URL_FLAG);
    const words = `rebuilt from the archive, whole since ${new Date(rebuiltFrom).toISOString()}`;
    expect(out.includes(`\nshop/orders: ${words}\n`), out).toBe(isTold);
    const detail = await (await app.request("/api/v1/slos/shop/orders")).json();
    expect(detail).toMatchObject({
      notes: [words],
      rebuiltSince: new Date(rebuiltFrom).toISOString(),
    });
  });

  it("colours on a terminal only, and never against NO_COLOR", async () => {
    const escapes = async (more: object) =>
      (await terminal(more).run("status", ...URL_FLAG)).out.includes("\u001b[");
    expect(await escapes({})).toBe(false);
    expect(await escapes({ isTerminal: true })).toBe(true);
    expect(await escapes({ isTerminal: true, environment: { NO_COLOR: "1" } })).toBe(false);
    expect(await escapes({ isTerminal: true, environment: { NO_COLOR: "" } })).toBe(true);
    expect(await escapes({ isTerminal: true, environment: { TERM: "dumb" } })).toBe(false);
  });

  it("with colours is the same text as without", async () => {
    const plain = await terminal().run("status", ...URL_FLAG);
    const coloured = await terminal({ isTerminal: true }).run("status", ...URL_FLAG);
    // oxlint-disable-next-line no-control-regex -- the colours themselves
    expect(coloured.out.replaceAll(/\u001b\[\d+m/g, "")).toBe(plain.out);
  });

  it("--json prints the API's answer", async () => {
    const { out, code } = await terminal().run(
      "status",
      ...URL_FLAG,
      "--json",
      "--service",
      "search",
    );
    const answer = JSON.parse(out) as { slos: { id: string; reading: unknown }[] };
    expect(code).toBe(0);
    expect(answer.slos.map(({ id, reading }) => [id, reading])).toEqual([
      ["search/availability", null],
    ]);
  });

  it("reads all pages", async () => {
    const asked: string[] = [];
    const paged: typeof fetch = (url) => {
      if (new URL(textOf(url)).pathname !== "/api/v1/slos") return noReceivers();
      asked.push(textOf(url));
      const last = asked.length === 3;
      const next = last ? null : `a/${asked.length}`;
      return Promise.resolve(Response.json({ at: null, slos: [], next }));
    };
    await terminal({ fetch: paged }).run("status", ...URL_FLAG);
    expect(asked.map((url) => new URL(url).searchParams.get("after"))).toEqual([
      null,
      "a/1",
      "a/2",
    ]);
  });

  it("folds many SLOs without data into one line", async () => {
    const { sources } = world();
    const slos = ["a/1", "a/2", "b/1", "c/1"].map((id) => sloOf(id));
    const silent = { ...sources, engine: { ...sources.engine, slos, streamsOf: () => [] } };
    const app = createApi(silent, { bearerTokens: [] });
    const fetcher: typeof fetch = async (url) => app.request(textOf(url));
    const { out, code } = await terminal({ fetch: fetcher }).run("status", ...URL_FLAG);
    expect(code).toBe(0);
    expect(out).toContain("no data yet: 4 SLOs of a, b, c (--json lists them)\n");
    expect(out).not.toContain("a/1");
  });

  it("says that nothing is there yet", async () => {
    const { sources } = world();
    const empty = { ...sources, engine: { ...sources.engine, slos: [] } };
    const app = createApi(empty, { bearerTokens: [] });
    const fetcher: typeof fetch = async (url) => app.request(textOf(url));
    const { out, code } = await terminal({ fetch: fetcher }).run("status", ...URL_FLAG);
    expect([code, out]).toEqual([
      0,
      "no SLOs at http://slowburn.test: add a rule file, then run slowburn check\n",
    ]);
  });
});

describe("slowburn status whose filters no SLO passes exits with 2", () => {
  it.each([
    [["--service", "chekout"], "no SLO of service chekout; did you mean checkout?"],
    [["--service", "payments"], "no SLO of service payments"],
    [["--label", "tier=3"], "no SLO has label tier=3; did you mean tier=1?"],
    [
      ["--service", "search", "--label", "team=shop"],
      "no SLO of service search has label team=shop",
    ],
    [["--label", "tier=1", "--label", "tier=2"], "no SLO has all of the labels tier=1, tier=2"],
  ])("%j", async (args, text) => {
    for (const more of [[], ["--json"]]) {
      const { code, out, err } = await terminal().run("status", ...URL_FLAG, ...args, ...more);
      expect([code, out, err]).toEqual([2, "", `error no-such-slo: ${text}\n`]);
    }
  });
});

it("no attribute of a sender steers the terminal", async () => {
  const hostile = "/pay\u202e\u001b[31m\u2066\u009b1m\ufeff";
  const { sources } = world();
  const engine = {
    ...sources.engine,
    read: (index: number) => {
      const reading = sources.engine.read(index as never);
      const key = `${reading.stream.key}${hostile}`;
      const reasons = [`lost ${hostile}`];
      const integrity = { kind: "partial", reasons } as const;
      return { ...reading, stream: { ...reading.stream, key }, integrity };
    },
  };
  const app = createApi({ ...sources, engine }, { bearerTokens: [] });
  const fetcher: typeof fetch = async (url) => app.request(textOf(url));
  const { out } = await terminal({ fetch: fetcher }).run("status", ...URL_FLAG);
  expect(out).toContain("/pay\\u202e\\u001b[31m\\u2066\\u009b1m\\ufeff");
  expect(out).not.toMatch(/(?!\n)[\p{Cc}\p{Bidi_Control}\ufeff]/u);
});

describe("a receiver of alerts", () => {
  const WELL = {
    receiver: "alertmanager",
    kind: "alertmanager",
    url: "http://am:9093",
    sent: 2,
    failed: 9,
    deadLettered: 0,
    queueLength: 2,
    oldestAt: undefined,
    lastSentAt: undefined,
    lastError: undefined,
    failingSince: undefined,
  } as const;
  const printed = async (receiver: object) => {
    const { sources } = world();
    const app = createApi(
      {
        ...sources,
        status: async () => ({
          ...(await sources.status()),
          receivers: [{ ...WELL, ...receiver }],
        }),
      },
      { bearerTokens: [] },
    );
    const fetcher: typeof fetch = async (url) => app.request(textOf(url));
    return (await terminal({ fetch: fetcher }).run("status", ...URL_FLAG)).out;
  };
  it.each([
    [
      { failingSince: NOW - 720_000, lastError: "connect ECONNREFUSED" },
      "receiver alertmanager (http://am:9093) has failed for 12m: connect ECONNREFUSED; 2 notifications waiting\n",
    ],
    [
      { deadLettered: 1, lastError: "refused, status 401" },
      "receiver alertmanager (http://am:9093) did not take 1 notification and will not be told again: refused, status 401\n",
    ],
  ])("that does not take alerts gets a line: %j", async (receiver, line) => {
    expect(await printed(receiver)).toContain(line);
  });

  it("that takes them gets none", async () => {
    expect(await printed({})).not.toContain("receiver");
  });
});

describe("slowburn status that gets no answer exits with 2 and says why", () => {
  const failing = (error: unknown) => terminal({ fetch: () => Promise.reject(error as Error) });
  const answering = (response: () => Response) =>
    terminal({ fetch: () => Promise.resolve(response()) });
  const refused = new TypeError("fetch failed", {
    cause: Object.assign(new Error("connect"), { code: "ECONNREFUSED" }),
  });
  it.each<[string, ReturnType<typeof terminal>, RegExp]>([
    [
      "nothing listens",
      failing(refused),
      /unreachable: no answer .*slowburn\.test: nothing listens there/,
    ],
    ["too slow", failing(new DOMException("late", "TimeoutError")), /it took too long/],
    [
      "not slowburn",
      answering(() => new Response("<html>", { status: 200 })),
      /answered 200: is it slowburn\?/,
    ],
    [
      "no token",
      answering(() =>
        Response.json({ detail: "a bearer token is needed", hint: "send it" }, { status: 401 }),
      ),
      /answered 401: a bearer token is needed \(send it\)/,
    ],
  ])("%s", async (_name, screen, says) => {
    const { code, err, out } = await screen.run("status", ...URL_FLAG);
    expect([code, out]).toEqual([2, ""]);
    expect(err).toMatch(says);
  });

  it("a token file that is not there", async () => {
    const { code, err } = await terminal().run("status", "--token-file", join(dir, "none"));
    expect(code).toBe(2);
    expect(err).toMatch(/cannot read the token: ENOENT/);
  });
});

describe("where status asks", () => {
  const asked = async (environment: Record<string, string>, ...args: string[]) => {
    const seen: string[] = [];
    const fetcher: typeof fetch = (url, init) => {
      const { authorization = "none" } = (init?.headers ?? {}) as Record<string, string>;
      seen.push(`${new URL(textOf(url)).origin} ${authorization}`);
      return Promise.resolve(Response.json({ at: null, slos: [], next: null, receivers: [] }));
    };
    await terminal({ environment, fetch: fetcher }).run("status", ...args);
    return seen[0];
  };
  const token = join(dir, "token");
  writeFileSync(token, "file-token\n");
  const configured = {
    SLOWBURN_API_PORT: "5319",
    SLOWBURN_TOKENS_API: "env:MY_TOKEN",
    MY_TOKEN: "configured-token",
  };

  it("is the configured address with the configured token", async () => {
    expect(await asked({})).toBe("http://127.0.0.1:4319 none");
    expect(await asked(configured)).toBe("http://127.0.0.1:5319 Bearer configured-token");
  });

  it("is --url, which never gets the configured token", async () => {
    expect(await asked(configured, "--url", "http://elsewhere:1/")).toBe("http://elsewhere:1 none");
    expect(await asked({}, "--url", "http://elsewhere:1", "--token-file", token)).toBe(
      "http://elsewhere:1 Bearer file-token",
    );
  });
});

describe("numbers", () => {
  it.each<[number | null, number, string]>([
    [1, 2, "100.00%"],
    [0.99996, 2, "99.99%"],
    [0.999, 1, "99.9%"],
    [0.29, 0, "29%"],
    [-0.5, 1, "-50.0%"],
    [-1e-9, 1, "-0.1%"],
    [0, 1, "0.0%"],
    [null, 1, "–"],
  ])("percent(%d, %i) is %s", (ratio, decimals, expected) => {
    expect(percent(ratio, decimals)).toBe(expected);
  });

  it("100 % is said only of 100 %, whatever the decimals", () => {
    const below = fc.double({ min: 0, max: 1 - 1e-7, noNaN: true });
    fc.assert(
      fc.property(below, fc.integer({ min: 0, max: 4 }), (ratio, decimals) => {
        expect(percent(ratio, decimals)).not.toMatch(/^100/);
      }),
    );
  });

  it.each([
    [0.4, "0s"],
    [59, "59s"],
    [60, "1m"],
    [3_725, "1h 2m"],
    [266_400, "3d 2h"],
    [4e9, "> 1y"],
  ])("span(%d) is %s", (seconds, expected) => {
    expect(span(seconds)).toBe(expected);
  });
});
