/** Our own bug: the process stops acknowledging when one is thrown (STYLE section 6). */
export class InvariantError extends Error {
  override readonly name = "InvariantError";
}

/** States what must hold. Never for input: bad input is a `Problem`. */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new InvariantError(message);
}
