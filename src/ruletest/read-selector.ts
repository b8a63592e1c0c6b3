/** What stands in braces: attributes of a series, and what picks a stream. */
import { refuse } from "./problem-codes.ts";
import type { LineCursor } from "./line-cursor.ts";
import type { Attributes, AttributeValue, StreamSelector } from "./script.ts";

const NAME = /[A-Za-z_][\w.\-/]*/y;

/** A metric's or an attribute's name; in double quotes where it has other characters. */
export function readName(cursor: LineCursor, what: string): string {
  return (
    cursor.acceptText() ??
    cursor.take(NAME)?.[0] ??
    cursor.refuseNext(`${what} must stand here`, "quote a name with other characters")
  );
}

/** `{http.route="/pay",status=500}`; none without braces. */
export function readAttributes(cursor: LineCursor): Attributes {
  const attributes = new Map<string, AttributeValue>();
  if (!cursor.accept("{")) return {};
  while (!cursor.accept("}")) {
    const from = cursor.position;
    const name = readName(cursor, "an attribute's name");
    if (attributes.has(name))
      refuse("script-syntax", cursor.placeFrom(from), `${name} stands there already`);
    cursor.expect("=");
    attributes.set(name, readAttributeValue(cursor));
    if (cursor.accept(",")) continue;
    cursor.expect("}", "attributes are apart by commas");
    break;
  }
  return Object.fromEntries(attributes);
}

function readAttributeValue(cursor: LineCursor): AttributeValue {
  const text = cursor.acceptText();
  if (text !== undefined) return text;
  if (cursor.accept("true")) return true;
  if (cursor.accept("false")) return false;
  return (
    cursor.acceptNumber() ??
    cursor.refuseNext('a value must stand here: "text", 500, true or false')
  );
}

/** `{slo="checkout/availability",window="5m",http.route="/pay"}`; all of it may be left out. Its place begins at `from`. */
export function readSelector(cursor: LineCursor, from: number): StreamSelector {
  const { slo, window, ...rest } = readAttributes(cursor);
  const labels = Object.entries(rest).map(([name, value]) => [name, String(value)]);
  return {
    place: cursor.placeFrom(from),
    slo: slo === undefined ? undefined : String(slo),
    window: window === undefined ? undefined : String(window),
    labels: Object.fromEntries(labels) as Record<string, string>,
  };
}
