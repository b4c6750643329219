// Incidents that lie on one another on the map are one mark with a count. Pure.
import type { Incident } from "./types.ts";

/** first: the gravest of them, the oldest of those. Its mark and its number are drawn. */
export interface Stack { first: Incident; all: Incident[] }

/** Pixels of the whole world's width at zoom 0. */
const WORLD = 512;

/** Where a place is on the map at a zoom, in pixels (Web Mercator). */
function pixels(lon: number, lat: number, zoom: number): [number, number] {
  const size = WORLD * 2 ** zoom;
  const north = Math.log(Math.tan(Math.PI / 4 + (lat * Math.PI) / 360));
  return [((lon + 180) / 360) * size, (0.5 - north / (2 * Math.PI)) * size];
}

/** within: pixels between two marks from which on both can be seen. */
export function stacks(open: readonly Incident[], zoom: number, within: number): Stack[] {
  const found: { stack: Stack; at: [number, number] }[] = [];
  const gravestFirst = [...open].sort((one, other) => one.priority - other.priority || Date.parse(one.received_at) - Date.parse(other.received_at));
  for (const one of gravestFirst) {
    const at = pixels(one.location.lon, one.location.lat, zoom);
    const under = found.find((each) => Math.hypot(each.at[0] - at[0], each.at[1] - at[1]) < within);
    if (under === undefined) found.push({ stack: { first: one, all: [one] }, at });
    else under.stack.all.push(one);
  }
  return found.map((each) => each.stack);
}
