/** Says on standard error what runs, so that nobody waits before a silent terminal. */
export type Progress = (text: string) => void;

export const silent: Progress = () => undefined;

/** One line, rewritten in place on a terminal; a line each elsewhere. */
export function terminalProgress(stream: NodeJS.WriteStream = process.stderr): Progress {
  const startedAt = performance.now();
  return (text) => {
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(0).padStart(4);
    const line = `${seconds} s  ${text}`;
    stream.write(
      stream.isTTY ? `\r\u001b[2K${line.slice(0, (stream.columns || 80) - 1)}` : `${line}\n`,
    );
  };
}
