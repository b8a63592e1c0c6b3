/** The calendar window that runs: found anew at each boundary only, since the time zone data is slow to ask. */
import {
  calendarSpan,
  type CalendarWindow,
  type SloWindow,
  type WindowSpan,
} from "../slo/index.ts";

export class CalendarCursor {
  readonly #window: CalendarWindow;
  #span: WindowSpan = { startMs: 0, endMs: 0 };

  constructor(window: CalendarWindow) {
    this.#window = window;
  }

  /** The cursor of the windows' calendar window, if they have one: it is the last. */
  static of(windows: readonly SloWindow[]): CalendarCursor | undefined {
    const last = windows.at(-1);
    return last?.kind === "calendar" ? new CalendarCursor(last) : undefined;
  }

  /** The window that contains the moment; one that ends then, not one that begins. */
  at(momentMs: number): WindowSpan {
    const { startMs, endMs } = this.#span;
    if (momentMs <= startMs || momentMs > endMs) this.#span = calendarSpan(this.#window, momentMs);
    return this.#span;
  }
}
