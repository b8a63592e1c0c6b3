/** Good and bad events of now, told apart by `code`, as deltas: what an alert looks at. */
import { at, request, send } from "./otlp.ts";

export class Traffic {
  readonly #service: string;
  #last = at(Date.now() - 1);

  constructor(service: string) {
    this.#service = service;
  }

  /** Events since the call before, within one second: counts that are shared out over two would be seen one tick apart. */
  async send(
    { http }: { readonly http: string },
    metric: string,
    good: number,
    bad: number,
  ): Promise<void> {
    const now = Date.now();
    const second = at((Math.ceil(now / 1000) - 1) * 1000) + 1n;
    const [start, time] = [this.#last > second ? this.#last : second, at(now)];
    this.#last = time + 1n;
    const points = [
      { attributes: { code: "200" }, start, time, int: good },
      { attributes: { code: "500" }, start, time, int: bad },
    ];
    const sum = { temporality: "delta", points } as const;
    await send(http, request(this.#service, [{ name: metric, sum }]));
  }
}
