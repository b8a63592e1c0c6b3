/** A log line's last form: control characters made visible, and the text form for people. */

// C1 controls and bidirectional marks pass through JSON.stringify, and a terminal obeys them (log injection).
// oxlint-disable-next-line no-control-regex -- finding control characters is the point
const UNSAFE = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;

/** Takes one JSON line and gives the same JSON with every character escaped that could move a cursor or turn text around. */
export function escapeControls(line: string): string {
  return line.replaceAll(
    UNSAFE,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

const PLAIN_VALUE = /^[\w./:@%+,[\]-]+$/;

/**
 * One line of JSON as text: `12:00:01.250 info  rules.loaded files=2 slos=3`. Values that are not plain words stay JSON,
 * so that no value can look like another field or line.
 */
export function textLine(json: string): string {
  const { time, level, event, ...fields } = JSON.parse(json) as Record<string, unknown>; // our own line
  const rest = Object.entries(fields).map(([name, value]) => ` ${name}=${textValue(value)}`);
  return `${String(time)} ${String(level).padEnd(5)} ${String(event)}${rest.join("")}\n`;
}

function textValue(value: unknown): string {
  if (typeof value === "string" && PLAIN_VALUE.test(value)) return value;
  return JSON.stringify(value);
}
