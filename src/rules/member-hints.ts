/** What a member that no file has was probably meant to be. */
import { isComposite, type Slo } from "../slo/index.ts";
import { isBroken, type Candidate } from "./candidate.ts";
import { nearestName } from "./nearest-name.ts";

/** Most names in a hint. */
const MAX_NAMES = 10;
/** A folder that lost very many members is not searched for each of them. */
const MAX_SEARCHES = 1_000;

export class MemberHints {
  /** SLOs that could be members, by service and name. */
  readonly #services = new Map<string, string[]>();
  readonly #namesakes = new Map<string, string[]>();
  /** SLOs that are sound, in files that are not, by id. */
  readonly #lost = new Map<string, Slo>();
  readonly #neverGood: readonly Candidate[];
  #searchCount = 0;

  /** `held`: what runs. */
  constructor(held: readonly { readonly slo: Slo }[], candidates: readonly Candidate[]) {
    for (const { slo } of held) {
      if (isComposite(slo)) continue;
      listIn(this.#services, slo.service).push(slo.name);
      listIn(this.#namesakes, slo.name).push(slo.id);
    }
    const broken = candidates.filter(isBroken);
    for (const { reading } of broken) for (const slo of reading.slos) this.#lost.set(slo.id, slo);
    this.#neverGood = broken.filter(({ lastGood }) => lastGood.length === 0);
  }

  /** `asking`: the file that names it. */
  of(sloId: string, asking: Candidate): string {
    const lost = this.#lost.get(sloId);
    if (lost !== undefined)
      return `it is in ${lost.source.file}:${lost.source.line}, and that file has errors`;
    const meant = this.#searchCount++ < MAX_SEARCHES ? this.#nearest(sloId) : undefined;
    if (meant !== undefined) return `did you mean \`${meant}\`?`;
    const [service = ""] = sloId.split("/");
    const names = this.#services.get(service);
    if (names !== undefined) return `${service} has: ${names.slice(0, MAX_NAMES).join(", ")}`;
    const broken = this.#neverGood.find((candidate) => candidate !== asking);
    const also = broken === undefined ? "" : `; ${broken.file} may, which has errors`;
    return `no file has SLOs of the service ${service}${also}`;
  }

  /** A slip in the name, or in the service; or the name alone, where one service has it. */
  #nearest(sloId: string): string | undefined {
    const [service = "", name = ""] = sloId.split("/");
    for (const each of [service, nearestName(service, [...this.#services.keys()])]) {
      const names = each === undefined ? undefined : this.#services.get(each);
      const nearest = names && nearestName(name, names);
      if (nearest !== undefined) return `${each}/${nearest}`;
    }
    const [only, ...more] = this.#namesakes.get(name) ?? [];
    return more.length === 0 ? only : undefined;
  }
}

function listIn(lists: Map<string, string[]>, key: string): string[] {
  const known = lists.get(key);
  if (known !== undefined) return known;
  const list: string[] = [];
  lists.set(key, list);
  return list;
}
