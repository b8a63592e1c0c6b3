/** Bearer tokens, compared in constant time: the digests have one length, whatever was sent. */
import { createHash, timingSafeEqual } from "node:crypto";

const digest = (token: string): Buffer => createHash("sha256").update(token).digest();

/**
 * Tells whether an `Authorization` header carries one of the tokens. Without tokens everything is allowed: the
 * configuration lets that happen on loopback only, unless the operator says otherwise (DESIGN section 5).
 */
export function bearerCheck(
  tokens: readonly string[],
): (authorization: string | undefined) => boolean {
  const known = tokens.map(digest);
  if (known.length === 0) return () => true;
  return (authorization) => {
    const match = /^bearer +([^\s]+) *$/i.exec(authorization ?? "");
    const sent = digest(match?.[1] ?? "");
    // No early end: the time must not tell which token was nearest.
    const hits = known.filter((token) => timingSafeEqual(token, sent)).length;
    return match !== null && hits > 0;
  };
}
