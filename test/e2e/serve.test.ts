/** `slowburn serve` as an operator meets it: what it says and exits with when it cannot start, and how it stops. */
import { execFile, spawn } from "node:child_process";
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { Sqlite } from "../../src/storage/sqlite.ts";
import { beforeAll, describe, expect, test } from "vitest";
import { buildSlowburn } from "./built.ts";
import { Home, type Flags } from "./home.ts";
import { at, request, send } from "./otlp.ts";
import { running, startHere, type SlowburnProcess } from "./running-server.ts";
import { until } from "./until.ts";

const RULES = `
apiVersion: slowburn/v1
service: shop
slos:
  orders:
    objective: 99%
    window: 30d
    sli: { metric: orders, bad: { code: "500" } }
    alerts: none
`;
let main = "";
beforeAll(async () => {
  main = join(await buildSlowburn(), "cli/main.js");
}, 60_000);

const argumentsOf = (flags: Flags): string[] =>
  Object.entries(flags).flatMap(([name, value]) => [
    `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`,
    String(value),
  ]);

interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs a command that ends by itself. */
function slowburn(...args: readonly string[]): Promise<Ran> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [main, ...args], (_error, out, err) =>
      resolve({ code: child.exitCode, out, err }),
    );
  });
}

const serve = (home: Home, flags: Flags = {}): Promise<SlowburnProcess> =>
  running(
    spawn(
      process.execPath,
      [main, "serve", "--log-format", "json", ...argumentsOf(home.flags(flags))],
      {
        stdio: ["ignore", "ignore", "pipe"],
      },
    ),
  );

/** A sentence and a hint on standard error, exit code 2, nothing else. */
async function expectRefusal(
  ran: Ran | Promise<Ran>,
  code: string,
  sentence: RegExp,
): Promise<void> {
  const { code: exitCode, out, err } = await ran;
  expect(err).toMatch(new RegExp(`error ${code}: .*${sentence.source}`));
  expect(err).toMatch(/^hint: /m);
  expect(err).not.toMatch(/^\s+at /m);
  expect([exitCode, out]).toEqual([2, ""]);
}

const failing = (home: Home, flags: Flags = {}) =>
  slowburn("serve", "--log-level", "silent", ...argumentsOf(home.flags(flags)));

describe("slowburn serve that cannot start", () => {
  test("any of its ports in use", async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const { port } = other.address() as AddressInfo;
    const taken = String(port);
    const sentence = new RegExp(`OTLP/HTTP on 127\\.0\\.0\\.1:${port}`);
    await expectRefusal(failing(new Home(), { otlpHttpPort: taken }), "port-in-use", sentence);
    for (const flag of ["otlpGrpcPort", "apiPort"])
      await expect(startHere(new Home(), { [flag]: taken })).rejects.toMatchObject({
        code: "port-in-use",
        message: expect.stringContaining(`127.0.0.1:${port}`),
      });
    await new Promise((resolve) => other.close(resolve));
  });

  test("a second slowburn on the same directory; the first goes on", async () => {
    const home = new Home({ "shop.yaml": RULES });
    const first = await startHere(home);
    await expectRefusal(failing(home), "directory-locked", new RegExp(`process ${process.pid}`));
    const time = at(Date.now());
    const points = [{ attributes: { code: "200" }, start: time, time, int: 5 }];
    await send(first.http, request("shop", [{ name: "orders", sum: { points } }]));
    expect(await first.api.counts("shop/orders")).toEqual([5, 5]);
  });

  test("a data directory that cannot be made, or not be written", async () => {
    const home = new Home();
    const file = join(home.directory, "a-file");
    writeFileSync(file, "");
    await expectRefusal(
      failing(home, { dataDirectory: join(file, "data") }),
      "directory-unwritable",
      /a-file/,
    );
    if (process.getuid?.() === 0) return; // root may write anywhere
    mkdirSync(home.data);
    chmodSync(home.data, 0o500);
    await expectRefusal(failing(home), "directory-unwritable", /data/);
    chmodSync(home.data, 0o700);
  });

  test.each<[string, (path: string) => void]>([
    [
      "another program's database",
      (path) => new Sqlite(path).exec("CREATE TABLE songs (title)").close(),
    ],
    [
      "a file that is no database",
      (path) => writeFileSync(path, "to be, or not to be ".repeat(100)),
    ],
  ])("%s under our name is left as it is", async (_what, put) => {
    const home = new Home();
    mkdirSync(home.data);
    const path = join(home.data, "slowburn.db");
    put(path);
    const before = readFileSync(path);
    await expectRefusal(failing(home), "foreign-directory", /slowburn\.db|data/);
    expect(readFileSync(path).equals(before)).toBe(true);
    expect(readdirSync(home.data).filter((name) => name.endsWith(".db"))).toEqual(["slowburn.db"]);
  });

  test("TLS files that hold no certificate", async () => {
    const home = new Home();
    const path = join(home.directory, "junk.pem");
    writeFileSync(path, "junk");
    await expectRefusal(
      failing(home, { tlsCertFile: path, tlsKeyFile: path }),
      "tls-unusable",
      /junk\.pem/,
    );
  });

  test("configuration: every mistake at once, with file and line", async () => {
    const home = new Home();
    const path = join(home.directory, "slowburn.yaml");
    writeFileSync(path, "api:\n  port: 99999\ndurabilty: ack\n");
    const { code, out, err } = await slowburn(
      "serve",
      "--config",
      path,
      "--evaluation-interval",
      "soon",
    );
    expect([code, out]).toEqual([2, ""]);
    expect(err).toContain(`${path}:2`);
    expect(err).toMatch(/did you mean .*durability/);
    expect(err).toContain("--evaluation-interval");
  });
});

describe("slowburn serve", () => {
  test("stops at SIGTERM with 0, everything on disk, and goes on where it was", async () => {
    const home = new Home({ "shop.yaml": RULES });
    const first = await serve(home);
    const time = at(Date.now());
    const points = [{ attributes: { code: "500" }, start: time, time, int: 7 }];
    await send(first.http, request("shop", [{ name: "orders", sum: { points } }]));
    expect(await first.end("SIGTERM")).toBe(0);
    expect(first.log.map(({ event }) => event)).toEqual(
      expect.arrayContaining(["server.stopping", "server.stopped"]),
    );
    const second = await serve(home);
    expect(await second.api.counts("shop/orders")).toEqual([0, 7]);
    expect(second.log.find(({ event }) => event === "store.recovered")).toMatchObject({
      isFresh: false,
      entryCount: 0, // the last snapshot holds everything
      damage: [],
    });
    expect(await second.end("SIGTERM")).toBe(0);
  });

  test("goes on when nobody reads its log any more", async () => {
    const home = new Home({ "shop.yaml": RULES });
    const args = [main, "serve", "--log-format", "json", ...argumentsOf(home.flags())];
    const child = spawn(process.execPath, args, { stdio: ["ignore", "ignore", "pipe"] });
    const server = await running(child);
    child.stderr.destroy();
    home.write("broken.yaml", "junk: ["); // makes it log
    await until("the broken file is seen", async () =>
      (await server.api.rules()).files.some(({ state }) => state === "rejected"),
    );
    expect((await server.api.slos()).slos).toHaveLength(1);
    expect(await server.end("SIGTERM")).toBe(0);
  });

  test("answers `slowburn status` and `check`, whose exit codes scripts can use", async () => {
    const home = new Home({ "shop.yaml": RULES });
    const server = await serve(home);
    const time = at(Date.now());
    const points = [{ attributes: { code: "200" }, start: time, time, int: 1000 }];
    await send(server.http, request("shop", [{ name: "orders", sum: { points } }]));
    await server.api.settled();
    const status = await slowburn("status", "--url", server.api.url);
    expect(status).toMatchObject({ code: 0, err: "" });
    expect(status.out).toMatch(/shop\/orders +99%\/30d +100\.0%/);
    home.write("shop.yaml", RULES.replace("99%", "0.99"));
    const check = await slowburn("check", home.rules);
    expect(check.code).toBe(1);
    expect(check.out + check.err).toMatch(/shop\.yaml:6/);
    await server.end("SIGTERM");
    const gone = await slowburn("status", "--url", server.api.url);
    expect(gone.code).toBe(2);
    expect(gone.err).not.toMatch(/^\s+at /m);
  });
});
