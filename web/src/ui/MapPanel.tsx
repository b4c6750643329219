// The map: the area's own roads, zones, posts, units that move, incidents. Nothing is fetched from elsewhere; labels are
// drawn with the machine's fonts. Everything on it is also in a list.
import { signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { GeoJSONSource, Map as MapLibre, NavigationControl, ScaleControl, setWorkerUrl, type StyleSpecification } from "maplibre-gl";
import "maplibre-gl/dist/maplibre-gl.css";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url";
import { session } from "../session.ts";
import { changed, positionOf } from "../state/board.ts";
import { now, second } from "../state/clock.ts";
import { change, draft, taking } from "../state/call.ts";
import { myUnits, open, unitWork } from "../state/derived.ts";
import { ground, type Ground } from "../state/lookups.ts";
import { heatCells } from "../state/heat.ts";
import { stacks, type Stack } from "../state/stacks.ts";
import type { Priority, Unit } from "../state/types.ts";
import { camera, heat, keep, screen, select, selected, theme } from "../state/view.ts";
import { words } from "../words/index.ts";
import { lookOf, type UnitLook } from "./Mark.tsx";
import { incidentImage, unitImage, type Palette } from "./marks.ts";
import { MapList } from "./MapList.tsx";
import { ageClass, positionAge } from "./Units.tsx";

setWorkerUrl(workerUrl);
const LOOKS: UnitLook[] = ["free", "limited", "assigned", "enroute", "onscene", "busy", "need", "off"];
/** Marks nearer to one another than this are one with a count. */
const STACKED_PX = 14;
const broken = signal(false);
const listed = signal(false);
const here = signal<{ title: string; items: string[] } | null>(null);

const colour = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
const palette = (): Palette => ({ red: colour("red"), orange: colour("orange"), blue: colour("blue"), teal: colour("teal"), grey: colour("grey"), ink: colour("ink"), panel: colour("panel"), onFill: colour("on-fill") });
const name = session.language === "zh" ? "name_zh" : "name_en";
const points = (features: GeoJSON.Feature[]): GeoJSON.FeatureCollection => ({ type: "FeatureCollection", features });
const point = (lon: number, lat: number, properties: Record<string, unknown>): GeoJSON.Feature => ({ type: "Feature", geometry: { type: "Point", coordinates: [lon, lat] }, properties });
/** The wall is read from five metres. */
const larger = (): number => (screen.value === "wall" ? 1.7 : 1);
const text = (field: string, size: number): Record<string, unknown> => ({ "text-field": ["get", field], "text-size": size * larger(), "text-font": ["sans-serif"] });

function style(told: Ground): StyleSpecification {
  const label = { "text-color": colour("ink2"), "text-halo-color": colour("map"), "text-halo-width": 1.4 };
  return {
    version: 8,
    sources: {
      roads: { type: "geojson", data: told.roads }, cells: { type: "geojson", data: told.cells }, zones: { type: "geojson", data: told.zones },
      stations: { type: "geojson", data: told.stations }, standby: { type: "geojson", data: told.standby }, heat: { type: "geojson", data: points([]) },
      incidents: { type: "geojson", data: points([]), cluster: false }, units: { type: "geojson", data: points([]), cluster: true, clusterRadius: 14, clusterMaxZoom: 17 }, helpers: { type: "geojson", data: points([]), cluster: true, clusterRadius: 26, clusterMaxZoom: 17 }, pin: { type: "geojson", data: points([]) },
    },
    layers: [
      { id: "ground", type: "background", paint: { "background-color": colour("map") } },
      { id: "heat", type: "heatmap", source: "heat", paint: { "heatmap-weight": ["get", "weight"], "heatmap-radius": ["interpolate", ["exponential", 2], ["zoom"], 11, 14, 16, 220], "heatmap-opacity": Number(colour("heat-opacity")) || 0.18, "heatmap-color": ["interpolate", ["linear"], ["heatmap-density"], 0, "rgba(0,0,0,0)", 0.2, colour("heat"), 1, colour("heat")] } },
      { id: "cells", type: "line", source: "cells", paint: { "line-color": colour("grey"), "line-opacity": 0.55, "line-width": 1, "line-dasharray": [2, 3] } },
      { id: "zones", type: "line", source: "zones", paint: { "line-color": colour("grey"), "line-width": 2.5, "line-opacity": 0.8 } },
      { id: "roads", type: "line", source: "roads", layout: { "line-cap": "round", "line-join": "round" }, paint: { "line-color": colour("road"), "line-width": ["interpolate", ["linear"], ["zoom"], 12, 0.8, 15, 4, 18, 14] } },
      { id: "road-names", type: "symbol", source: "roads", minzoom: 13.5, layout: { ...text("name", 11), "symbol-placement": "line", "symbol-spacing": 420 }, paint: label },
      { id: "cell-names", type: "symbol", source: "cells", maxzoom: 15, layout: { ...text(name, 12 / Math.min(larger(), 1.4)), "text-padding": 8 }, paint: { ...label, "text-opacity": 0.9 } },
      { id: "standby", type: "symbol", source: "standby", minzoom: 13, layout: { "text-field": "+", "text-size": 14, "text-font": ["sans-serif"], "text-allow-overlap": true }, paint: { "text-color": colour("teal") } },
      { id: "stations", type: "symbol", source: "stations", layout: { ...text(name, 12), "text-offset": [0, 1], "text-anchor": "top" }, paint: { "text-color": colour("ink"), "text-halo-color": colour("map"), "text-halo-width": 1.6 } },
      { id: "station-marks", type: "circle", source: "stations", paint: { "circle-radius": 4, "circle-color": colour("ink"), "circle-stroke-color": colour("panel"), "circle-stroke-width": 2 } },
      { id: "helpers", type: "symbol", source: "helpers", filter: ["!", ["has", "point_count"]], layout: { "icon-image": ["get", "image"], "icon-size": 0.62 * larger(), "icon-allow-overlap": true, "icon-ignore-placement": true }, paint: {} },
      { id: "helper-names", type: "symbol", source: "helpers", minzoom: 15, filter: ["!", ["has", "point_count"]], layout: { ...text("sign", 10), "text-anchor": "left", "text-offset": [0.9, 0] }, paint: label },
      { id: "helper-clusters", type: "circle", source: "helpers", filter: ["has", "point_count"], paint: { "circle-radius": 8 * larger(), "circle-color": colour("panel"), "circle-stroke-color": colour("teal"), "circle-stroke-width": 1.5 } },
      { id: "helper-counts", type: "symbol", source: "helpers", filter: ["has", "point_count"], layout: { "text-field": ["get", "point_count_abbreviated"], "text-size": 10 * larger(), "text-font": ["sans-serif"], "text-allow-overlap": true, "text-ignore-placement": true }, paint: { "text-color": colour("ink") } },
      { id: "units", type: "symbol", source: "units", filter: ["!", ["has", "point_count"]], layout: { "icon-image": ["get", "image"], "icon-size": larger(), "icon-allow-overlap": true, "icon-ignore-placement": true, ...text("sign", 11), "text-anchor": "left", "text-offset": [1.1, 0], "text-optional": true }, paint: { "text-color": colour("ink"), "text-halo-color": colour("panel"), "text-halo-width": 1.6 } },
      { id: "unit-clusters", type: "circle", source: "units", filter: ["has", "point_count"], paint: { "circle-radius": 12 * larger(), "circle-color": colour("panel"), "circle-stroke-color": colour("teal"), "circle-stroke-width": 2.5 } },
      { id: "unit-counts", type: "symbol", source: "units", filter: ["has", "point_count"], layout: { "text-field": ["get", "point_count_abbreviated"], "text-size": 12 * larger(), "text-font": ["sans-serif"], "text-allow-overlap": true }, paint: { "text-color": colour("ink") } },
      { id: "chosen", type: "circle", source: "incidents", filter: ["==", ["get", "chosen"], true], paint: { "circle-radius": 19 * larger(), "circle-color": "rgba(0,0,0,0)", "circle-stroke-color": colour("ink"), "circle-stroke-width": 3 } },
      // What is above is placed first: no number may lie on another's mark, and the gravest has its number before the rest.
      { id: "incident-numbers", type: "symbol", source: "incidents", layout: { "symbol-sort-key": ["get", "priority"], ...text("number", 12), "text-variable-anchor": ["bottom", "top", "right"], "text-radial-offset": 1.4 }, paint: { "text-color": colour("ink"), "text-halo-color": colour("panel"), "text-halo-width": 2 } },
      { id: "incidents", type: "symbol", source: "incidents", layout: { "icon-image": ["concat", "p", ["to-string", ["get", "priority"]]], "icon-size": larger(), "icon-allow-overlap": true, "icon-padding": 0, "symbol-sort-key": ["-", 5, ["get", "priority"]] }, paint: {} },
      { id: "incident-counts", type: "symbol", source: "incidents", filter: [">", ["get", "more"], 0], layout: { "text-field": ["concat", "+", ["to-string", ["get", "more"]]], "text-size": 12 * larger(), "text-font": ["sans-serif"], "text-anchor": "left", "text-offset": [1, 0], "text-allow-overlap": true }, paint: { "text-color": colour("ink"), "text-halo-color": colour("panel"), "text-halo-width": 2.5 } },
      { id: "pin", type: "circle", source: "pin", paint: { "circle-radius": 9, "circle-color": "rgba(0,0,0,0)", "circle-stroke-color": colour("red"), "circle-stroke-width": 4 } },
    ],
  };
}

function images(map: MapLibre): void {
  const colours = palette();
  const put = (id: string, image: ImageData): void => { if (map.hasImage(id)) map.removeImage(id); map.addImage(id, image, { pixelRatio: 2 }); };
  for (const priority of [1, 2, 3, 4] as Priority[]) put(`p${priority}`, incidentImage(priority, colours));
  for (const look of LOOKS) for (const stale of ["", "stale", "lost"] as const) put(`${look}${stale}`, unitImage(look, stale, colours));
}

const stacked = (map: MapLibre): Stack[] => stacks(open.value, map.getZoom(), STACKED_PX * larger());

function draw(map: MapLibre): void {
  const set = (id: string, data: GeoJSON.FeatureCollection): void => { (map.getSource(id) as GeoJSONSource | undefined)?.setData(data); };
  const at = now();
  set("incidents", points(stacked(map).map(({ first, all }) => point(first.location.lon, first.location.lat, { numbers: all.map((one) => one.number).join(), number: first.number, more: all.length - 1, priority: first.priority, chosen: all.some((one) => one.number === selected.value) }))));
  const onDuty = myUnits.value.filter((one) => one.status !== "off_duty");
  const drawn = (one: Unit): GeoJSON.Feature => {
    const place = positionOf(one.area, one.unit);
    const look = lookOf(one, unitWork.value.get(one.unit)?.status);
    return point(place?.lon ?? one.home[0], place?.lat ?? one.home[1], { sign: one.call_sign, image: `${look}${ageClass(positionAge(one, at))}` });
  };
  set("units", points(onDuty.filter((one) => one.police).map(drawn)));
  set("helpers", points(onDuty.filter((one) => !one.police).map(drawn)));
  set("heat", heat.value ? heatCells.value : points([]));
  const call = draft.value;
  set("pin", points(taking.value && call.lon !== null && call.lat !== null ? [point(call.lon, call.lat, {})] : []));
}

function begin(container: HTMLElement, told: Ground): MapLibre | null {
  const [lon, lat, zoom] = (camera.value ?? "").split(",").map(Number);
  try {
    const map = new MapLibre({
      container, style: style(told), bounds: told.bounds, fitBoundsOptions: { padding: 12 }, attributionControl: false, dragRotate: false, pitchWithRotate: false, touchPitch: false, fadeDuration: 0,
      localIdeographFontFamily: "system-ui, 'Noto Sans CJK SC', 'Microsoft YaHei', sans-serif",
      ...(lon !== undefined && lat !== undefined && zoom !== undefined && Number.isFinite(zoom) ? { center: [lon, lat] as [number, number], zoom } : {}),
      locale: { "Map.Title": words.map, "NavigationControl.ZoomIn": words.layers.closer, "NavigationControl.ZoomOut": words.layers.wider },
    });
    map.touchZoomRotate.disableRotation();
    map.addControl(new NavigationControl({ showCompass: false }), "top-right");
    map.addControl(new ScaleControl({ unit: "metric" }), "bottom-right");
    map.on("load", () => { images(map); draw(map); });
    map.on("zoomend", () => { if (map.hasImage("p1")) draw(map); });
    map.on("moveend", (event) => {
      if (event.originalEvent === undefined) return;
      const centre = map.getCenter();
      camera.value = `${centre.lng.toFixed(5)},${centre.lat.toFixed(5)},${map.getZoom().toFixed(2)}`;
      keep();
    });
    map.on("click", (event) => {
      if (taking.value) { change({ lon: Number(event.lngLat.lng.toFixed(6)), lat: Number(event.lngLat.lat.toFixed(6)), sure: 1, pinned: true }); return; }
      const around: [[number, number], [number, number]] = [[event.point.x - 8, event.point.y - 8], [event.point.x + 8, event.point.y + 8]];
      const found = map.queryRenderedFeatures(around, { layers: ["incidents"] }).flatMap((one) => String(one.properties["numbers"]).split(","));
      const signs = map.queryRenderedFeatures(around, { layers: ["units", "helpers"] }).map((one) => String(one.properties["sign"]));
      const cluster = map.queryRenderedFeatures(around, { layers: ["unit-clusters", "helper-clusters"] })[0];
      if (found.length === 1) select(found[0] ?? null);
      if (cluster !== undefined) void members(map, String(cluster.source), Number(cluster.properties["cluster_id"]), found);
      else if (found.length + signs.length > 1) here.value = { title: words.cluster(found.length + signs.length), items: [...found, ...signs] };
      else here.value = null;
    });
    return map;
  } catch {
    broken.value = true; // no WebGL: the lists go on
    return null;
  }
}

/** Enter on the map lists what lies where the selected incident does. */
function listChosen(map: MapLibre | null): void {
  const stack = map === null ? undefined : stacked(map).find(({ all }) => all.some((one) => one.number === selected.value));
  if (stack !== undefined && stack.all.length > 1) here.value = { title: words.cluster(stack.all.length), items: stack.all.map((one) => one.number) };
}

async function members(map: MapLibre, source: string, cluster: number, incidentsHere: string[]): Promise<void> {
  const leaves = await (map.getSource(source) as GeoJSONSource).getClusterLeaves(cluster, 30, 0);
  const signs = leaves.map((one) => String(one.properties?.["sign"] ?? ""));
  here.value = { title: words.cluster(signs.length + incidentsHere.length), items: [...incidentsHere, ...signs] };
}

export function MapPanel() {
  const container = useRef<HTMLDivElement>(null);
  const map = useRef<MapLibre | null>(null);
  const told = ground.value;
  useEffect(() => {
    if (told === null || container.current === null) return;
    map.current = begin(container.current, told);
    const resized = new ResizeObserver(() => {
      map.current?.resize();
      // Where nobody has moved it, the map shows the whole area in whatever room it has.
      if (camera.value === null) map.current?.fitBounds(told.bounds, { padding: 12, duration: 0 });
    });
    resized.observe(container.current);
    return () => { resized.disconnect(); map.current?.remove(); map.current = null; };
  }, [told, theme.value]);
  useEffect(() => { if (map.current?.loaded() === true || map.current?.isStyleLoaded() === true) draw(map.current); }, [changed.value, second.value, selected.value, heat.value, heatCells.value, draft.value, taking.value]);
  return (
    <section class="panel map" aria-label={words.map}>
      {broken.value ? <p class="empty">{words.mapFailed}</p> : <div ref={container} class="map-canvas" onKeyDown={(event) => { if (event.key === "Enter") listChosen(map.current); }} />}
      <div class="map-tools">
        {heatCells.value.features.length > 0 && <button type="button" data-key="h" aria-pressed={heat.value} onClick={() => { heat.value = !heat.value; keep(); }}>{words.layers.heat} <kbd>h</kbd></button>}
        <button type="button" data-key="0" onClick={() => { camera.value = null; keep(); if (told !== null) map.current?.fitBounds(told.bounds, { padding: 12, duration: 0 }); }}>{words.layers.home} <kbd>0</kbd></button>
        <button type="button" data-key="l" aria-expanded={listed.value} onClick={() => { listed.value = !listed.value; }}>{words.layers.list} <kbd>l</kbd></button>
      </div>
      {listed.value && told !== null && <MapList told={told} go={(lon, lat) => map.current?.easeTo({ center: [lon, lat], zoom: Math.max(map.current.getZoom(), 15), duration: 0 })} />}
      {here.value !== null && <div class="here"><b>{here.value.title}</b> {here.value.items.map((one) => (/^\d+$/.test(one) ? <button type="button" class="link" onClick={() => { select(one); here.value = null; }}>{one}</button> : <span>{one}</span>))} <button type="button" class="quiet" onClick={() => { here.value = null; }}>{words.close}</button></div>}
    </section>
  );
}
