/** What a script claims: numbers of streams, states of alerts, and when alerts begin and end. */
import type { LineCursor } from "./line-cursor.ts";
import { nearestName } from "../rules/index.ts";
import { refuse } from "./problem-codes.ts";
import { readSelector } from "./read-selector.ts";
import type {
  AlertMeant,
  AlertState,
  Assertion,
  Crossing,
  Expected,
  Quantity,
  Severity,
} from "./script.ts";

const QUANTITIES: readonly Quantity[] = [
  "good",
  "total",
  "bad",
  "ratio",
  "error_ratio",
  "burn_rate",
  "budget_remaining",
  "budget_consumed",
  "budget_projected",
  "good_lowest",
  "good_highest",
];
const OTHERS = ["alert", "no alerts", "integrity", "rejected"];
const STATES: readonly AlertState[] = ["pending", "firing", "resolved", "inactive"];
const NUMBER = /(-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)(%)?(?![\w.])/y;
const FRACTION = /(-?\d+)\/(\d+)(?![\w.])/y;

/** Whether a line is one: `good{…} 12`, `alert page firing`, `no alerts`. */
export function readAssertion(cursor: LineCursor): Assertion {
  const from = cursor.position;
  const assertion = readBody(cursor, from);
  cursor.expectEnd();
  const place = cursor.placeFrom(from);
  return { place, ...assertion };
}

type Body = Assertion extends infer A ? (A extends Assertion ? Omit<A, "place"> : never) : never;

function readBody(cursor: LineCursor, from: number): Body {
  if (cursor.accept("no alerts")) return { kind: "no-alerts" };
  if (cursor.accept("rejected"))
    return { kind: "rejected", points: cursor.number("a number of points") };
  if (cursor.accept("integrity")) {
    const selector = readSelector(cursor, from);
    const isComplete = cursor.accept("complete");
    if (!isComplete) cursor.expect("partial", "one of: complete, partial");
    return { kind: "integrity", selector, isComplete };
  }
  if (cursor.accept("alert")) {
    const alert = readAlert(cursor, from);
    const state = STATES.find((word) => cursor.accept(word));
    if (state === undefined) cursor.refuseNext("a state must stand here", STATES.join(", "));
    const isInhibited = state === "firing" && cursor.accept("inhibited");
    return { kind: "alert", alert, state, isInhibited };
  }
  const quantity = QUANTITIES.find((word) => cursor.accept(word));
  if (quantity === undefined) refuseAssertion(cursor);
  return {
    kind: "number",
    quantity,
    selector: readSelector(cursor, from),
    expected: readExpected(cursor),
  };
}

function refuseAssertion(cursor: LineCursor): never {
  const known = [...QUANTITIES, ...OTHERS];
  const from = cursor.position;
  const word = cursor.take(/[\w-]+/y)?.[0] ?? "";
  const nearest = nearestName(word, known);
  const hint = nearest === undefined ? `one of: ${known.join(", ")}` : `did you mean ${nearest}?`;
  refuse("script-syntax", cursor.placeFrom(from), "that is nothing to assert", hint);
}

/** `page{…}`, or `absent page{…}`. */
function readAlert(cursor: LineCursor, from: number): AlertMeant {
  const isAbsence = cursor.accept("absent");
  const severity = readSeverity(cursor);
  return { isAbsence, severity, selector: readSelector(cursor, from) };
}

function readSeverity(cursor: LineCursor): Severity {
  if (cursor.accept("page")) return "page";
  cursor.expect("ticket", "one of: page, ticket");
  return "ticket";
}

/** `12`, `99.9%`, `1/3`, `absent`; `~ 0.01` or `~ 1%` after it. */
function readExpected(cursor: LineCursor): Expected {
  const from = cursor.position;
  if (cursor.accept("absent")) return { text: "absent", value: undefined, tolerance: 0 };
  const fraction = cursor.take(FRACTION);
  const number = fraction === undefined ? cursor.take(NUMBER) : undefined;
  if (fraction === undefined && number === undefined) {
    const hint = "a number, a fraction like 1/3, a percentage, or absent";
    cursor.refuseNext("what is expected must stand here", hint);
  }
  const value = fraction === undefined ? scaled(number) : Number(fraction[1]) / Number(fraction[2]);
  if (!Number.isFinite(value)) refuse("script-syntax", cursor.placeFrom(from), "that is no number");
  const tolerance = readTolerance(cursor, value);
  return { text: cursor.textFrom(from), value, tolerance };
}

function readTolerance(cursor: LineCursor, value: number): number {
  if (!cursor.accept("~")) return 0;
  const match = cursor.take(NUMBER);
  if (match === undefined) cursor.refuseNext("a tolerance must stand here, as in ~ 0.01 or ~ 1%");
  return match[2] === "%" ? Math.abs(value) * scaled(match) : scaled(match);
}

/** 99.9 % is the double nearest 0.999, which 99.9 / 100 is not: so the decimal point is moved in the text. */
function scaled(match: RegExpExecArray | undefined): number {
  const [, text = "", percent] = match ?? [];
  if (percent === undefined) return Number(text);
  const [mantissa = "", exponent = "0"] = text.split("e");
  return Number(`${mantissa}e${Number(exponent) - 2}`);
}

/** After `alert`: `page{…} fires at 62m10s within 10s`, `fires between 5m and 6m`, `does not fire by 6h`. */
export function readCrossing(cursor: LineCursor): Crossing {
  const alert = readAlert(cursor, cursor.position);
  const from = cursor.position;
  if (cursor.accept("does not fire by")) {
    const toMs = cursor.moment();
    cursor.expectEnd();
    return { alert, change: "none", text: cursor.textFrom(from), fromMs: 0, toMs };
  }
  const change = cursor.accept("fires") ? "fires" : "resolves";
  if (change === "resolves") {
    const hint = "fires at, fires between, resolves at, resolves between, does not fire by";
    cursor.expect("resolves", `${hint}; a state needs a moment: \`at 5m alert page firing\``);
  }
  const [fromMs, toMs] = readSpan(cursor);
  cursor.expectEnd();
  return { alert, change, text: cursor.textFrom(from), fromMs, toMs };
}

function readSpan(cursor: LineCursor): [number, number] {
  if (cursor.accept("between")) {
    const fromMs = cursor.moment();
    cursor.expect("and");
    const from = cursor.position;
    const toMs = cursor.moment();
    if (toMs < fromMs)
      refuse("script-syntax", cursor.placeFrom(from), "that is before the first moment");
    return [fromMs, toMs];
  }
  cursor.expect("at", "`at 62m10s`, `at 62m10s within 10s`, or `between 62m and 63m`");
  const atMs = cursor.moment();
  const withinMs = cursor.accept("within") ? cursor.duration("how far off it may be") : 0;
  return [atMs - withinMs, atMs + withinMs];
}
