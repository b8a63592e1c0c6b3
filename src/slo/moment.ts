/** Moments as rule files and people write them: RFC 3339, always with a zone. */
import { parseWallTime } from "./calendar.ts";
import { civilDay, dayNumber } from "./civil-day.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const MOMENT = /^(\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d)?)(?:\.\d{1,9})?(?:(Z)|([+-])(\d\d):(\d\d))$/i;

/** ms since the epoch; parts of a second are dropped. `undefined` for what is no moment, also one without a zone. */
export function parseMoment(text: string): number | undefined {
  const [, wallText = "", , sign, hours = "0", minutes = "0"] = MOMENT.exec(text) ?? [];
  const wall = parseWallTime(wallText.toUpperCase());
  if (wall === undefined || Number(hours) > 23 || Number(minutes) > 59) return undefined;
  const aheadMs = (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * MINUTE_MS;
  return dayNumber(wall.year, wall.month, wall.day) * DAY_MS + wall.timeMs - aheadMs;
}

/** `2026-03-01T02:00:00Z`; parts of a second are dropped. */
export function formatMoment(momentMs: number): string {
  const day = Math.floor(momentMs / DAY_MS);
  const { year, month, day: dayOfMonth } = civilDay(day);
  const seconds = Math.floor((momentMs - day * DAY_MS) / 1000);
  const two = (n: number) => String(n).padStart(2, "0");
  const date = `${String(year).padStart(4, "0")}-${two(month + 1)}-${two(dayOfMonth)}`;
  const time = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return `${date}T${time.map(two).join(":")}Z`;
}
