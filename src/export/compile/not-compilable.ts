/** Why an SLO has no form in Prometheus rules; caught where SLOs are compiled one by one. */
export class NotCompilable extends Error {
  override readonly name = "NotCompilable";
  readonly hint: string;
  constructor(message: string, hint: string) {
    super(message);
    this.hint = hint;
  }
}
