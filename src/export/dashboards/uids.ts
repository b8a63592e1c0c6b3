/** Identities that never change: Grafana's links, bookmarks and annotations hold them. */
export const FLEET_UID = "slowburn-fleet";
export const SLO_DETAIL_UID = "slowburn-slo";
