/** A named piece of state; a snapshot writes only the pieces that changed. Removed when `bytes` is undefined. */
export interface SnapshotPart {
  readonly name: string;
  readonly bytes: Uint8Array | undefined;
}
