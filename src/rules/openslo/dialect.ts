/**
 * The versions of OpenSLO (OpenSLO README; enhancements/v2alpha.md; go-sdk pkg/openslo). v2alpha renames fields of v1;
 * v1alpha, which Sloth still reads, has its metrics and windows in another form.
 */

export type DialectName = "v1alpha" | "v1" | "v2alpha";

export type Kind =
  | "SLO"
  | "SLI"
  | "Service"
  | "DataSource"
  | "AlertPolicy"
  | "AlertCondition"
  | "AlertNotificationTarget";

export interface Dialect {
  readonly name: DialectName;
  readonly kinds: readonly Kind[];
}

const V1_KINDS: readonly Kind[] = [
  "SLO",
  "SLI",
  "Service",
  "DataSource",
  "AlertPolicy",
  "AlertCondition",
  "AlertNotificationTarget",
];

const V1: Dialect = { name: "v1", kinds: V1_KINDS };
const DIALECTS: ReadonlyMap<string, Dialect> = new Map([
  ["openslo/v1", V1],
  ["openslo.com/v1", V1],
  ["openslo/v1alpha", { name: "v1alpha", kinds: ["SLO", "Service"] }],
  ["openslo.com/v2alpha", { name: "v2alpha", kinds: V1_KINDS }],
]);

export const API_VERSIONS: readonly string[] = [...DIALECTS.keys()];

export const dialectOf = (apiVersion: unknown): Dialect | undefined =>
  typeof apiVersion === "string" ? DIALECTS.get(apiVersion) : undefined;

/** Objects refer to objects of their own version, under whichever name it goes. */
export const namespaceOf = (dialect: Dialect, kind: Kind): string =>
  `openslo/${dialect.name} ${kind}`;

export const isKind = (dialect: Dialect, kind: unknown): kind is Kind =>
  dialect.kinds.some((known) => known === kind);
