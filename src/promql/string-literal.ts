/** String literals as Prometheus reads them: Go's, where a backquoted one is raw. */

const SINGLE: Readonly<Record<string, string>> = {
  a: "\u0007",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
  "\\": "\\",
  "'": "'",
  '"': '"',
};
const ESCAPE = /\\(?:x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|([0-7]{3})|([\s\S]))/g;
const MAX_CODE_POINT = 0x10ffff;

/** `undefined` when the literal is not closed, or has an escape that Go does not know. */
export function readStringLiteral(literal: string): string | undefined {
  const quote = literal[0];
  if (literal.length < 2 || literal.at(-1) !== quote) return undefined;
  const body = literal.slice(1, -1);
  if (quote === "`") return body;
  if (/(?:^|[^\\])(?:\\\\)*\\$/.test(body) || body.includes("\n")) return undefined;
  let isSound = true;
  const text = body.replaceAll(ESCAPE, (_whole, hex, short, long, octal, single: string) => {
    const digits = (hex ?? short ?? long) as string | undefined; // groups of the pattern
    const code = digits === undefined ? parseInt(String(octal), 8) : parseInt(digits, 16);
    if (code <= MAX_CODE_POINT) return String.fromCodePoint(code);
    const known = Object.hasOwn(SINGLE, single) ? SINGLE[single] : undefined;
    isSound &&= known !== undefined;
    return known ?? "";
  });
  return isSound ? text : undefined;
}
