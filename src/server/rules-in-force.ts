/** Which SLOs are counted for those that the files hold: theirs, and beside a changed one the definition that still answers. */
import { fatesOf, type FateParts } from "../engine/index.ts";
import { pendingOf, type Slo } from "../slo/index.ts";
import { withRetired } from "./retired-slos.ts";

export function rulesInForce(
  loaded: readonly Slo[],
  parts: FateParts,
  nowMs: number,
): readonly Slo[] {
  const byId = new Map(parts.inForce.map((slo) => [slo.id, slo]));
  const fates = fatesOf(loaded, parts);
  const counted = loaded.flatMap((slo): readonly Slo[] => {
    const fate = fates.get(slo);
    const before = byId.get(slo.id);
    switch (fate?.kind) {
      case "kept":
        return [withHistory(slo, before?.rebuiltFrom)];
      case "ready":
        return [withHistory(slo, fate.sinceMs)];
      case "rebuilt": {
        const pending = pendingOf(slo, fate.sinceMs);
        return before === undefined ? [pending] : [before, pending];
      }
      case "added":
      case "restarted":
      case undefined:
        return [slo];
    }
  });
  return withRetired(counted, parts.inForce, nowMs);
}

const withHistory = (slo: Slo, rebuiltFrom: Slo["rebuiltFrom"]): Slo =>
  rebuiltFrom === undefined ? slo : { ...slo, rebuiltFrom };
