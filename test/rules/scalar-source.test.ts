/** Where the characters of a YAML text stand in its file. */
import { describe, expect, it } from "vitest";
import fc from "fast-check";
import { readYaml } from "../../src/rules/index.ts";

/** The line and column of `mark` in the text at key `a`, as told; and as it is in the file. */
function placesOf(text: string, mark: string) {
  const document = readYaml({ file: "x", text }).documents[0]!;
  const value = (document.value as { a: string }).a;
  const told = document.placeInText(["a"], value.indexOf(mark));
  const before = text.slice(0, text.indexOf(mark)).split("\n");
  return { told, is: { line: before.length, column: (before.at(-1) ?? "").length + 1 } };
}

describe("a character of a text", () => {
  it.each([
    ["plain", "a: one X two"],
    ["plain, folded", "a: one\n  two\n   X three"],
    ["in single quotes", "a: 'one X'"],
    ["in double quotes", 'a: "one X"'],
    ["in double quotes, folded", 'a: "one\n   two X"'],
    ["literal", "a: |\n  one\n\n    two X\n  three\n"],
    ["literal with a comment and chomping", "b: 1\na: |- # why\n   one X"],
    ["literal, CRLF", "a: |\r\n  one\r\n  two X\r\n"],
    ["folded", "a: >-\n  one\n  two X\n  three\n"],
    ["in a flow mapping", "{ b: 1, a: 'one X' }"],
  ])("%s", (_, text) => {
    const { told, is } = placesOf(text, "X");
    expect(told).toEqual(is);
  });

  it.each([
    ["with escapes", 'a: "one\\tX"', 4],
    ["folded around an empty line", "a: >\n  one\n\n  X\n", 4],
    ["literal with an indentation that is part of it", "a: |2\n   one X\n", 4],
  ])("%s: the text's beginning stands for it", (_, text, column) => {
    expect(placesOf(text, "X").told).toEqual({ line: 1, column });
  });

  it("of any literal block is found", () => {
    const line = fc.string({ unit: fc.constantFrom("a", "b", " ", "#", ":", '"'), maxLength: 8 });
    fc.assert(
      fc.property(fc.array(line, { minLength: 1, maxLength: 6 }), (lines) => {
        const body = lines.map((each) => `  .${each}`).join("\n");
        const { told, is } = placesOf(`a: |\n${body}\n  .X\n`, "X");
        expect(told).toEqual(is);
      }),
    );
  });
});
