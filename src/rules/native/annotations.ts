/** `links:` and `annotations:` → named addresses and free texts, for people and other tools. */
import { explainLink, isWebLink } from "./checks.ts";
import { readScalarText } from "./matchers.ts";
import { fieldIn, isMapping, kindOf, report, type Field } from "./shape.ts";

const MAX_ENTRIES = 32;
const MAX_NAME_LENGTH = 255;
const MAX_TEXT_LENGTH = 4_000;

type Texts = Readonly<Record<string, string>>;

/** The sound ones; all others are reported. */
export function readAnnotations(value: unknown, field: Field): Texts {
  return readTexts(value, field, "annotations", (text, textField) => {
    if (text.length <= MAX_TEXT_LENGTH) return true;
    const message = `longer than ${MAX_TEXT_LENGTH} characters`;
    report(textField, { code: "wrong-type", message });
    return false;
  });
}

/** The sound ones; all others are reported. */
export function readLinks(value: unknown, field: Field): Texts {
  return readTexts(value, field, "links", (text, textField) => {
    if (isWebLink(text)) return true;
    report(textField, explainLink(text));
    return false;
  });
}

function readTexts(
  value: unknown,
  field: Field,
  what: string,
  isSound: (text: string, textField: Field) => boolean,
): Texts {
  if (value === undefined) return {};
  if (!isMapping(value)) {
    const message = `${what} are a mapping of names, not ${kindOf(value)}`;
    report(field, { code: "wrong-type", message });
    return {};
  }
  const texts: Record<string, string> = {};
  for (const [index, [name, each]] of Object.entries(value).entries()) {
    const textField = fieldIn(field, name);
    if (index >= MAX_ENTRIES || name === "" || name.length > MAX_NAME_LENGTH) {
      const message =
        index >= MAX_ENTRIES
          ? `more than ${MAX_ENTRIES} ${what}`
          : `a name has 1 to ${MAX_NAME_LENGTH} characters`;
      report(textField, { code: "invalid-name", message }, "key");
      continue;
    }
    const text = readScalarText(each, textField);
    if (text !== undefined && isSound(text, textField)) texts[name] = text;
  }
  return texts;
}
