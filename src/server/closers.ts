/** What has to be closed, in the reverse order of its start. One that fails keeps none of the others open. */
export class Closers {
  readonly #closers: (() => Promise<unknown>)[] = [];
  readonly #onFailed: (error: unknown) => void;

  constructor(onFailed: (error: unknown) => void) {
    this.#onFailed = onFailed;
  }

  add(...closers: readonly (() => Promise<unknown>)[]): void {
    this.#closers.push(...closers);
  }

  async closeAll(): Promise<void> {
    for (const close of this.#closers.splice(0).toReversed()) {
      try {
        await close();
      } catch (error) {
        this.#onFailed(error);
      }
    }
  }
}
