/** Filters of `status` that no SLO passes: a mistyped one must not read as good news. */
import type { SloAnswer } from "../api/index.ts";
import { nearestName } from "../rules/index.ts";
import { OperationError } from "../slo/index.ts";
import type { SloFilter } from "./api-client.ts";

/** `all`: the SLOs there are; at least one. */
export function noMatch({ service, label = [] }: SloFilter, all: readonly SloAnswer[]): Error {
  const ofService = all.filter((slo) => service === undefined || slo.service === service);
  if (service !== undefined && ofService.length === 0)
    return failure(`no SLO of service ${service}`, service, namesOf(all, servicesOf));
  const whose = service === undefined ? "" : ` of service ${service}`;
  const labels = namesOf(ofService, labelsOf);
  const unknown = label.find((each) => !labels.includes(each));
  if (unknown !== undefined) return failure(`no SLO${whose} has label ${unknown}`, unknown, labels);
  return failure(`no SLO${whose} has all of the labels ${label.join(", ")}`, "", []);
}

function failure(message: string, word: string, names: readonly string[]): OperationError {
  const near = nearestName(word, names);
  const question = near === undefined ? "" : `; did you mean ${near}?`;
  return new OperationError("no-such-slo", message + question, { retryable: false });
}

const namesOf = (
  slos: readonly SloAnswer[],
  of: (slo: SloAnswer) => readonly string[],
): readonly string[] => [...new Set(slos.flatMap(of))];

const servicesOf = ({ service }: SloAnswer): readonly string[] => [service];

const labelsOf = ({ labels }: SloAnswer): readonly string[] =>
  Object.entries(labels).map(([name, value]) => `${name}=${value}`);
