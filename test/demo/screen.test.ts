import { expect, test } from "vitest";
import { News } from "../../src/demo/news.ts";
import { renderFrame, wrapped, type Frame } from "../../src/demo/screen.ts";

type Alert = Frame["alerts"][number];
type Shown = Frame["slos"][number];

/** Of the API's answers, what the demo reads. */
const alert = (severity: Alert["severity"], state: Alert["state"], more: Partial<Alert> = {}) =>
  ({
    sloId: "shop/cart",
    streamKey: "shop/cart",
    severity,
    state,
    activeAt: "2026-01-01T00:00:00.000Z",
    firedAt: "2026-01-01T00:00:03.000Z",
    resolvedAt: state === "resolved" ? "2026-01-01T00:01:03.000Z" : null,
    annotations: { summary: "shop/cart is burning its error budget 9x too fast." },
    ...more,
  }) as Alert;

const burnRates = [
  { lookback: "5s", burnRate: 9.04 },
  { lookback: "30s", burnRate: null },
];
const slo = (id: string, part: object | null) =>
  ({
    id,
    objective: { text: "99%" },
    reading: part && { sli: 0.98765, budgetRemaining: -0.5, burnRates, ...part },
  }) as Shown;

const frame = (part: Partial<Frame>): Frame => ({
  elapsedSeconds: 7,
  totalSeconds: 60,
  phase: "INCIDENT",
  apiUrl: "http://127.0.0.1:1",
  slos: [slo("shop/cart", {})],
  alerts: [],
  news: [],
  ...part,
});

const plain = { isColoured: false, width: 60 };
const rowsOf = (part: Partial<Frame>) => renderFrame(frame(part), plain).split("\n").slice(5, -2);

test("says where to look closer, for as long as it runs", () => {
  expect(renderFrame(frame({}), plain)).toContain("look closer: http://127.0.0.1:1/api/v1/slos");
});

test("a row has the numbers, a dash for what is not known, and no row is shown before the first data", () => {
  const [row, ...others] = rowsOf({ slos: [slo("shop/cart", {}), slo("shop/early", null)] });
  expect(row?.split(/ {2,}/)).toEqual(["shop/cart 99%", "98.77%", "-50.00%", "-/9.0x", "ok"]);
  expect(others.filter((line) => line !== "")).toEqual([]);
});

test.each([
  [[], "ok"],
  [[alert("ticket", "firing")], "ticket firing"],
  [[alert("ticket", "firing"), alert("page", "pending")], "page pending"],
  [[alert("page", "firing"), alert("ticket", "firing")], "page firing"],
  [[alert("page", "resolved")], "ok"],
  [[alert("page", "firing", { sloId: "shop/other" })], "ok"],
])("the worst of the SLO's alerts stands in its row: %#", (alerts, expected) => {
  expect(rowsOf({ alerts })[0]).toMatch(new RegExp(`9\\.0x +${expected}$`));
});

test("a row fits a terminal of 80 characters", () => {
  const long = slo("shop/storefront-availability", {
    budgetRemaining: -18.1283,
    burnRates: [
      { lookback: "5s", burnRate: 36.8 },
      { lookback: "30s", burnRate: 34.3 },
    ],
  });
  const ticket = alert("ticket", "firing", { sloId: long.id });
  expect(rowsOf({ slos: [long], alerts: [ticket] })[0]?.length).toBeLessThanOrEqual(80);
});

test("an SLO without alerts is not ok but without alerts", () => {
  const window = { lookback: "10m", burnRate: 1 };
  expect(rowsOf({ slos: [slo("shop/cart", { burnRates: [window] })] })[0]).toMatch(/none set$/);
});

test("colours stand beside words: red for a page that fires, yellow for less", () => {
  const coloured = (alerts: readonly Alert[]) =>
    renderFrame(frame({ alerts }), { ...plain, isColoured: true });
  expect(coloured([alert("page", "firing")])).toContain("\u001b[31mshop/cart");
  expect(coloured([alert("ticket", "firing")])).toContain("\u001b[33mshop/cart");
  expect(coloured([])).toContain("\nshop/cart");
});

test.each([
  ["12 s  short", ["12 s  short"]],
  ["12 s  one two three four", ["12 s  one two", "      three four"]],
  ["  12 s  one two three", ["  12 s  one two", "        three"]],
  ["12 s  averyverylongword", ["12 s  averyverylongword"]],
])("%j breaks between words, indented under its text", (line, expected) => {
  expect(wrapped(line, 16)).toEqual(expected);
});

test("news: each state of an alert once, with its sentence when it fires and its length when it ends", () => {
  const news = new News();
  news.add(41, "incident begins");
  expect(news.addAlerts(48, [alert("page", "pending", { firedAt: null })])).toBe(1);
  expect(news.addAlerts(51, [alert("page", "firing")])).toBe(1);
  expect(news.addAlerts(52, [alert("page", "firing")])).toBe(0);
  expect(news.hasPage("firing") && !news.hasPage("resolved")).toBe(true);
  expect(news.addAlerts(111, [alert("page", "resolved")])).toBe(1);
  expect(news.hasPage("resolved")).toBe(true);
  expect(news.lines).toEqual([
    "41 s  incident begins",
    "48 s  page pending: shop/cart",
    "51 s  page firing: shop/cart is burning its error budget 9x too fast.",
    "111 s  page resolved: shop/cart, 60 s after it fired",
  ]);
});
