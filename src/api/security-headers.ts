/** Headers of every answer: nothing is framed, sniffed, cached or run (reliability-scale.md section 7, CSRF/XSS). */
import { createHash } from "node:crypto";
import { LANDING_STYLE } from "./landing-page.ts";

const styleHash = createHash("sha256").update(LANDING_STYLE).digest("base64");

export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  "content-security-policy": `default-src 'none'; style-src 'sha256-${styleHash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-resource-policy": "same-origin",
  "cache-control": "no-store",
};
