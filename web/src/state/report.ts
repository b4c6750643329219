// What callers have said of an incident. Every look at it is written down, so it is asked for once.
import { signal } from "@preact/signals";
import { ask } from "../http.ts";

export interface Report {
  masked: boolean; address: string | null; callers: { name?: string; phone?: string }[]; words: { text: string; at: string }[];
}

/** By incident. */
export const reports = signal<Readonly<Record<string, Report>>>({});

export async function readReport(incident: string): Promise<void> {
  const told = await ask<Report>(`/intake/v1/incidents/${incident}/report`).catch(() => null);
  if (told !== null) reports.value = { ...reports.value, [incident]: told };
}
