/**
 * Objects that documents of a folder may name in one another, whatever file they are in. A reading remembers what it
 * looked up and what it found, so that it is made anew when, and only when, one of these answers is another one.
 */
import type { FieldPath, YamlDocument } from "./yaml-document.ts";

export interface SharedObject {
  /** Names are unique in it: `openslo/v1 SLI`. */
  readonly namespace: string;
  readonly name: string;
  readonly document: YamlDocument;
  /** Where in the document it stands. */
  readonly path: FieldPath;
  readonly file: string;
  readonly line: number;
  /** Another one when anything about it is. */
  readonly fingerprint: string;
  /** Of an object that is checked where it stands: of an unsound one, the last sound version is in force. */
  readonly isSound?: boolean;
}

/** The part of a document that others may refer to. */
export interface SharedPart {
  readonly namespace: string;
  readonly name: string;
  readonly path: FieldPath;
  readonly isSound?: boolean;
}

export function sharedObject(part: SharedPart, document: YamlDocument, file: string): SharedObject {
  const { line } = document.placeOf(part.path, "key");
  const fingerprint = `${file}:${line} ${JSON.stringify(valueAt(document, part.path))}`;
  return { ...part, document, file, line, fingerprint };
}

/** What stands at a path that is there. */
export const valueAt = ({ value }: YamlDocument, path: FieldPath): unknown =>
  path.reduce((above: unknown, part) => (above as Record<string | number, unknown>)[part], value);

/** What is in force of a file: of an object that is unsound, or in a text that is no YAML any more, the last sound one. */
export function inForce(
  shared: readonly SharedObject[],
  isReadable: boolean,
  lastSound: readonly SharedObject[],
): readonly SharedObject[] {
  if (!isReadable) return [...shared.filter(({ isSound }) => isSound === undefined), ...lastSound];
  return shared.map((object) =>
    object.isSound === false
      ? (lastSound.find(({ name }) => name === object.name) ?? object)
      : object,
  );
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
