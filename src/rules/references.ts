/**
 * Objects that documents of a folder may name in one another, whatever file they are in. A reading remembers what it
 * looked up and what it found, so that it is made anew when, and only when, one of these answers is another one.
 */
import type { YamlDocument } from "./yaml-document.ts";

export interface SharedObject {
  /** Names are unique in it: `openslo/v1 SLI`. */
  readonly namespace: string;
  readonly name: string;
  readonly document: YamlDocument;
  readonly file: string;
  readonly line: number;
  /** Another one when anything about it is. */
  readonly fingerprint: string;
}

export function sharedObject(
  namespace: string,
  name: string,
  document: YamlDocument,
  file: string,
): SharedObject {
  const { line } = document.placeOf([]);
  const fingerprint = `${file}:${line} ${JSON.stringify(document.value)}`;
  return { namespace, name, document, file, line, fingerprint };
}

/** A question that was asked, and the fingerprint of its answer. */
export interface Lookup {
  readonly namespace: string;
  /** `undefined`: which names there are. */
  readonly name: string | undefined;
  readonly answer: string;
}

export class Catalogue {
  readonly #objects = new Map<string, Map<string, SharedObject>>();
  /** Every file that asks gets the same long text. */
  readonly #namesAnswers = new Map<string, string>();

  /** Of two with one name the first counts. */
  constructor(objects: Iterable<SharedObject>) {
    for (const object of objects) {
      const known = this.#objects.get(object.namespace);
      if (known === undefined)
        this.#objects.set(object.namespace, new Map([[object.name, object]]));
      else if (!known.has(object.name)) known.set(object.name, object);
    }
  }

  find(namespace: string, name: string): SharedObject | undefined {
    return this.#objects.get(namespace)?.get(name);
  }

  names(namespace: string): readonly string[] {
    return [...(this.#objects.get(namespace)?.keys() ?? [])];
  }

  /** Whether the same questions have the same answers as before. */
  answersAsBefore(lookups: readonly Lookup[]): boolean {
    return lookups.every(({ namespace, name, answer }) => answer === this.answer(namespace, name));
  }

  answer(namespace: string, name: string | undefined): string {
    if (name !== undefined) return this.find(namespace, name)?.fingerprint ?? "";
    const known = this.#namesAnswers.get(namespace) ?? this.names(namespace).join("\n");
    this.#namesAnswers.set(namespace, known);
    return known;
  }
}

/** The catalogue as one reading asks it. */
export class References {
  readonly #catalogue: Catalogue;
  readonly #lookups = new Map<string, Lookup>();

  constructor(catalogue: Catalogue) {
    this.#catalogue = catalogue;
  }

  get lookups(): readonly Lookup[] {
    return [...this.#lookups.values()];
  }

  find(namespace: string, name: string): SharedObject | undefined {
    this.#remember(namespace, name);
    return this.#catalogue.find(namespace, name);
  }

  names(namespace: string): readonly string[] {
    this.#remember(namespace, undefined);
    return this.#catalogue.names(namespace);
  }

  #remember(namespace: string, name: string | undefined): void {
    const key = `${namespace}\n${name ?? ""}`;
    if (this.#lookups.has(key)) return;
    this.#lookups.set(key, { namespace, name, answer: this.#catalogue.answer(namespace, name) });
  }
}
