/** Named places where a test stops the world: the crash test kills the process there, others throw. Nothing in production. */
export type FailpointName =
  | "append:begun"
  | "append:inserted"
  | "append:committed"
  | "append:marked"
  | "snapshot:begun"
  | "snapshot:parts"
  | "snapshot:committing"
  | "snapshot:committed"
  | "prune:deleted"
  | "checkpoint:done"
  | "rebuild:written"
  | "rebuild:moved"
  | "rebuild:placed";

/** May throw or end the process. */
export type Failpoint = (name: FailpointName) => void;

export const noFailpoint: Failpoint = () => {};
