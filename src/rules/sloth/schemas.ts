/**
 * The fields of Sloth's files, in the spelling of its Kubernetes object (slok/sloth pkg/prometheus/api/v1,
 * pkg/kubernetes/api/sloth/v1, pkg/prometheus/alertwindows/v1).
 */
import { z } from "zod";
import { anyText, flag, part } from "../foreign-shape.ts";
import { explained, kindOf, type Explanation, type ObjectSchema } from "../native/index.ts";

export const FILE_VERSION = "prometheus/v1";
export const OBJECT_VERSION = "sloth.slok.dev/v1";
export const SERVICE_LEVEL_KIND = "PrometheusServiceLevel";
export const ALERT_WINDOWS_KIND = "AlertWindows";

/** What Sloth asks of services and SLOs (pkg/common/conventions, `NameRegexp`). */
const NAME = /^[A-Za-z0-9][-A-Za-z0-9_.]*[A-Za-z0-9]$/;
const MAX_NAME_LENGTH = 128;

const name = explained(z.string().max(MAX_NAME_LENGTH).regex(NAME), (value): Explanation => ({
  code: typeof value === "string" ? "invalid-name" : "wrong-type",
  message: `${kindOf(value)} is no name`,
  hint: `letters, digits, - _ .; beginning and ending with a letter or digit; 2 to ${MAX_NAME_LENGTH}`,
}));

const query = explained(z.string().regex(/\S/), (value): Explanation => ({
  code: "wrong-type",
  message: `expected a query, not ${kindOf(value)}`,
  hint: "write sum(rate(http_requests_total[{{.window}}]))",
}));

/** Whatever it holds, it is none of slowburn's. */
const ignored = part.optional();

export interface SpecConfig {
  readonly version?: unknown;
  readonly service: string;
  readonly labels?: unknown;
  readonly sloPlugins?: unknown;
  readonly slos: unknown;
}
export const specSchema: ObjectSchema<SpecConfig> = z.strictObject({
  service: name,
  labels: ignored,
  sloPlugins: ignored,
  slos: part,
});
export const fileSchema: ObjectSchema<SpecConfig> = z.strictObject({
  version: z.literal(FILE_VERSION),
  service: name,
  labels: ignored,
  sloPlugins: ignored,
  slos: part,
});

export interface ObjectConfig {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata?: unknown;
  readonly spec: unknown;
  readonly status?: unknown;
}
export const objectSchema: ObjectSchema<ObjectConfig> = z.strictObject({
  apiVersion: z.literal(OBJECT_VERSION),
  kind: z.string(),
  metadata: ignored,
  spec: part,
  status: ignored,
});

export interface SloConfig {
  readonly name: string;
  readonly description?: string | undefined;
  readonly objective: number;
  readonly labels?: unknown;
  readonly plugins?: unknown;
  readonly sli: unknown;
  readonly alerting?: unknown;
}
export const sloSchema: ObjectSchema<SloConfig> = z.strictObject({
  name,
  description: anyText.optional(),
  objective: z.number().meta({ title: "a percentage, 99.9" }),
  labels: ignored,
  plugins: ignored,
  sli: part,
  alerting: ignored,
});

export interface SliConfig {
  readonly raw?: unknown;
  readonly events?: unknown;
  readonly plugin?: unknown;
}
export const sliSchema: ObjectSchema<SliConfig> = z.strictObject({
  raw: ignored,
  events: ignored,
  plugin: ignored,
});
export interface RawConfig {
  readonly errorRatioQuery: string;
}
export const rawSchema: ObjectSchema<RawConfig> = z.strictObject({ errorRatioQuery: query });
export interface EventsConfig {
  readonly errorQuery: string;
  readonly totalQuery: string;
}
export const eventsSchema: ObjectSchema<EventsConfig> = z.strictObject({
  errorQuery: query,
  totalQuery: query,
});
export interface PluginConfig {
  readonly id: string;
  readonly options?: unknown;
}
export const pluginSchema: ObjectSchema<PluginConfig> = z.strictObject({
  id: z.string().min(1).meta({ title: "a plugin's id" }),
  options: ignored,
});

export interface AlertingConfig {
  readonly name?: string | undefined;
  readonly labels?: unknown;
  readonly annotations?: unknown;
  readonly pageAlert?: unknown;
  readonly ticketAlert?: unknown;
}
export const alertingSchema: ObjectSchema<AlertingConfig> = z.strictObject({
  name: anyText.optional(),
  labels: ignored,
  annotations: ignored,
  pageAlert: ignored,
  ticketAlert: ignored,
});
export interface AlertConfig {
  readonly disable?: boolean | undefined;
  readonly labels?: unknown;
  readonly annotations?: unknown;
}
export const alertSchema: ObjectSchema<AlertConfig> = z.strictObject({
  disable: flag.optional(),
  labels: ignored,
  annotations: ignored,
});

export interface ChainConfig {
  readonly overridePrevious?: boolean | undefined;
  readonly chain?: unknown;
}
export const chainSchema: ObjectSchema<ChainConfig> = z.strictObject({
  overridePrevious: flag.optional(),
  chain: ignored,
});
export interface ChainItemConfig {
  readonly id: string;
  readonly config?: unknown;
  readonly priority?: number | undefined;
}
export const chainItemSchema: ObjectSchema<ChainItemConfig> = z.strictObject({
  id: z.string().min(1).meta({ title: "a plugin's id" }),
  config: ignored,
  priority: z.number().optional(),
});

export interface AlertWindowsConfig {
  readonly sloPeriod: string;
  readonly page: unknown;
  readonly ticket: unknown;
}
const span = z.string().meta({ title: "a duration, 5m" });
export const alertWindowsSchema: ObjectSchema<AlertWindowsConfig> = z.strictObject({
  sloPeriod: span,
  page: part,
  ticket: part,
});
export interface PairConfig {
  readonly quick: unknown;
  readonly slow: unknown;
}
export const pairSchema: ObjectSchema<PairConfig> = z.strictObject({ quick: part, slow: part });
export interface AlertWindowConfig {
  readonly errorBudgetPercent: number;
  readonly shortWindow: string;
  readonly longWindow: string;
}
export const alertWindowSchema: ObjectSchema<AlertWindowConfig> = z.strictObject({
  errorBudgetPercent: z.number().meta({ title: "a percentage of the error budget" }),
  shortWindow: span,
  longWindow: span,
});
