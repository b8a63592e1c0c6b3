/** A problem inside a text is shown where the text stands in the file, whatever YAML made of it. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { readYaml } from "../../src/rules/index.ts";

/** What is underlined for the first `word` of the text at `query`. */
function underlined(source: string, word: string): string | undefined {
  const document = readYaml({ file: "x", text: source }).documents[0]!;
  const { query: text } = document.value as { query: string };
  const from = text.indexOf(word);
  expect(from, text).toBeGreaterThanOrEqual(0);
  const place = document.placeInText(["query"], from, from + word.length);
  const line = source.split(/\r?\n/)[place.line - 1] ?? "";
  return line.slice(place.column - 1, (place.endColumn ?? 0) - 1);
}

describe("a word is found in", () => {
  test.each<[style: string, source: string]>([
    ["a plain scalar", "query: sum(a) / sum(here)"],
    ["a plain scalar of several lines", "query: sum(a)\n  /\n\n  sum(here)"],
    ["a flow mapping", "{ x: 1, query: sum here }"],
    ["single quotes", "query: 'a{x=''here''}'"],
    ["single quotes with more before it", "query: 'a{x=''''''} ''here'''"],
    ["single quotes of several lines", "query: 'a\n  + here'"],
    ["double quotes", String.raw`query: "a{x=\"here\"}"`],
    ["double quotes with escapes", String.raw`query: "\x61\u00e4\U0001F600\n\t\\ \"here\""`],
    ["double quotes whose line goes on", 'query: "a\\\n  + b \\\n  here"'],
    ["a literal", "query: |\n  sum(a)\n    / sum(here)\n"],
    [
      "a literal with empty lines and comments",
      "query: | # how\n\n  # why\n  sum(a)\n\n  + here\n",
    ],
    ["a literal with an indent", "query: |2-\n    sum(a)\n  + here"],
    ["a folded scalar", "query: >-\n  sum(a)\n  /\n\n  sum(here)\n    more\n"],
    ["a literal with an anchor", "query: &q |\n  sum(here)\n"],
    ["lines that end as on Windows", "query: |\r\n  sum(a)\r\n  + here\r\n"],
    ["a file with a mark of its order", "\uFEFFquery: sum(here)"],
  ])("%s", (_style, source) => {
    expect(underlined(source.replace(/^\uFEFF/, ""), "here")).toBe("here");
    if (source.startsWith("\uFEFF")) return;
    expect(
      underlined(`# above\nother: [1, 2]\n${source.replace(/^\{ x: 1, |\}$/g, "")}`, "here"),
    ).toBe("here");
  });

  test("an alias: where its anchor is", () => {
    expect(underlined("first: &q |\n  sum(here)\nquery: *q", "here")).toBe("here");
  });
});

test("an escape is underlined whole", () => {
  expect(underlined(String.raw`query: "a\u00e4b"`, "äb")).toBe(String.raw`\u00e4b`);
  expect(underlined("query: 'it''s'", "'s")).toBe("''s");
});

test("a part over several lines is underlined on its first", () => {
  expect(underlined("query: |\n  sum(\n    a\n  )", "sum(\n  a\n)")).toBe("sum(");
});

test("what is no text is the field itself", () => {
  const [document] = readYaml({ file: "x", text: "query: 12\nlist: [a]" }).documents;
  expect(document?.placeInText(["query"], 0)).toEqual({ line: 1, column: 8 });
  expect(document?.placeInText(["list"], 0)).toEqual({ line: 2, column: 7 });
  expect(document?.placeInText(["none"], 0)).toEqual({ line: 1, column: 1 });
});

test("any word of any text is found, however the text is written", () => {
  const words = fc.array(
    fc.constantFrom(
      "sum(",
      "'",
      '"',
      "\\",
      "\n",
      " ",
      "  ",
      "ä",
      "😀",
      "#",
      ": ",
      "a{b='c'}",
      "\t",
    ),
    { maxLength: 30 },
  );
  fc.assert(
    fc.property(
      words,
      words,
      fc.constantFrom("PLAIN", "QUOTE_DOUBLE", "QUOTE_SINGLE", "BLOCK_LITERAL", "BLOCK_FOLDED"),
      (before, after, style) => {
        const query = `${before.join("")}here${after.join("")}`;
        const source = stringify(
          { a: 1, b: { c: [{ query }] } },
          { defaultStringType: style as "PLAIN", lineWidth: 20, defaultKeyType: "PLAIN" },
        );
        const [document] = readYaml({ file: "x", text: source }).documents;
        const { b } = document!.value as { b: { c: [{ query: string }] } };
        const from = b.c[0].query.indexOf("here");
        const place = document!.placeInText(["b", "c", 0, "query"], from, from + 4);
        const line = source.split("\n")[place.line - 1] ?? "";
        const shown = line.slice(place.column - 1, place.endColumn! - 1);
        // A line of double quotes may end with a backslash in the middle of the word.
        const word = shown.replace(/\\$/, "");
        expect(word, source).toBe(source.includes("here") ? "here" : "here".slice(0, word.length));
        expect(word, source).not.toBe("");
      },
    ),
  );
});
