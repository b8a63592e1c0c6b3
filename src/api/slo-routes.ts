/** SLOs: the list with its filters, and one in full. */
import { templateKey, type Slo } from "../slo/index.ts";
import { alertsByStream } from "./alert-answer.ts";
import type { SloDetailAnswer, SloListAnswer } from "./answers.ts";
import { ApiFailure } from "./failure.ts";
import { momentOrNull } from "./moment.ts";
import { type Parameter, type Query, wholeNumber } from "./query.ts";
import { type AnswerContext, sloAnswer, sloDetailAnswer } from "./slo-answer.ts";
import type { ApiSources } from "./sources.ts";

/** SLOs of one page: a bound on how long one request keeps the event loop. */
const PAGE_SIZE = { from: 1, to: 10_000, absent: 1000 };

export const SLO_LIST_PARAMETERS: readonly Parameter[] = [
  { name: "service", description: "Only SLOs of this service.", schema: { type: "string" } },
  {
    name: "label",
    description: "Only SLOs with this label, as `tier=1`; several must all hold.",
    schema: { type: "string", pattern: "^[^=]+=.*$" },
    repeats: true,
  },
  {
    name: "template",
    description: "Only SLOs of this template: `http-server@1`, or `http-server` for all versions.",
    schema: { type: "string" },
  },
  {
    name: "limit",
    description: `SLOs of one page, ${PAGE_SIZE.absent} by default.`,
    schema: { type: "integer", minimum: PAGE_SIZE.from, maximum: PAGE_SIZE.to },
  },
  {
    name: "after",
    description: "`next` of the page before.",
    schema: { type: "string" },
  },
];

export function sloList(sources: ApiSources, query: Query): SloListAnswer {
  const limit = wholeNumber(query, "limit", PAGE_SIZE);
  const [after = ""] = query("after");
  const rest = sources.engine.slos
    .filter(sloFilter(query))
    .filter((slo) => slo.id > after)
    .sort((a, b) => (a.id < b.id ? -1 : 1));
  const page = rest.slice(0, limit);
  const context = answerContext(sources);
  return {
    at: momentOrNull(sources.engine.tickedAtMs),
    slos: page.map((slo) => sloAnswer(slo, context)),
    next: rest.length > limit ? (page.at(-1)?.id ?? null) : null,
  };
}

function sloFilter(query: Query): (slo: Slo) => boolean {
  const [service] = query("service");
  const [template] = query("template");
  const labels = query("label").map((text) => {
    const at = text.indexOf("=");
    if (at < 1)
      throw new ApiFailure(400, `label is ${JSON.stringify(text)}`, { hint: "write label=tier=1" });
    return [text.slice(0, at), text.slice(at + 1)] as const;
  });
  return (slo) =>
    (service === undefined || slo.service === service) &&
    (template === undefined || isOf(template, slo)) &&
    labels.every(([name, value]) => Object.hasOwn(slo.labels, name) && slo.labels[name] === value);
}

function isOf(template: string, { source }: Slo): boolean {
  const use = source.template;
  return use !== undefined && (template === use.name || template === templateKey(use));
}

/** Throws `ApiFailure` 404, with the nearest id, for an SLO that no rule file defines. */
export function sloDetail(sources: ApiSources, id: string): SloDetailAnswer {
  const { slos } = sources.engine;
  const slo = slos.find((each) => each.id === id);
  if (slo !== undefined) return sloDetailAnswer(slo, answerContext(sources));
  const near = sources.nearestName(
    id,
    slos.map((each) => each.id),
  );
  throw new ApiFailure(404, `no SLO ${JSON.stringify(id)}`, {
    hint: near === undefined ? "GET /api/v1/slos lists them" : `did you mean ${near}?`,
  });
}

const answerContext = (sources: ApiSources): AnswerContext => ({
  engine: sources.engine,
  alertsOf: alertsByStream(sources.alerts()),
  inexactCuts: sources.inexactCuts,
  nowMs: sources.now(),
});
