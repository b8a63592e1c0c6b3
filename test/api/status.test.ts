/** What an operator needs at once: what was refused, what senders showed, and how the receivers of alerts fare. */
import { expect, it } from "vitest";
import { statusAnswer } from "../../src/api/status-answer.ts";
import { NOW, world } from "./world.ts";

it("names the reasons and the diagnostics that occurred, and no others", async () => {
  const { sources } = world();
  const { ingest } = statusAnswer(sources, await sources.status());
  expect(ingest.rejections).toEqual({ "time-unset": 1 });
  expect(ingest.diagnostics).toEqual({ duplicate: 7 });
  expect(ingest.journal).toEqual({ entries: 11, bytes: 2048, failedEntries: 1 });
});

it("says of each receiver what it took, what was given up, and since when something waits", async () => {
  const { sources } = world();
  const sample = await sources.status();
  const [receiver] = sample.receivers;
  const waiting = { ...receiver!, oldestAt: NOW - 60_000, lastSentAt: undefined };
  const { receivers } = statusAnswer(sources, { ...sample, receivers: [receiver!, waiting] });
  const at = (moment: number) => new Date(moment).toISOString();
  expect(receivers).toMatchObject([
    { sent: 2, givenUp: 3, oldestAt: null, lastSentAt: at(NOW - 4000) },
    { oldestAt: at(NOW - 60_000), lastSentAt: null },
  ]);
});
