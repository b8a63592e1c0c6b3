/** A rebuild is done in turns, and said when it is whole. */
import { expect, test } from "vitest";
import { Rebuilder } from "../../src/server/rebuilder.ts";
import { createEventLog } from "../../src/telemetry/index.ts";

function rebuilderOver(steps: number, failure?: Error) {
  let left = steps;
  const told: string[] = [];
  const lines: string[] = [];
  const core = {
    stepRebuild: () => {
      if (failure !== undefined) throw failure;
      if (left === 0) return false;
      left--;
      return true;
    },
    get rebuild() {
      return { ids: ["shop/orders"], ratio: 1 - left / steps, cells: 7, isDone: left === 0 };
    },
  };
  const settled = new Promise<void>((resolve) => {
    const rebuilder = new Rebuilder({
      core,
      onDone: () => {
        told.push("done");
        resolve();
      },
      onFatal: (error) => {
        told.push(String(error));
        resolve();
      },
      log: createEventLog({
        format: "json",
        level: "info",
        write: (line) => void lines.push(line),
      }),
    });
    rebuilder.start();
    rebuilder.start(); // the rules changed again
  });
  return { settled, told, lines, left: () => left };
}

test("every step is done before it is told, once", async () => {
  const { settled, told, lines, left } = rebuilderOver(1000);
  await settled;
  expect(left()).toBe(0);
  expect(told).toEqual(["done"]);
  expect(lines.join("")).toContain('"event":"rules.rebuilt","slos":["shop/orders"],"cells":7');
});

test("an invariant that breaks on the way is fatal", async () => {
  const { settled, told } = rebuilderOver(3, new Error("broken"));
  await settled;
  expect(told).toEqual(["Error: broken"]);
});
