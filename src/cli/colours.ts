/** Colours on a terminal only, and never against NO_COLOR (no-color.org). */
import type { CliPorts } from "./ports.ts";

const CODES = { bold: 1, faint: 2, red: 31, green: 32, yellow: 33 } as const;
export type Paint = (style: keyof typeof CODES, text: string) => string;

export const hasColours = ({
  isTerminal,
  environment,
}: Pick<CliPorts, "isTerminal" | "environment">): boolean =>
  isTerminal && (environment["NO_COLOR"] ?? "") === "" && environment["TERM"] !== "dumb";

export const painter =
  (on: boolean): Paint =>
  (style, text) =>
    on ? `\u001b[${CODES[style]}m${text}\u001b[0m` : text;
