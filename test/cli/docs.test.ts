import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { EXIT, EXIT_HELP, SIGNAL_EXIT } from "../../src/cli/exit-codes.ts";

it("help and README name every exit code", () => {
  const readme = readFileSync("src/cli/README.md", "utf8");
  const listed = [...readme.matchAll(/^\| ([\d, ]+?) +\|/gm)].flatMap(([, codes]) =>
    codes!.split(", ").map(Number),
  );
  const known: number[] = [...Object.values(EXIT), ...Object.values(SIGNAL_EXIT)];
  expect(new Set(listed)).toEqual(new Set(known));
  for (const code of known) expect(EXIT_HELP).toMatch(new RegExp(`^ .*\\b${code}\\b`, "m"));
});
