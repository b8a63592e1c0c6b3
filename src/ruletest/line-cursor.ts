/** One line of a script, read from left to right; whatever is not as expected is refused where it stands. */
import { parseDuration } from "../slo/index.ts";
import { refuse, type Place } from "./problem-codes.ts";

const SPACE = /[ \t]*/y;
const STRING = /"((?:[^"\\]|\\["\\nt])*)"/y;
const TOKEN = /[^\s,{}"]+|"(?:[^"\\]|\\.)*"?|[,{}]/y;
/** A comment begins with `#` at the line's beginning or after a space, outside quotes. */
const COMMENT = /^((?:[^"#]|"(?:[^"\\]|\\.)*"|(?<=\S)#)*?)(?:(?<=^|\s)#.*)?$/;
/** Every bucket until then is ticked. */
const MAX_MOMENT_MS = 2 * 365 * 86_400_000;
const ESCAPES: Readonly<Record<string, string>> = { n: "\n", t: "\t" };

export class LineCursor {
  readonly #file: string;
  readonly #line: number;
  readonly #text: string;
  #at = 0;
  /** Where the last thing that was taken ends. */
  #takenTo = 0;

  constructor(file: string, line: number, text: string) {
    this.#file = file;
    this.#line = line;
    this.#text = (COMMENT.exec(text)?.[1] ?? text).trimEnd();
    this.skipSpace();
  }

  /** Columns of what was read from `from` on; the whole rest when nothing was. */
  placeFrom(from: number, to: number = this.#takenTo): Place {
    const end = to > from ? to : Math.max(from + 1, this.#text.length);
    return { file: this.#file, line: this.#line, column: from + 1, endColumn: end + 1 };
  }

  /** Everything of the line but its indentation. */
  get linePlace(): Place {
    const from = this.#text.length - this.#text.trimStart().length;
    return this.placeFrom(from, this.#text.length);
  }

  /** What was read from `from` on, as written. */
  textFrom(from: number): string {
    return this.#text.slice(from, this.#at).trim();
  }

  get position(): number {
    return this.#at;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#text.length;
  }

  skipSpace(): void {
    SPACE.lastIndex = this.#at;
    SPACE.exec(this.#text);
    this.#at = SPACE.lastIndex;
  }

  /** Takes what the sticky pattern matches, and the space after it. */
  take(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    if (match === null) return undefined;
    this.#at = pattern.lastIndex;
    this.#takenTo = this.#at;
    this.skipSpace();
    return match;
  }

  /** Whether the sticky pattern matches what is next; nothing is taken. */
  looksAt(pattern: RegExp): boolean {
    pattern.lastIndex = this.#at;
    return pattern.test(this.#text);
  }

  /** Takes the words if they are next. */
  accept(words: string): boolean {
    const pattern = words.replaceAll(/[^\w ]/g, "\\$&").replaceAll(" ", "[ \\t]+");
    const edge = /\w$/.test(words) ? "(?![\\w.-])" : "";
    return this.take(new RegExp(pattern + edge, "y")) !== undefined;
  }

  expect(words: string, hint?: string): void {
    if (!this.accept(words)) this.refuseNext(`\`${words}\` must stand here`, hint);
  }

  expectEnd(hint?: string): void {
    if (!this.isAtEnd) this.refuseNext("the line must end here", hint);
  }

  /** `"text"`, with `\"`, `\\`, `\n` and `\t`. */
  text(what: string): string {
    return this.acceptText() ?? this.refuseNext(`${what} must stand here, in double quotes`);
  }

  acceptText(): string | undefined {
    const match = this.take(STRING);
    return match?.[1]?.replaceAll(/\\(.)/g, (_, char: string) => ESCAPES[char] ?? char);
  }

  /** `5m`, `1h30m`, `0`; ms. */
  duration(what: string): number {
    return this.acceptDuration() ?? this.refuseNext(`${what} must stand here, as in 5m or 1h30m`);
  }

  /** A moment of the script: `62m10s`. */
  moment(): number {
    const from = this.#at;
    const ms = this.duration("a moment");
    if (ms > MAX_MOMENT_MS)
      refuse("script-syntax", this.placeFrom(from), "a script lasts no longer than 2y");
    return ms;
  }

  acceptDuration(): number | undefined {
    const from = this.#at;
    const token = this.take(/[\w.]+/y)?.[0] ?? "";
    const ms = token === "0" ? 0 : parseDuration(token);
    if (ms === undefined) this.#at = from;
    return ms;
  }

  acceptNumber(): number | undefined {
    const match = this.take(/[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?(?![\w.])/y);
    return match === undefined ? undefined : Number(match[0]);
  }

  number(what: string): number {
    return this.acceptNumber() ?? this.refuseNext(`${what} must stand here, a number`);
  }

  /** Refuses the next token, or the end of the line. */
  refuseNext(message: string, hint?: string): never {
    TOKEN.lastIndex = this.#at;
    const token = TOKEN.exec(this.#text)?.[0] ?? "";
    const place = this.placeFrom(this.#at, this.#at + Math.max(1, token.length));
    refuse("script-syntax", place, token === "" ? `${message}, not the line's end` : message, hint);
  }
}
