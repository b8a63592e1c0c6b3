/** Parts of a document that are read as documents of their own: items of a list, and YAML that is written in a text. */
import type { Field } from "./native/index.ts";
import type { YamlDocument } from "./yaml-document.ts";

/** The item of a list. Its problems stand at their own lines. */
export function itemDocument(list: YamlDocument, item: unknown, index: number): YamlDocument {
  return {
    value: item,
    placeOf: (path, at) => list.placeOf([index, ...path], at),
    placeInText: (path, position) => list.placeInText([index, ...path], position),
    textOf: (path) => list.textOf([index, ...path]),
  };
}

/** What `text`, the value of `field`, was parsed to. Its problems stand where they are in the file. */
export function writtenInText(parsed: YamlDocument, text: string, field: Field): YamlDocument {
  const lines = text.split("\n");
  const outside = ({ line, column }: ReturnType<YamlDocument["placeOf"]>) => {
    const before = lines.slice(0, line - 1).reduce((sum, each) => sum + each.length + 1, 0);
    return field.document.placeInText(field.path, before + column - 1);
  };
  return {
    value: parsed.value,
    placeOf: (path, at) => outside(parsed.placeOf(path, at)),
    placeInText: (path, position) => outside(parsed.placeInText(path, position)),
    textOf: (path) => parsed.textOf(path),
  };
}
