// The heat map, where analytics offers one: cells with a weight between 0 and 1.
import { signal } from "@preact/signals";
import { ask } from "../http.ts";
import { may } from "../session.ts";
import { now } from "./clock.ts";

export const heatCells = signal<GeoJSON.FeatureCollection>({ type: "FeatureCollection", features: [] });

/** The middle of a feature's outline, or the point itself. */
function middle(geometry: GeoJSON.Geometry): [number, number] | null {
  if (geometry.type === "Point") return geometry.coordinates as [number, number];
  if (geometry.type !== "Polygon") return null;
  const ring = geometry.coordinates[0] ?? [];
  const corners = ring.slice(0, -1);
  if (corners.length === 0) return null;
  return [corners.reduce((sum, one) => sum + (one[0] ?? 0), 0) / corners.length, corners.reduce((sum, one) => sum + (one[1] ?? 0), 0) / corners.length];
}

export async function readHeat(area: string): Promise<void> {
  if (!may("analytics:read")) return;
  try {
    // The last four weeks, as what will happen is most like what has just happened.
    const day = (back: number): string => new Date(now() - back * 86_400_000).toISOString().slice(0, 10);
    const told = await ask<GeoJSON.FeatureCollection>(`/analytics/v1/heatmap?area=${area}&from=${day(28)}&to=${day(0)}`);
    const counted = told.features.map((one) => ({ at: middle(one.geometry), count: Number(one.properties?.["count"] ?? 0) }));
    const most = Math.max(...counted.map((one) => one.count), 1e-9);
    heatCells.value = {
      type: "FeatureCollection",
      features: counted.flatMap((one) => (one.at === null || one.count <= 0 ? [] : [{ type: "Feature" as const, geometry: { type: "Point" as const, coordinates: one.at }, properties: { weight: one.count / most, count: one.count } }])),
    };
  } catch {
    // Analytics has none (yet): no control is drawn.
  }
}
