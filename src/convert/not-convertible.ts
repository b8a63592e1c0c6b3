/** Why an SLO, or a form of it, cannot be written; caught where SLOs are written one by one. */
export class NotConvertible extends Error {
  override readonly name = "NotConvertible";
  readonly hint: string | undefined;
  constructor(message: string, hint?: string) {
    super(message);
    this.hint = hint;
  }
}
