import { describe, expect, it } from "vitest";
import { terminal } from "./terminal.ts";

const COMMANDS = ["serve", "check", "test", "record", "backtest", "status", "dashboards"];

describe("slowburn", () => {
  it.each([[], ...COMMANDS.map((command) => [command])].map((words) => [words] as const))(
    "%j --help is as it was",
    async (words) => {
      const { code, out, err } = await terminal().run(...words, "--help");
      expect([code, err]).toEqual([0, ""]);
      await expect(out).toMatchFileSnapshot(
        `golden/help${words.map((word) => `-${word}`).join("")}.txt`,
      );
    },
  );

  it.each(COMMANDS)("%s --help has examples that name it", async (command) => {
    const { out } = await terminal().run(command, "--help");
    expect(out).toMatch(new RegExp(`Examples:\\n  \\$ .*slowburn ${command}`));
  });

  it("help explains a command as its --help does, and the program", async () => {
    for (const words of [["serve"], ["status"], []]) {
      const explained = await terminal().run(...words, "--help");
      expect(await terminal().run("help", ...words)).toEqual(explained);
    }
    const unknown = await terminal().run("help", "stauts");
    expect([unknown.code, unknown.out]).toEqual([2, ""]);
  });

  it("--version prints the version", async () => {
    expect(await terminal().run("--version")).toEqual({
      code: 0,
      out: "slowburn 1.2.3\n",
      err: "",
    });
  });

  it.each<[args: string[], says: RegExp]>([
    [["stauts"], /unknown command 'stauts'[\s\S]*Did you mean status\?/],
    [["status", "--servce", "x"], /unknown option '--servce'[\s\S]*Did you mean --service\?/],
    [["dashboards"], /required option '--out <dir>' not specified/],
    [["status", "--watch", "soon"], /number of seconds/],
    [["status", "extra"], /too many arguments/],
    [["status", "--url", "notaurl"], /http or https address, as http:\/\/notaurl\./],
    [["status", "--url", "localhost:4319"], /as http:\/\/localhost:4319\./],
    [["explain", "a/b", "--url", "ftp://x"], /as http:\/\/127\.0\.0\.1:4319\./],
    [["status", "--url", "http://"], /http or https address/],
    [[], /Usage: slowburn/],
  ])("%j is wrong usage: exit 2", async (args, says) => {
    const { code, out, err } = await terminal().run(...args);
    expect([code, out]).toEqual([2, ""]);
    expect(err).toMatch(says);
  });
});
