// What the page knows of its area: ground, categories, results, sources. `lookups.ts` asks for it.
import { signal } from "@preact/signals";
import type { Named } from "./types.ts";

export interface Ground {
  area: string;
  bounds: [number, number, number, number];
  roads: GeoJSON.FeatureCollection;
  cells: GeoJSON.FeatureCollection;
  zones: GeoJSON.FeatureCollection;
  stations: GeoJSON.FeatureCollection;
  standby: GeoJSON.FeatureCollection;
  /** English names of places by their Chinese ones. */
  place_names: Record<string, string>;
  /** Neighbours that lend units here. */
  lenders: ({ id: string } & Named)[];
  unit_initials: Record<string, string>;
  category_initials: Record<string, string>;
}
export interface CategoryRow extends Named {
  code: string; aliases: string[]; priority: number; parent: string | null; dispute_kind: string | null; initials?: string;
}
export interface ResultRow extends Named { code: string; solves: boolean }
export interface SourceRow extends Named { source: string }

export const ground = signal<Ground | null>(null);
export const categories = signal<CategoryRow[]>([]);
export const categorySet = signal("");
/** null: not known yet; empty: the area keeps no list. */
export const results = signal<ResultRow[] | null>(null);
/** What tags are called. */
export const tags = signal<Record<string, Named>>({});
/** What the final form of a category needs, by prefixes of its code. */
export const forms = signal<{ categories: string[]; due: boolean; require: string[] }[]>([]);
/** What disputes are called, by code and by alias. */
export const kinds = signal<Record<string, Named>>({});
export const sources = signal<SourceRow[]>([]);
