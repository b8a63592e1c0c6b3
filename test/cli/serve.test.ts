import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { ServerPorts, StartServer } from "../../src/cli/ports.ts";
import type { SlowburnConfig } from "../../src/config/index.ts";
import { InvariantError, millis, OperationError } from "../../src/slo/index.ts";
import { RUNNING, terminal } from "./terminal.ts";

const CANARY = "canary-91d2c07b-5f3e8a66";
const dir = mkdtempSync(join(tmpdir(), "slowburn-serve-"));
afterAll(() => rmSync(dir, { recursive: true }));
const ARGS = ["serve", "--data-directory", dir, "--log-format", "json"];

/** Resolves once the server was asked to start, with what it was given. */
function started(close: () => Promise<void> = () => Promise.resolve()): {
  startServer: StartServer;
  given: Promise<{ config: SlowburnConfig; ports: ServerPorts }>;
} {
  let give: (given: { config: SlowburnConfig; ports: ServerPorts }) => void;
  const given = new Promise<{ config: SlowburnConfig; ports: ServerPorts }>(
    (resolve) => (give = resolve),
  );
  return {
    given,
    startServer: (config, ports) => {
      give({ config, ports });
      return Promise.resolve({ ...RUNNING, close });
    },
  };
}

const events = (err: string): string[] =>
  err
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => (JSON.parse(line) as { event: string }).event);

describe("slowburn serve", () => {
  it("says what it listens on, what it loaded, where data lives and what to do next", async () => {
    const rules = {
      slos: [],
      files: [
        {
          file: "rules/shop.yaml",
          state: "loaded",
          problems: [],
          sloCount: 3,
          loadedAt: millis(0),
        },
        {
          file: "rules/bad.yaml",
          state: "rejected",
          problems: [],
          sloCount: 0,
          loadedAt: millis(0),
        },
      ],
      problems: [
        {
          code: "objective-range",
          severity: "error",
          message: "0.999 could mean 99.9% or 0.999%",
          hint: "write 99.9%",
          file: "rules/bad.yaml",
          line: 5,
          column: 16,
          path: "slos.a.objective",
        },
      ],
    } as const;
    const screen = terminal({
      startServer: () => {
        queueMicrotask(() => screen.signal("SIGTERM"));
        return Promise.resolve({ ...RUNNING, rules });
      },
    });
    const { code, out } = await screen.run("serve");
    expect(code).toBe(0);
    await expect(out.replaceAll(process.cwd(), "<here>")).toMatchFileSnapshot("golden/serve.txt");
  });

  it.each([
    [[], "go nowhere yet: set alertmanager.urls or webhook.urls"],
    [
      [
        { receiver: "alertmanager", url: "http://am:9093" },
        { receiver: "webhook", url: "https://hook.example" },
      ],
      "go to alertmanager http://am:9093, webhook https://hook.example",
    ],
  ])("says where alerts go: %j", async (receivers, text) => {
    const screen = terminal({
      startServer: () => {
        queueMicrotask(() => screen.signal("SIGTERM"));
        return Promise.resolve({ ...RUNNING, receivers });
      },
    });
    const { out } = await screen.run("serve");
    expect(out).toContain(`\n  alerts     ${text}\n`);
  });

  it("gives flags over environment to the server, and --print-config starts none", async () => {
    const environment = { SLOWBURN_API_PORT: "5319", SLOWBURN_DURABILITY: "interval" };
    const { startServer, given } = started();
    const screen = terminal({ environment, startServer });
    const ran = screen.run(
      ...ARGS,
      "--api-port",
      "6319",
      "--alertmanager-urls",
      "http://a:1",
      "--alertmanager-urls",
      "http://b:1",
    );
    const { config } = await given;
    screen.signal("SIGINT");
    await ran;
    expect(config.api.port).toBe(6319);
    expect(config.durability).toBe("interval");
    expect(config.alertmanager.urls).toEqual(["http://a:1", "http://b:1"]);
    const never: StartServer = () => Promise.reject(new InvariantError("started"));
    const { code, out } = await terminal({ environment, startServer: never }).run(
      "serve",
      "--print-config",
    );
    expect(code).toBe(0);
    expect(out).toMatch(/port: 5319 +# SLOWBURN_API_PORT/);
  });

  it("masks secrets in --print-config and in the log", async () => {
    const environment = { SLOWBURN_TOKENS_API: "env:API_TOKEN", API_TOKEN: CANARY };
    const printed = await terminal({ environment }).run("serve", "--print-config");
    expect(printed.out).toContain("[REDACTED]");
    expect(printed.out + printed.err).not.toContain(CANARY);
    const { startServer, given } = started();
    const screen = terminal({ environment, startServer });
    const ran = screen.run(...ARGS);
    const { ports } = await given;
    ports.log.error("api.failed", { message: `said ${CANARY}`, error: new Error(CANARY) });
    screen.signal("SIGTERM");
    const { err, out } = await ran;
    expect(err).toContain("api.failed");
    expect(err + out).not.toContain(CANARY);
  });
});

describe("slowburn serve stops", () => {
  it.each(["SIGTERM", "SIGINT"] as const)(
    "at %s: closes, says so, exits with 0",
    async (signal) => {
      let isClosed = false;
      const { startServer, given } = started(async () => {
        isClosed = true;
      });
      const screen = terminal({ startServer });
      const ran = screen.run(...ARGS);
      await given;
      screen.signal(signal);
      const { code, err } = await ran;
      expect([code, isClosed]).toEqual([0, true]);
      expect(events(err)).toEqual(["server.stopping", "server.stopped"]);
      expect(screen.listenerCount()).toBe(0);
      expect(screen.exits).toEqual([]);
    },
  );

  it.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)("at once at the second signal, %s", async (signal, expected) => {
    const { startServer, given } = started(() => new Promise(() => undefined));
    let nowMs = 0;
    const screen = terminal({ startServer, now: () => nowMs });
    void screen.run(...ARGS);
    await given;
    screen.signal("SIGTERM");
    expect(screen.exits).toEqual([]);
    nowMs += 500;
    screen.signal(signal);
    expect(screen.exits).toEqual([expected]);
  });

  it("not at once when one Ctrl-C comes twice, from the terminal and from npm", async () => {
    const { startServer, given } = started();
    let nowMs = 0;
    const screen = terminal({ startServer, now: () => nowMs });
    const ran = screen.run(...ARGS);
    await given;
    screen.signal("SIGINT");
    nowMs += 499;
    screen.signal("SIGINT");
    expect((await ran).code).toBe(0);
    expect(screen.exits).toEqual([]);
  });

  it("with 3 when it is not done within 25 s", async () => {
    const waited: number[] = [];
    const wait = (ms: number) => Promise.resolve(void waited.push(ms));
    const { startServer, given } = started(() => new Promise(() => undefined));
    const screen = terminal({ startServer, wait });
    const ran = screen.run(...ARGS);
    await given;
    screen.signal("SIGTERM");
    const { code, err } = await ran;
    expect([code, waited]).toEqual([3, [25_000]]);
    expect(err).toContain("not stopped in time");
  });

  it("with 3 when closing fails, and says why", async () => {
    const { startServer, given } = started(() => Promise.reject(new Error("fsync")));
    const screen = terminal({ startServer });
    const ran = screen.run(...ARGS);
    await given;
    screen.signal("SIGTERM");
    const { code, err } = await ran;
    expect(code).toBe(3);
    expect(err).toContain("fsync");
  });

  it("also when the signal comes before it has started", async () => {
    let begin: () => void = () => undefined;
    let isClosed = false;
    const close = () => Promise.resolve(void (isClosed = true));
    const slow: StartServer = () =>
      new Promise((resolve) => (begin = () => resolve({ ...RUNNING, close })));
    const screen = terminal({ startServer: slow });
    const ran = screen.run(...ARGS);
    await Promise.resolve();
    screen.signal("SIGTERM");
    begin();
    expect((await ran).code).toBe(0);
    expect(isClosed).toBe(true);
  });
});

describe("slowburn serve that cannot go on", () => {
  it.each<[name: string, exitCode: number, message: string, advice: RegExp]>([
    ["port-in-use", 2, "cannot listen for OTLP/HTTP on 127.0.0.1:4318", /hint: --otlp-http-port/],
    ["directory-locked", 2, "in use by another slowburn", /hint: --data-directory/],
    ["foreign-directory", 2, "holds something else", /hint: .*--data-directory/],
    ["directory-unwritable", 2, "cannot be written", /hint: .*right to write/],
    ["disk-full", 3, "no room left", /hint: make room/],
    ["disk-error", 3, "the data could not be written", /^error disk-error: .*\n$/],
  ])("%s at the start: exit %i, a sentence, what to do, no stack", async (...row) => {
    const [name, exitCode, message, advice] = row;
    const startServer: StartServer = () =>
      Promise.reject(new OperationError(name, message, { retryable: false }));
    const { code, err, out } = await terminal({ startServer }).run(...ARGS);
    expect([code, out]).toEqual([exitCode, ""]);
    expect(err).toMatch(advice);
    expect(err).toContain(`error ${name}: ${message}`);
    expect(err).not.toMatch(/^\s+at /m);
  });

  it("wrong configuration: every problem at once, exit 2", async () => {
    const { code, err } = await terminal().run("serve", "--api-port", "x", "--durability", "maybe");
    expect(code).toBe(2);
    expect(err).toContain("api.port");
    expect(err).toContain("durability");
  });

  it.each<[string, (ports: ServerPorts, uncaught: (error: unknown) => void) => void]>([
    [
      "a broken invariant",
      ({ onFatal }) => onFatal(new InvariantError("a window equals its buckets")),
    ],
    [
      "an uncaught exception",
      (_ports, uncaught) => uncaught(new InvariantError("a window equals its buckets")),
    ],
  ])("%s: closes, exits with 70, and leaves a report", async (_name, trip) => {
    const { startServer, given } = started();
    const screen = terminal({ startServer });
    const ran = screen.run(...ARGS);
    const { ports } = await given;
    await Promise.resolve();
    trip(ports, screen.uncaught);
    const { code, err } = await ran;
    expect(code).toBe(70);
    expect(events(err)).toContain("invariant.broken");
    const report = readFileSync(join(dir, "slowburn-failure.txt"), "utf8");
    expect(report).toMatch(/slowburn 1\.2\.3, Node v/);
    expect(report).toContain("a window equals its buckets");
    rmSync(join(dir, "slowburn-failure.txt"));
  });

  it.each([
    ["disk-error", "a disk that refuses for good"],
    ["address-unavailable", "trouble that would need a person at the start"],
  ])("%s, %s, after it has run: exit 3, no report", async (name) => {
    const { startServer, given } = started();
    const screen = terminal({ startServer });
    const ran = screen.run(...ARGS);
    const { ports } = await given;
    await Promise.resolve();
    ports.onFatal(new OperationError(name, "fsync failed", { retryable: false }));
    const { code, err } = await ran;
    expect(code).toBe(3);
    expect(events(err)).toContain("server.failed");
    expect(existsSync(join(dir, "slowburn-failure.txt"))).toBe(false);
  });
});
