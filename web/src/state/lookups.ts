// What is asked for once an area: its ground, categories, results, sources. Kept until the page is loaded anew.
import { signal } from "@preact/signals";
import { ask } from "../http.ts";
import { may } from "../session.ts";
import type { Named } from "./types.ts";

export interface Ground {
  area: string;
  bounds: [number, number, number, number];
  roads: GeoJSON.FeatureCollection;
  cells: GeoJSON.FeatureCollection;
  zones: GeoJSON.FeatureCollection;
  stations: GeoJSON.FeatureCollection;
  standby: GeoJSON.FeatureCollection;
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

async function once<T>(path: string, right: string, then: (told: T) => void): Promise<void> {
  if (!may(right)) return;
  for (let pause = 1000; ; pause = Math.min(pause * 2, 15_000)) {
    try {
      then(await ask<T>(path));
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, pause)); // a service that starts is asked again
    }
  }
}

export function look(area: string): void {
  void once<Ground>(`/v1/areas/${area}/ground`, "dispatch:read", (told) => { ground.value = told; });
  void once<Record<string, Named>>(`/v1/areas/${area}/kinds`, "cases:read", (told) => { kinds.value = told; });
  void once<{ items: CategoryRow[]; version: string; tags: ({ tag: string } & Named)[] }>(`/intake/v1/categories?area=${area}`, "places:read", (told) => {
    categories.value = told.items;
    categorySet.value = told.version;
    tags.value = Object.fromEntries(told.tags.map((one) => [one.tag, one]));
  });
  void once<{ items: SourceRow[] }>(`/intake/v1/sources?area=${area}`, "places:read", (told) => { sources.value = told.items; });
  void once<{ results: ResultRow[]; forms: { categories: string[]; due: boolean; require: string[] }[] }>(`/dispatch/v1/areas/${area}/handling`, "dispatch:read", (told) => {
    results.value = told.results;
    forms.value = told.forms;
  });
}
