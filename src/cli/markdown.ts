/** Text in GitHub's Markdown. */
import { printable } from "./printable.ts";

/** What files and senders say is text, whatever is in it: no markup, no mention of people, no broken table. */
export const plainMarkdown = (text: string): string =>
  printable(text)
    .replaceAll("\n", " ")
    .replaceAll(/[\\`*_{}[\]<>()#+!|~@$]/g, (char) => `\\${char}`)
    .replaceAll("\\@", "@\u200b");
