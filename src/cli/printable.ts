/** Text that came from senders or rule files, as a terminal may show it. */

// Controls move cursors and colour, bidirectional marks turn text around: an attribute's value must do neither.
const UNSAFE = /(?!\n)[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/gu;

/** The same text with each such character written as `\u202e`; line breaks stay. */
export const printable = (text: string): string =>
  text.replaceAll(UNSAFE, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`);
