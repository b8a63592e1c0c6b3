/** Exclusions in files of their own: given to the SLOs that they match, whatever file and format those are of. */
import { isComposite, isInScope, type Exclusion, type Slo } from "../slo/index.ts";

/** The SLO as its own file has it, by the one that runs. */
const ownVersions = new WeakMap<Slo, Slo>();

/** The SLO without the exclusions of other files. The same object as was given to `withScoped`, where that made it. */
export function ownVersion(slo: Slo): Slo {
  const known = ownVersions.get(slo);
  if (known !== undefined) return known;
  const own = slo.exclusions?.filter(({ scope }) => scope === undefined);
  if (own === undefined || own.length === slo.exclusions?.length) return slo;
  const { exclusions: _, ...rest } = slo;
  return own.length === 0 ? rest : { ...rest, exclusions: own };
}

/** An SLO made of others has its members'. */
export function withScoped(slo: Slo, scoped: readonly Exclusion[]): Slo {
  if (isComposite(slo)) return slo;
  const matching = scoped.filter(({ scope }) => scope !== undefined && isInScope(scope, slo));
  if (matching.length === 0) return slo;
  const whole: Slo = { ...slo, exclusions: [...(slo.exclusions ?? []), ...matching] };
  ownVersions.set(whole, slo);
  return whole;
}

/** SLOs that were read together, each with what a file among them excludes of it. */
export const withExclusions = (
  slos: readonly Slo[],
  exclusions: readonly Exclusion[],
): readonly Slo[] => slos.map((slo) => withScoped(slo, exclusions));

/** Those of a file, as far as SLOs that ran tell of them: what goes on when the file breaks. */
export function scopedOf(file: string, slos: readonly Slo[]): readonly Exclusion[] {
  const found = new Map<string, Exclusion>();
  for (const { exclusions } of slos)
    for (const exclusion of exclusions ?? [])
      if (exclusion.scope !== undefined && exclusion.source.file === file)
        found.set(JSON.stringify(exclusion), exclusion);
  return [...found.values()];
}
