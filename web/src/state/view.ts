// What is looked at. All of it stands in the address, so that a view can be sent, kept, and reloaded.
import { signal, untracked, type Signal } from "@preact/signals";
import { may, session } from "../session.ts";
import "./over.ts";

export type Screen = "desk" | "mediation" | "analytics" | "wall" | "crew";
export type Theme = "auto" | "light" | "dark";

const screens: Screen[] = ["desk", "mediation", "analytics", "wall", "crew"];
const asked = new URLSearchParams(location.search);

/** The screens that the caller's rights have something to show on. */
export const allowed = screens.filter((one) => ({
  desk: may("stream:read"), wall: may("stream:read"), mediation: may("cases:read"), analytics: may("analytics:read"),
  crew: session.unit !== null && may("assignments:command"),
})[one]);
const first: Screen = session.unit !== null && allowed.includes("crew") && !may("stream:read") ? "crew" : (allowed[0] ?? "desk");

const wanted = asked.get("view") as Screen | null;
export const screen = signal<Screen>(wanted !== null && allowed.includes(wanted) ? wanted : first);
export const area = signal(session.areas.find((one) => one.id === asked.get("area"))?.id ?? session.areas[0]?.id ?? "");
/** The selected incident's number, also while the board has not told of it yet. */
export const selected = signal<string | null>(asked.get("sel"));
export const caseId = signal<string | null>(asked.get("case"));
export const theme = signal<Theme>((asked.get("theme") as Theme | null) ?? "auto");
export const filter = signal(asked.get("find") ?? "");
export const camera = signal<string | null>(asked.get("at"));
export const heat = signal(asked.get("heat") === "1");

interface Part { of: Screen; value: Signal<string>; usual: string }
const parts = new Map<string, Part>();

/** A piece of a screen's own state, in the address while that screen is shown and it is not as usual. */
export function part(of: Screen, name: string, usual: string): Signal<string> {
  const value = signal(asked.get("view") === of ? (asked.get(name) ?? usual) : usual);
  parts.set(name, { of, value, usual });
  value.subscribe(() => untracked(() => keep()));
  return value;
}

export function address(change: Record<string, string | null> = {}): string {
  const state: Record<string, string | null> = {
    lang: session.language, view: screen.value, area: session.areas.length > 1 ? area.value : null,
    sel: screen.value === "desk" ? selected.value : null, case: screen.value === "mediation" ? caseId.value : null,
    theme: theme.value === "auto" ? null : theme.value, find: filter.value || null, at: camera.value,
    heat: heat.value ? "1" : null, ...Object.fromEntries([...parts].map(([name, one]) => [name, one.of === screen.value && one.value.value !== one.usual ? one.value.value : null])), ...change,
  };
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(state)) if (value !== null) query.set(name, value);
  return `/?${query}`;
}

/** Write the state into the address; push: the browser's back button leads to what was before. */
export function keep(push = false): void {
  const url = address();
  if (url === `${location.pathname}${location.search}`) return;
  history[push ? "pushState" : "replaceState"](null, "", url);
}

export function show(next: Screen): void {
  if (!allowed.includes(next) || screen.value === next) return;
  screen.value = next;
  keep(true);
}

export function select(number: string | null): void {
  if (selected.value === number) return;
  selected.value = number;
  keep(true);
}

export function openCase(id: string | null): void {
  caseId.value = id;
  if (screen.value !== "mediation") screen.value = "mediation";
  keep(true);
}

addEventListener("popstate", () => {
  const state = new URLSearchParams(location.search);
  const next = state.get("view") as Screen | null;
  if (next !== null && allowed.includes(next)) screen.value = next;
  selected.value = state.get("sel");
  caseId.value = state.get("case");
  for (const [name, one] of parts) if (one.of === screen.value) one.value.value = state.get(name) ?? one.usual;
});
