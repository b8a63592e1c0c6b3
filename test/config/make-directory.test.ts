import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { makeDirectory } from "../../src/config/index.ts";
import { OperationError } from "../../src/slo/index.ts";

const root = mkdtempSync(join(tmpdir(), "slowburn-make-"));
afterAll(() => rmSync(root, { recursive: true }));

const refusal = (directory: string): string => {
  try {
    makeDirectory(directory);
  } catch (error) {
    expect(error).toBeInstanceOf(OperationError);
    return `${(error as OperationError).code}: ${(error as OperationError).message}`;
  }
  return "made";
};

describe("makeDirectory", () => {
  it("makes what is missing, the outermost first, with the mode asked for", () => {
    const [a, b] = [join(root, "a"), join(root, "a", "b")];
    expect(makeDirectory(b, 0o700)).toEqual([a, b]);
    for (const made of [a, b]) expect(statSync(made).mode & 0o777).toBe(0o700);
  });

  it("leaves alone what is there, behind a link too", () => {
    mkdirSync(join(root, "there"));
    symlinkSync("there", join(root, "link"));
    expect(makeDirectory(join(root, "there"))).toEqual([]);
    expect(makeDirectory(join(root, "link"))).toEqual([]);
    expect(makeDirectory("/")).toEqual([]);
  });

  it("says what stands in the way", () => {
    writeFileSync(join(root, "file"), "");
    symlinkSync("nowhere", join(root, "dangling"));
    expect(refusal(join(root, "file", "below"))).toBe(
      `directory-unwritable: cannot make ${root}/file/below: what is above it is no directory`,
    );
    expect(refusal(join(root, "dangling"))).toBe(
      `directory-unwritable: cannot make ${root}/dangling: something else has its name`,
    );
  });

  // Root may write anywhere.
  it.skipIf(process.getuid?.() === 0)("says when it may not", () => {
    mkdirSync(join(root, "closed"));
    chmodSync(join(root, "closed"), 0o500);
    expect(refusal(join(root, "closed", "below"))).toContain("permission denied");
  });

  // Linux only: Node's own recursive mkdir never comes back from here.
  it.skipIf(!existsSync("/proc/self"))("ends where a file system takes no directories", () => {
    expect(refusal("/proc/slowburn/deep")).toBe(
      "directory-unwritable: cannot make /proc/slowburn: the file system takes no directories there",
    );
  });
});
