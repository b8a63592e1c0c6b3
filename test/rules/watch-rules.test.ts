/** Real file system, no sleeping: each test waits for the change to be seen, up to a deadline. */
import {
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { watchRules, type RulesWatch, type WatchSettings } from "../../src/rules/index.ts";

let root: string;
let watch: RulesWatch;
let callCount = 0;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "slowburn-watch-"));
  callCount = 0;
});
afterEach(async () => {
  await watch.close();
  rmSync(root, { recursive: true, force: true });
});

/** Looking is switched off unless a test is about it, so that notifications must do. */
const start = async (directory = root, settings: WatchSettings = {}) => {
  watch = watchRules(directory, () => callCount++, {
    settleMs: 30,
    lookMs: 3_600_000,
    ...settings,
  });
  await watch.ready;
};
const seen = (count: number) =>
  vi.waitFor(() => expect(callCount).toBeGreaterThanOrEqual(count), {
    timeout: 10_000,
    interval: 20,
  });

describe("a change is noticed", () => {
  const setups: readonly [name: string, act: () => void][] = [
    ["a new file", () => writeFileSync(join(root, "new.yaml"), "x")],
    ["a written file", () => writeFileSync(join(root, "a.yaml"), "changed")],
    ["a deleted file", () => unlinkSync(join(root, "a.yaml"))],
    [
      "an atomic save: written beside, renamed over",
      () => {
        writeFileSync(join(root, ".a.yaml.tmp"), "other");
        renameSync(join(root, ".a.yaml.tmp"), join(root, "a.yaml"));
      },
    ],
    [
      "a file in a new folder",
      () => {
        mkdirSync(join(root, "team"));
        writeFileSync(join(root, "team", "b.yaml"), "x");
      },
    ],
  ];
  it.each(setups)("%s", async (_, act) => {
    writeFileSync(join(root, "a.yaml"), "first");
    await start();
    expect(callCount).toBe(0);
    act();
    await seen(1);
  });

  it("a ConfigMap's swap of ..data, every time", async () => {
    const publish = (version: string, previous: string | undefined) => {
      mkdirSync(join(root, `..${version}`));
      writeFileSync(join(root, `..${version}`, "a.yaml"), version);
      symlinkSync(`..${version}`, join(root, "..data_tmp"));
      renameSync(join(root, "..data_tmp"), join(root, "..data"));
      if (previous !== undefined) rmSync(join(root, `..${previous}`), { recursive: true });
    };
    publish("1", undefined);
    symlinkSync("..data/a.yaml", join(root, "a.yaml"));
    await start();
    publish("2", "1");
    await seen(1);
    const before = callCount;
    publish("3", "2");
    await seen(before + 1);
  });

  it("by looking, where nothing notifies: the directory is made later, or is a link that is turned", async () => {
    const link = join(root, "current");
    await start(link, { lookMs: 20 });
    mkdirSync(join(root, "one"));
    writeFileSync(join(root, "one", "a.yaml"), "1");
    symlinkSync("one", link);
    await seen(1);
    mkdirSync(join(root, "two"));
    writeFileSync(join(root, "two", "a.yaml"), "2");
    symlinkSync("two", join(root, "next"));
    const before = callCount;
    renameSync(join(root, "next"), link);
    await seen(before + 1);
  });
});

describe("quiet", () => {
  it("what is no rule file, and a burst of writes, cause no calls of their own", async () => {
    writeFileSync(join(root, "a.yaml"), "first");
    await start();
    writeFileSync(join(root, "notes.txt"), "x");
    writeFileSync(join(root, ".a.yaml.swp"), "x");
    for (let round = 0; round < 20; round++) writeFileSync(join(root, "a.yaml"), `round ${round}`);
    await seen(1);
    expect(callCount).toBe(1);
  });

  it("nothing is called after close", async () => {
    await start(root, { lookMs: 10 });
    await watch.close();
    writeFileSync(join(root, "a.yaml"), "x");
    const other = vi.fn<() => void>();
    watch = watchRules(root, other, { settleMs: 10, lookMs: 10 });
    await watch.ready;
    writeFileSync(join(root, "b.yaml"), "x");
    await vi.waitFor(() => expect(other).toHaveBeenCalled(), { timeout: 10_000 });
    expect(callCount).toBe(0);
  });
});
