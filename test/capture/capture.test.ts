/** What the Collector's file exporter and `slowburn record` write is read back, whatever wraps it; what is broken is said. */
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import * as zlib from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CaptureWriter, mergeCaptures, Capture } from "../../src/capture/index.ts";
import { CAPTURE_PROBLEM_CODES } from "../../src/capture/problem-codes.ts";
import { RecordBuffer } from "../../src/capture/record-buffer.ts";
import { ProblemError } from "../../src/slo/index.ts";
import { EPOCH_MS } from "../series/harness.ts";
import { jsonAt, newPath, readBack, requestAt, shown, sized, written } from "./captures.ts";

const SECONDS = [10, 20, 30];
const HEX = SECONDS.map((seconds) => Buffer.from(requestAt(seconds, seconds * 7)).toString("hex"));
const LINES = SECONDS.map((seconds) => jsonAt(seconds, seconds * 7)).join("\n");
const SIZED = sized(...SECONDS.map((seconds) => requestAt(seconds, seconds * 7)));
const { zstdCompressSync } = zlib as unknown as {
  readonly zstdCompressSync?: (bytes: Uint8Array | string) => Buffer;
};

const refused = async (file: string) => {
  try {
    await readBack(file);
  } catch (error) {
    if (error instanceof ProblemError) return error.problems[0];
    throw error;
  }
  return undefined;
};

describe("a capture is told by its content", () => {
  test.each([
    ["JSON lines", `${LINES}\n`],
    ["JSON lines without the last break", LINES],
    [
      "JSON lines of Windows, with a mark and empty lines",
      `\ufeff${LINES.replaceAll("\n", "\r\n\r\n")}\r\n`,
    ],
    ["sized protobuf", SIZED],
    ["JSON behind sizes", sized(...LINES.split("\n").map((line) => Buffer.from(line)))],
    ["JSON lines in gzip", gzipSync(`${LINES}\n`)],
    [
      "JSON lines in gzip, written in two goes",
      Buffer.concat([gzipSync(`${LINES.slice(0, 100)}`), gzipSync(LINES.slice(100))]),
    ],
    ["sized protobuf in gzip", gzipSync(SIZED)],
  ])("%s", async (_name, bytes) => {
    const { records, problems } = await readBack(written(bytes));
    expect(records.map(([seconds]) => seconds)).toEqual(SECONDS);
    expect(problems).toEqual([]);
    expect(records.map(([, request]) => request)).toEqual(HEX);
  });

  test("zstd, of the file and of each record, where this Node has it", async () => {
    const whole = [0x28, 0xb5, 0x2f, 0xfd, 0, 0];
    if (zstdCompressSync === undefined) {
      for (const bytes of [Uint8Array.from(whole), sized(Uint8Array.from(whole))])
        expect(await refused(written(bytes))).toMatchObject({
          code: "capture-compression",
          hint: expect.stringContaining("zstd -d") as string,
        });
      return;
    }
    const records = LINES.split("\n").map((line) => zstdCompressSync(line));
    for (const bytes of [zstdCompressSync(LINES), sized(...records)])
      expect((await readBack(written(bytes))).records.map(([, hex]) => hex)).toEqual(HEX);
  });

  test("nothing is no record", async () => {
    for (const bytes of ["", "\n\n"])
      expect(await readBack(written(bytes))).toEqual({ records: [], problems: [] });
  });

  test.each([
    ["a text", "hello, world: no capture\n", "capture-form"],
    ["protobuf without sizes", requestAt(10, 1), "capture-form"],
    ["an array", `[${LINES.split("\n")[0]}]`, "capture-form"],
  ])("%s is refused, with what to write", async (_name, bytes, code) => {
    expect(await refused(written(bytes))).toMatchObject({
      code,
      hint: expect.any(String) as string,
    });
  });

  test("a file that is not there, and a folder", async () => {
    expect(await refused(newPath())).toMatchObject({ code: "capture-unreadable" });
    expect(await refused("test/capture")).toMatchObject({ code: "capture-unreadable" });
  });
});

describe("what is broken", () => {
  const [first = "", , last = ""] = LINES.split("\n");

  test("is said with its line, and the rest is read where that is wished", async () => {
    const { records, problems } = await readBack(
      written(`${first}\n{"resourceMetrics": [\n${last}\n`),
    );
    expect(records.map(([seconds]) => seconds)).toEqual([10, 30]);
    expect(problems).toMatchObject([{ code: "record-malformed", severity: "error", line: 2 }]);
    expect(problems[0]?.hint).toContain("--skip-broken");
  });

  test("ends a reading that nobody listens to", async () => {
    const capture = await Capture.open(written(`${first}\n{"a":1}\n`), { latestMs: Infinity });
    const read = async () => {
      for await (const record of capture.records()) shown(record);
    };
    await expect(read()).rejects.toThrow(/record-malformed.*only "a"/);
  });

  test("is said with its byte in protobuf", async () => {
    const broken = Uint8Array.of(0x0a, 0xff, 0x01);
    const { records, problems } = await readBack(
      written(sized(requestAt(10, 1), broken, requestAt(30, 2))),
    );
    expect(records.map(([seconds]) => seconds)).toEqual([10, 30]);
    const at = sized(requestAt(10, 1)).length;
    expect(problems).toMatchObject([
      {
        code: "record-malformed",
        message: expect.stringContaining(`the record at byte ${at}`) as string,
      },
    ]);
  });

  test.each([
    ["JSON lines", Buffer.from(`${LINES}\n`), LINES.lastIndexOf("\n") + 1],
    ["sized protobuf", SIZED, SIZED.length - (HEX[2]?.length ?? 0) / 2 - 4],
  ])("an end that is cut off costs the last record: %s", async (_name, bytes, lastAt) => {
    for (const end of [lastAt + 1, lastAt + 9, bytes.length - 3])
      for (const cut of [bytes.subarray(0, end), gzipSync(bytes.subarray(0, end))]) {
        const { records, problems } = await readBack(written(cut));
        expect(records.map(([seconds]) => seconds)).toEqual([10, 20]);
        expect(problems).toMatchObject([{ code: "record-cut-off", severity: "warning" }]);
      }
  });

  test("gzip that is cut off is read as far as it goes; gzip that is broken is not", async () => {
    const packed = gzipSync(`${LINES}\n`.repeat(50));
    const { records } = await readBack(written(packed.subarray(0, packed.length - 10)));
    expect(records.length).toBeGreaterThan(0);
    packed.fill(0x55, 40, 80);
    expect(await refused(written(packed))).toMatchObject({ code: "capture-compression" });
  });

  test("a size beyond any request: what follows cannot be found", async () => {
    const damaged = Buffer.concat([SIZED, Uint8Array.of(0x7f, 0, 0, 0, 1, 2, 3)]);
    expect(await refused(written(damaged))).toMatchObject({
      code: "record-too-large",
      message: expect.stringContaining(`byte ${SIZED.length}`) as string,
    });
  });

  test("traces and logs, which the Collector may put into the same file, are passed over and counted", async () => {
    const { records, problems } = await readBack(
      written(`{"resourceSpans":[]}\n${first}\n{"resourceLogs":[]}\n`),
    );
    expect(records).toHaveLength(1);
    expect(problems).toMatchObject([
      { code: "records-skipped", message: expect.stringMatching(/^2 records/) as string },
    ]);
  });

  test("the page of the room explains every code, in the words of the code", () => {
    const rows =
      readFileSync("src/capture/README.md", "utf8").match(/^\| `[a-z]+-[a-z-]+` +\|.*$/gm) ?? [];
    const table = rows.map((row) =>
      row
        .split("|")
        .slice(1, 3)
        .map((cell) => cell.trim()),
    );
    expect(
      Object.fromEntries(table.map(([code = "", what]) => [code.replaceAll("`", ""), what])),
    ).toEqual(CAPTURE_PROBLEM_CODES);
  });
});

describe("moments", () => {
  test("are those of the newest points, and never go back", async () => {
    const file = written([50, 20, 60].map((seconds) => jsonAt(seconds, 1)).join("\n"));
    expect((await readBack(file)).records.map(([seconds]) => seconds)).toEqual([50, 50, 60]);
  });

  test("do not follow a sender whose clock is wrong, unless all are of the future", async () => {
    const file = written([10, 999_999, 20].map((seconds) => jsonAt(seconds, 1)).join("\n"));
    const seconds = async (latestMs: number) =>
      (await readBack(file, latestMs)).records.map(([at]) => at);
    expect(await seconds(EPOCH_MS + 100_000)).toEqual([10, 10, 20]);
    expect(await seconds(0)).toEqual([10, 999_999, 999_999]);
  });

  test("of several captures are one order", async () => {
    const files = [[10, 40, 50], [], [5, 45]].map((each) =>
      written(each.map((seconds) => jsonAt(seconds, 1)).join("\n")),
    );
    const captures = await Promise.all(
      files.map((file) => Capture.open(file, { latestMs: Infinity })),
    );
    const seconds: number[] = [];
    for await (const record of mergeCaptures(captures)) seconds.push(shown(record)[0]);
    expect(seconds).toEqual([5, 10, 40, 45, 50]);
  });
});

describe("what is recorded", () => {
  test("is read back with its moments, whatever its points say", async () => {
    const file = newPath();
    const writer = await CaptureWriter.create(file, Infinity, EPOCH_MS);
    for (const seconds of SECONDS)
      expect(
        await writer.append(requestAt(seconds, seconds * 7), EPOCH_MS + seconds * 1000 + 250),
      ).toBe(true);
    await writer.close();
    const { records } = await readBack(file);
    expect(records).toEqual([
      [0, ""],
      ...SECONDS.map((seconds, index) => [seconds + 0.25, HEX[index]]),
    ]);
    expect(readFileSync(file).length).toBe(writer.sizeBytes);
  });

  test("stops at its size, with whole records only", async () => {
    const file = newPath();
    const request = requestAt(10, 1);
    const writer = await CaptureWriter.create(file, 15 + 2 * (15 + request.length), EPOCH_MS);
    const took = [1, 2, 3].map(() => writer.append(request, EPOCH_MS));
    expect(await Promise.all(took)).toEqual([true, true, false]);
    await writer.close();
    expect((await readBack(file)).records).toHaveLength(3);
  });

  test("does not replace a file", async () => {
    const file = written("mine");
    await expect(CaptureWriter.create(file, 1e6, EPOCH_MS)).rejects.toThrow(/is there already/);
    expect(readFileSync(file, "utf8")).toBe("mine");
  });
});

test("how a file is cut into chunks makes no difference", () => {
  const line = fc
    .uint8Array({ maxLength: 40 })
    .map((bytes) => bytes.filter((byte) => byte !== 0x0a));
  fc.assert(
    fc.property(
      fc.array(line, { maxLength: 8 }),
      fc.array(fc.nat(60), { maxLength: 12 }),
      (lines, cuts) => {
        const bytes = Buffer.concat(lines.flatMap((each) => [each, Buffer.from("\n")]));
        const buffer = new RecordBuffer();
        const read: string[] = [];
        let at = 0;
        for (const size of [...cuts, bytes.length]) {
          buffer.push(bytes.subarray(at, at + size));
          at += size;
          for (let each = buffer.line(); each !== undefined; each = buffer.line())
            read.push(Buffer.from(each).toString("hex"));
        }
        expect(read).toEqual(lines.map((each) => Buffer.from(each).toString("hex")));
        expect([buffer.size, buffer.offset]).toEqual([0, bytes.length]);
      },
    ),
  );
});

describe("a gap between records", () => {
  const DAYS = 86_400;
  const arrivalsOf = async (first: number, second: number): Promise<readonly number[]> => {
    const file = written(`${jsonAt(first, 1)}\n${jsonAt(second, 2)}\n`);
    const capture = await Capture.open(file, { latestMs: EPOCH_MS + 500 * DAYS * 1000 });
    const arrivals: number[] = [];
    for await (const { arrivedMs } of capture.records()) arrivals.push(arrivedMs);
    return arrivals;
  };

  test.each([
    ["forwards", 10, 401 * DAYS],
    ["backwards", 401 * DAYS, 10],
  ])("of over 400 days %s is refused, with both moments", async (_name, first, second) => {
    await expect(arrivalsOf(first, second)).rejects.toMatchObject({
      problems: [{ code: "record-gap", line: 2, hint: expect.stringContaining("wrong clock") }],
    });
  });

  const mergedOf = async (...captures: readonly (readonly number[])[]): Promise<number> => {
    const opened = await Promise.all(
      captures.map((seconds) =>
        Capture.open(written(seconds.map((each) => jsonAt(each, 1)).join("\n")), {
          latestMs: Infinity,
        }),
      ),
    );
    let count = 0;
    for await (const _record of mergeCaptures(opened)) count++;
    return count;
  };

  test("of over 400 days between two captures is refused, with both files", async () => {
    const later = [500 * DAYS, 500 * DAYS + 10];
    await expect(mergedOf(later, [10, 20])).rejects.toMatchObject({
      problems: [
        {
          code: "record-gap",
          file: expect.stringContaining("capture-"),
          message: expect.stringMatching(
            /^its next record is of \S+, the one before it, in \S+capture-\d+, of \S+: over 400 days/,
          ),
        },
      ],
    });
  });

  test("that a third capture fills is none", async () => {
    expect(await mergedOf([500 * DAYS], [10], [250 * DAYS])).toBe(3);
  });

  test("of 400 days is none", async () => {
    expect(await arrivalsOf(10, 400 * DAYS + 10)).toHaveLength(2);
  });
});
