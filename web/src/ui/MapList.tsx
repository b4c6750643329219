// What the map shows beside units and incidents, as a list: stations, standby points, zones, cells, the busiest places.
import { named } from "../session.ts";
import { heatCells } from "../state/heat.ts";
import type { Ground } from "../state/lookups.ts";
import { heat } from "../state/view.ts";
import { words } from "../words/index.ts";

interface Row { name: string; at: [number, number]; more?: string }
const MOST = 10;

function ring(geometry: GeoJSON.Geometry): [number, number][] {
  const outline = geometry.type === "Polygon" ? geometry.coordinates[0] : geometry.type === "MultiPolygon" ? geometry.coordinates[0]?.[0] : geometry.type === "LineString" ? geometry.coordinates : undefined;
  return (outline ?? []) as [number, number][];
}

function middle(geometry: GeoJSON.Geometry): [number, number] {
  if (geometry.type === "Point") return geometry.coordinates as [number, number];
  const all = ring(geometry);
  return [all.reduce((sum, one) => sum + one[0], 0) / Math.max(all.length, 1), all.reduce((sum, one) => sum + one[1], 0) / Math.max(all.length, 1)];
}

/** Whether a point lies in an outline: how often a ray from it to the east crosses the outline. */
function within([x, y]: [number, number], outline: [number, number][]): boolean {
  let inside = false;
  outline.forEach(([bx, by], n) => {
    const [ax, ay] = outline[(n || outline.length) - 1] ?? [bx, by];
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside;
  });
  return inside;
}

const rows = (all: GeoJSON.FeatureCollection): Row[] => all.features.map((one) => ({ name: named({ name_zh: String(one.properties?.["name_zh"] ?? one.properties?.["name"] ?? ""), name_en: String(one.properties?.["name_en"] ?? one.properties?.["name"] ?? "") }), at: middle(one.geometry) }));

export function MapList({ told, go }: { told: Ground; go: (lon: number, lat: number) => void }) {
  const cell = (at: [number, number]): string => {
    const found = told.cells.features.find((one) => within(at, ring(one.geometry)));
    return found === undefined ? words.map : named({ name_zh: String(found.properties?.["name_zh"] ?? ""), name_en: String(found.properties?.["name_en"] ?? "") });
  };
  const busiest: Row[] = !heat.value ? [] : [...heatCells.value.features]
    .sort((one, other) => Number(other.properties?.["weight"]) - Number(one.properties?.["weight"])).slice(0, MOST)
    .map((one) => { const at = middle(one.geometry); return { name: cell(at), at, more: words.incidentsThere(Number(one.properties?.["count"] ?? 0)) }; });
  const groups: [string, Row[]][] = [[words.layers.busiest, busiest], [words.layers.stations, rows(told.stations)], [words.layers.zones, rows(told.zones)], [words.layers.cells, rows(told.cells)], [words.layers.standby, rows(told.standby).map((one) => ({ ...one, name: one.name || cell(one.at) }))]];
  return (
    <div class="map-list" role="region" tabIndex={0} aria-label={words.layers.list}>
      {groups.map(([title, all]) => all.length > 0 && <section key={title}><h3>{title} <span class="ink2">{all.length}</span></h3>
        <ul>{all.map((one, n) => <li key={n}><button type="button" class="link" onClick={() => go(...one.at)}>{one.name}</button>{one.more !== undefined && <small class="ink2"> {one.more}</small>}</li>)}</ul></section>)}
    </div>
  );
}
