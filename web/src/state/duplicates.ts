// Which open incidents the call being taken may be about: intake says it, as it would when the call is accepted. Asked
// when the hands have paused, and again when something new is open.
import { signal } from "@preact/signals";
import { ask } from "../http.ts";
import { addressOf, type Draft } from "./call.ts";
import { area } from "./view.ts";

const PAUSE_MS = 400;

export interface Candidate { incident_id: string; score: number }
/** null: not asked yet, as it is not known what and where. */
export const candidates = signal<Candidate[] | null>(null);

let wanted = "";
let timer: ReturnType<typeof setTimeout> | undefined;

/** code: the category, or the one that the words are likeliest to mean. fresh: asked anew when it is another one. */
export function lookForSame(call: Draft, code: string | null, fresh: string): void {
  const where = call.pinned && call.lon !== null && call.lat !== null ? { lon: String(call.lon), lat: String(call.lat) } : call.where.trim() === "" ? null : { address: addressOf(call) };
  const query = code === null || where === null ? "" : String(new URLSearchParams({ area: area.value, category: code, ...where }));
  const key = `${query} ${fresh}`;
  if (key === wanted) return;
  wanted = key;
  clearTimeout(timer);
  if (query === "") {
    candidates.value = null;
    return;
  }
  timer = setTimeout(async () => {
    const told = await ask<{ items: Candidate[] }>(`/intake/v1/duplicates?${query}`).catch(() => null);
    if (key === wanted && told !== null) candidates.value = told.items;
  }, PAUSE_MS);
}
