/** `slowburn record`: real sockets, a real file. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { until } from "../e2e/until.ts";
import { readBack, requestAt } from "../capture/captures.ts";
import { terminal, type Ran, type Terminal } from "./terminal.ts";

const dir = mkdtempSync(join(tmpdir(), "slowburn-record-"));
afterAll(() => rmSync(dir, { recursive: true }));
let count = 0;
const newFile = (): string => join(dir, `record-${++count}.otlp`);
const ANY_PORT = ["--otlp-http-port", "0", "--otlp-grpc-port", "0"];

interface Running {
  readonly term: Terminal;
  readonly url: string;
  readonly ended: Promise<Ran>;
}

async function recording(file: string, args: readonly string[] = [], more = {}): Promise<Running> {
  let said = "";
  const wait = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
  const term = terminal({ now: Date.now, wait, out: (text) => void (said += text), ...more });
  const ended = term.run("record", "--out", file, ...ANY_PORT, ...args);
  void ended.catch(() => undefined);
  await until("it listens", () => /OTLP\/HTTP +(\S+)/.test(said));
  const url = /OTLP\/HTTP +(\S+)/.exec(said)?.[1] ?? "";
  return { term, url, ended: ended.then((ran) => ({ ...ran, out: said })) };
}

const post = async (url: string, body: Uint8Array): Promise<number> => {
  const headers = { "content-type": "application/x-protobuf" };
  return (await fetch(`${url}/v1/metrics`, { method: "POST", headers, body: Buffer.from(body) }))
    .status;
};

describe("slowburn record", () => {
  it("writes what it is sent until it is stopped, and says what to do with it", async () => {
    const file = newFile();
    const { term, url, ended } = await recording(file, [], { isErrorTerminal: true });
    expect(await Promise.all([1, 2, 3].map((int) => post(url, requestAt(int, int))))).toEqual([
      200, 200, 200,
    ]);
    expect(await post(url, Uint8Array.of(0x0a, 0xff))).toBe(400);
    term.signal("SIGINT");
    const { code, out } = await ended;
    expect(code).toBe(0);
    expect(out).toContain("stopped: 3 requests");
    expect(out).toContain(`next: slowburn backtest --from ${file}`);
    expect((await readBack(file)).records).toHaveLength(4);
    expect(term.listenerCount()).toBe(0);
    await expect(post(url, requestAt(1, 1))).rejects.toThrow();
  });

  it("ends when its time is over, and when its file is full", async () => {
    expect(await (await recording(newFile(), ["--for", "50ms"])).ended).toMatchObject({
      code: 0,
      out: expect.stringContaining("its time is over: 0 requests") as string,
    });
    const { url, ended } = await recording(newFile(), ["--max-size", "1KiB"]);
    let status = 200;
    for (let int = 0; int < 40 && status === 200; int++)
      status = await post(url, requestAt(1, int));
    expect(status).toBe(503);
    expect(await ended).toMatchObject({
      code: 0,
      out: expect.stringContaining("its size is reached") as string,
    });
  });

  it.each([
    [
      "a file that is there",
      () => {
        const file = newFile();
        writeFileSync(file, "mine");
        return ["--out", file];
      },
      /capture-exists/,
    ],
    ["a folder that is not there", () => ["--out", join(dir, "no", "file")], /error unwritable/],
    ["a size that is none", () => ["--out", newFile(), "--max-size", "10"], /500MiB/],
    ["a time that is none", () => ["--out", newFile(), "--for", "soon"], /90s, 1h/],
    [
      "an address for everyone",
      () => ["--out", newFile(), "--otlp-http-host", "0.0.0.0"],
      /remote-listening/,
    ],
  ])("%s: exits with 2", async (_name, args, said) => {
    const { code, err } = await terminal().run("record", ...ANY_PORT, ...args());
    expect(code).toBe(2);
    expect(err).toMatch(said);
  });

  it("leaves no file behind when it cannot listen: the same command works once it can", async () => {
    const { term, url, ended } = await recording(newFile());
    const file = newFile();
    const taken = ["--otlp-http-port", new URL(url).port, "--otlp-grpc-port", "0"];
    const { code, err } = await terminal().run("record", "--out", file, ...taken);
    expect(code).toBe(2);
    expect(err).toMatch(/port-in-use/);
    expect(existsSync(file)).toBe(false);
    term.signal("SIGINT");
    await ended;
  });
});
