// What is asked for once an area. Kept until the page is loaded anew.
import { ask } from "../http.ts";
import { may } from "../session.ts";
import { categories, categorySet, forms, ground, kinds, results, sources, tags, type CategoryRow, type Ground, type ResultRow, type SourceRow } from "./known.ts";
import type { Named } from "./types.ts";

export * from "./known.ts";

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
