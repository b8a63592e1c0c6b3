/** Days of the Gregorian calendar by number, from 1970-01-01, which is 0. No `Date`: its years below 100 are others. */

export interface CivilDay {
  readonly year: number;
  /** From 0. */
  readonly month: number;
  /** From 1. */
  readonly day: number;
}

const MONTH_DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const;

export const isLeapYear = (year: number): boolean =>
  year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
export const daysInMonth = (year: number, month: number): number =>
  month === 1 && isLeapYear(year) ? 29 : (MONTH_DAYS[month] ?? 0);

/** Days from the first of the year 0 to the first of a month. */
function daysBefore(year: number, month: number): number {
  const past = year - 1;
  let days =
    365 * year + Math.floor(past / 4) - Math.floor(past / 100) + Math.floor(past / 400) + 1;
  for (let m = 0; m < month; m++) days += daysInMonth(year, m);
  return days;
}
const EPOCH_DAYS = daysBefore(1970, 0);

export const dayNumber = (year: number, month: number, day: number): number =>
  daysBefore(year, month) - EPOCH_DAYS + day - 1;

/** The day of a number. */
export function civilDay(number: number): CivilDay {
  let year = 1970 + Math.floor(number / 365.2425);
  while (dayNumber(year, 0, 1) > number) year--;
  while (dayNumber(year + 1, 0, 1) <= number) year++;
  let day = number - dayNumber(year, 0, 1);
  let month = 0;
  while (day >= daysInMonth(year, month)) day -= daysInMonth(year, month++);
  return { year, month, day: day + 1 };
}
