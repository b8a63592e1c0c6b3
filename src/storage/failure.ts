/** What went wrong on disk, as one of few codes an operator can act on. */
import { Sqlite } from "./sqlite.ts";
import { InvariantError, OperationError } from "../slo/index.ts";
import type { Failure } from "./messages.ts";

/**
 * `disk-full` passes (make room); everything else does not: a failed write or fsync must not be tried again, since the kernel
 * may have dropped the very pages it could not write (the "fsyncgate" rule; usenix atc20-rebello).
 */
export function asOperationError(error: unknown): OperationError | InvariantError {
  if (error instanceof OperationError || error instanceof InvariantError) return error;
  const code = codeOf(error);
  const message = error instanceof Error ? error.message : String(error);
  if (code === "ENOSPC" || code === "EDQUOT" || code.startsWith("SQLITE_FULL")) {
    return new OperationError("disk-full", `no room left for the data: ${message}`, {
      cause: error,
      retryable: true,
    });
  }
  const isBusy = code.startsWith("SQLITE_BUSY") || code.startsWith("SQLITE_LOCKED");
  return new OperationError("disk-error", `the data could not be written: ${message} (${code})`, {
    cause: error,
    retryable: isBusy,
  });
}

/** For opening: the same, but "cannot write here" has its own code. */
export function asOpenError(error: unknown, directory: string): OperationError | InvariantError {
  const code = codeOf(error);
  const isUnwritable =
    /^(EACCES|EPERM|EROFS|ENOTDIR|EEXIST|ENOENT|SQLITE_CANTOPEN|SQLITE_READONLY|SQLITE_PERM|SQLITE_AUTH)/;
  if (!isUnwritable.test(code)) return asOperationError(error);
  return new OperationError(
    "directory-unwritable",
    `the data directory ${directory} cannot be written: ${error instanceof Error ? error.message : code}`,
    { cause: error, retryable: false },
  );
}

/**
 * True when SQLite could read the disk but not make sense of what it read. Anything a healthy database of ours never answers
 * counts, since one flipped byte in its schema page turns into "no such column".
 */
export function isDamage(error: unknown): boolean {
  if (!(error instanceof Sqlite.SqliteError)) return false;
  if (error.code === "SQLITE_IOERR_SHORT_READ" || error.code === "SQLITE_IOERR_CORRUPTFS") {
    return true;
  }
  return !/^SQLITE_(FULL|BUSY|LOCKED|IOERR|READONLY|CANTOPEN|PERM|AUTH|NOMEM|INTERRUPT)/.test(
    error.code,
  );
}

export function toFailure(error: unknown): Failure {
  const known = asOperationError(error);
  if (known instanceof OperationError) {
    return { code: known.code, message: known.message, retryable: known.retryable };
  }
  return { code: "invariant", message: known.message, retryable: false };
}

export function fromFailure(failure: Failure): OperationError | InvariantError {
  if (failure.code === "invariant") return new InvariantError(failure.message);
  return new OperationError(failure.code, failure.message, { retryable: failure.retryable });
}

function codeOf(error: unknown): string {
  if (error instanceof Error && "code" in error && typeof error.code === "string") {
    return error.code;
  }
  return "unknown";
}
