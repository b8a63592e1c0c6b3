/** A service with a ratio of events and one of latencies, over an hour and without alerts: what most journeys here count. */
export const SHOP_RULES = `
apiVersion: slowburn/v1
service: shop
slos:
  orders:
    objective: 99%
    window: 1h
    sli: { metric: orders, bad: { code: "500" } }
    alerts: none
  speed:
    objective: 99%
    window: 1h
    sli: { metric: duration, faster: 250ms }
    alerts: none
`;
