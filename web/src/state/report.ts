// What callers have said of an incident. Every look at it is written down, so it is asked for only when there may be more.
import { signal } from "@preact/signals";
import { ask } from "../http.ts";

const LONGEST_PAUSE_MS = 15_000;

export interface Report {
  masked: boolean; address: string | null; callers: { name?: string; phone?: string }[]; words: { text: string; at: string }[];
}

/** By incident. */
export const reports = signal<Readonly<Record<string, Report>>>({});
const wanted = new Map<string, string>();

/** mark: what the report depends on; it is read again when that is another one. What fails is asked for again until
 *  nobody wants it: a crew may be a moment ahead of what intake knows of its assignment. */
export async function readReport(incident: string, mark: string): Promise<void> {
  if (wanted.get(incident) === mark) return;
  wanted.set(incident, mark);
  for (let pause = 1000; wanted.get(incident) === mark; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
    const told = await ask<Report>(`/intake/v1/incidents/${incident}/report`).catch(() => null);
    if (told !== null) {
      if (wanted.get(incident) === mark) reports.value = { ...reports.value, [incident]: told };
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}

/** Let go of all others: they name people. */
export function keepReports(incidents: readonly string[]): void {
  for (const id of [...wanted.keys()]) if (!incidents.includes(id)) wanted.delete(id);
  const kept = Object.entries(reports.value).filter(([id]) => incidents.includes(id));
  if (kept.length < Object.keys(reports.value).length) reports.value = Object.fromEntries(kept);
}
