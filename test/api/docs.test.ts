import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { openApiDocument } from "../../src/api/index.ts";

it("the README's table lists the paths of the OpenAPI document", () => {
  const readme = readFileSync("src/api/README.md", "utf8");
  const listed = [...readme.matchAll(/^\| `(\/[^`]*)`/gm)].map(([, path]) => path!);
  const { paths } = openApiDocument("1.2.3") as { paths: Record<string, unknown> };
  expect(listed.sort()).toEqual([...Object.keys(paths), "/", "/openapi.json"].sort());
});
