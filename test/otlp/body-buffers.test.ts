import { request as send } from "node:http";
import { describe, expect, it } from "vitest";
import { BodyBuffers } from "../../src/otlp/body-buffers.ts";
import { freeMemory } from "../../src/otlp/free-memory.ts";
import { createHttpReceiver } from "../../src/otlp/index.ts";

const KIB = 1024;
const MIB = 1024 * KIB;

describe("buffers of bodies", () => {
  it.each([
    [1, 64 * KIB],
    [64 * KIB, 64 * KIB],
    [64 * KIB + 1, 128 * KIB],
    [3 * MIB, 4 * MIB],
    [4 * MIB + 1, 4 * MIB + 1],
  ])("%d bytes get a buffer of %d", (wanted, length) => {
    expect(new BodyBuffers().take(wanted)).toHaveLength(length);
  });

  it("are used again once they are given back, and not before", () => {
    const buffers = new BodyBuffers();
    const first = buffers.take(100 * KIB);
    const second = buffers.take(100 * KIB);
    expect(second === first).toBe(false);
    buffers.giveBack(first);
    expect(buffers.take(128 * KIB) === first).toBe(true);
    expect(buffers.take(128 * KIB) === first).toBe(false);
  });

  it("keep at most 32 MiB, and none of over 4 MiB", () => {
    const buffers = new BodyBuffers();
    const taken = Array.from({ length: 9 }, () => buffers.take(4 * MIB));
    for (const buffer of taken) buffers.giveBack(buffer);
    const again = Array.from({ length: 9 }, () => buffers.take(4 * MIB));
    expect(again.filter((buffer) => taken.includes(buffer))).toHaveLength(8);
    const huge = buffers.take(5 * MIB);
    buffers.giveBack(huge);
    expect(buffers.take(5 * MIB) === huge).toBe(false); // toBe would compare 5 MiB in words
  });
});

describe("freeing memory", () => {
  it("takes it from a buffer that has it alone", () => {
    const buffer = Buffer.allocUnsafeSlow(64 * KIB);
    freeMemory(buffer);
    expect(buffer.buffer.byteLength).toBe(0);
  });

  it("leaves alone what is shared or small", () => {
    const whole = Buffer.allocUnsafeSlow(64 * KIB);
    freeMemory(whole.subarray(0, 32 * KIB));
    expect(whole.buffer.byteLength).toBe(64 * KIB);
    const small = Buffer.allocUnsafeSlow(KIB);
    freeMemory(small);
    expect(small.buffer.byteLength).toBe(KIB);
  });
});

describe("bodies of many pieces at a time", () => {
  it("reach their handler whole, each with its own bytes until it is answered", async () => {
    const wrong: string[] = [];
    const receiver = createHttpReceiver({
      handle: async (bytes) => {
        const [first] = bytes;
        const check = () => {
          if (!bytes.every((byte) => byte === first)) wrong.push(`${first}: ${bytes.length}`);
        };
        check();
        await new Promise((resolve) => setImmediate(resolve));
        check();
        return { kind: "accepted" };
      },
    });
    const port = await receiver.start("127.0.0.1", 0);
    const sizes = [1, 20 * KIB, 70 * KIB, 200 * KIB, 1 * MIB, 5 * MIB];
    for (let round = 0; round < 3; round++) {
      const statuses = await Promise.all(
        sizes.map((size, index) => post(port, Buffer.alloc(size, 1 + index + round * 10))),
      );
      expect(statuses).toEqual(sizes.map(() => 200));
    }
    await receiver.close();
    expect(wrong).toEqual([]);
  });
});

function post(port: number, body: Buffer): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const headers = { "content-type": "application/x-protobuf", "content-length": body.length };
    const outgoing = send(
      { port, host: "127.0.0.1", path: "/v1/metrics", method: "POST", headers },
      (response) => response.resume().on("end", () => resolve(response.statusCode)),
    );
    outgoing.on("error", reject);
    for (let at = 0; at < body.length; at += 40 * KIB)
      outgoing.write(body.subarray(at, at + 40 * KIB));
    outgoing.end();
  });
}
