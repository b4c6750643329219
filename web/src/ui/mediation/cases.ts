// The cases of the area, what is due, and the case that is open; asked anew when the stream tells of one.
import { signal } from "@preact/signals";
import { ask, askWhole, Refusal } from "../../http.ts";
import { now } from "../../state/clock.ts";
import type { Grade, Named } from "../../state/types.ts";
import { area, caseId } from "../../state/view.ts";
import type { DueVisit } from "../Strip.tsx";

export interface Brief {
  id: string; kind: string; stage: string; grade?: Grade; tier?: number; number?: string; grid_cell?: string; opened_at: string; next_visit_due_at?: string; outcome?: string; revision: number; area: string;
}
export interface Party { id: string; role: string; kind: string; name: string; phone?: string; minor: boolean }
export interface Whole extends Brief {
  category?: { name_zh: string; name_en: string }; location?: { name?: string; grid_cell?: string }; mediators: string[]; venue?: string; round: number;
  sessions: { number: number; outcome: string; held_at: string; words?: { paper_id: string } }[];
  agreement?: { at: string; oral: boolean; deadline: string; words: { paper_id: string }; duties: { number: number; deadline: string; performed?: boolean; party?: string }[]; signatures: { party: string; signed_at: string }[] };
  visits: { visit: string; due_at: string; visited_at?: string; calm?: boolean }[]; parties?: Party[]; history: { n: number; at: string; type: string; by?: { client: string } }[]; allowed: string[];
}
export interface Words { facts?: string; duties?: string[]; manner?: string; place?: string }

const MOST = 1000;
export const cases = signal<Brief[] | null>(null);
export const visits = signal<DueVisit[]>([]);
export const failed = signal(false);
export const opened = signal<{ whole: Whole; etag: string; parties: Party[]; masked: boolean } | null>(null);
/** The case that is asked for and is not there, or not for this person. */
export const absent = signal<string | null>(null);
const AGAIN_MS = 5000;
export const agreementWords = signal<Words | null>(null);

export interface Person extends Named { id: string; open_cases?: number; most?: number }
/** Who mediates in the area, and where. */
export const people = signal<Person[]>([]);
export const venues = signal<Person[]>([]);
/** Whom the rules would choose for the open case. */
export const suggested = signal<{ case_id: string; team: string[]; venue: string | null } | null>(null);

export async function readPeople(): Promise<void> {
  const told = await ask<{ items: Person[]; venues: Person[] }>(`/mediation/v1/mediators?area=${area.value}`).catch(() => null);
  if (told === null) return;
  people.value = told.items;
  venues.value = told.venues;
}

async function readSuggestion(id: string): Promise<void> {
  const told = await ask<{ case_id: string; team: { id: string }[]; venues: { id: string }[] }>(`/mediation/v1/cases/${id}/assignment`).catch(() => null);
  if (told !== null) suggested.value = { case_id: id, team: told.team.map((one) => one.id), venue: told.venues[0]?.id ?? null };
}

const RANK: Record<string, number> = { red: 0, orange: 1, yellow: 2 };

/** Overdue first, then red, orange, yellow, then by the next date. */
export function sorted(all: Brief[], at: number): Brief[] {
  const late = (one: Brief): number => (one.next_visit_due_at !== undefined && Date.parse(one.next_visit_due_at) < at ? 0 : 1);
  return [...all].sort((one, other) => late(one) - late(other) || (RANK[one.grade ?? ""] ?? 3) - (RANK[other.grade ?? ""] ?? 3)
    || Date.parse(one.next_visit_due_at ?? one.opened_at) - Date.parse(other.next_visit_due_at ?? other.opened_at));
}

export async function readCases(): Promise<void> {
  try {
    const found: Brief[] = [];
    for (let cursor: string | null = null; ;) {
      const told: { items: Brief[]; next?: string } = await ask(`/mediation/v1/cases?area=${area.value}&limit=200${cursor === null ? "" : `&cursor=${encodeURIComponent(cursor)}`}`);
      found.push(...told.items);
      cursor = told.next ?? null;
      if (cursor === null || found.length >= MOST) break;
    }
    cases.value = found;
    const week = new Date(now() + 7 * 86_400_000).toISOString();
    visits.value = (await ask<{ items: DueVisit[] }>(`/mediation/v1/due?area=${area.value}&before=${encodeURIComponent(week)}&limit=200`)).items;
    failed.value = false;
  } catch {
    failed.value = true;
  }
}

export async function readCase(id: string, unmasked: boolean): Promise<void> {
  absent.value = null;
  try {
    const told = await askWhole<Whole>(`/mediation/v1/cases/${id}`);
    let parties = told.body.parties ?? [];
    let masked = true;
    if (unmasked) {
      const named = await ask<{ items: Party[]; masked: boolean }>(`/mediation/v1/cases/${id}/parties`);
      parties = named.items;
      masked = named.masked;
    }
    const before = opened.value?.whole.id;
    opened.value = { whole: told.body, etag: told.etag ?? "", parties, masked };
    if (before !== id) agreementWords.value = null;
    if (told.body.allowed.includes("refer") && suggested.value?.case_id !== id) void readSuggestion(id);
    const paper = told.body.agreement?.words.paper_id;
    if (unmasked && paper !== undefined && agreementWords.value === null) {
      agreementWords.value = (await ask<{ words: Words }>(`/mediation/v1/cases/${id}/papers/${paper.split("/").pop()}`)).words;
    }
    failed.value = false;
  } catch (error) {
    if (error instanceof Refusal && [403, 404, 422].includes(error.status)) {
      absent.value = id;
      return;
    }
    failed.value = true;
    setTimeout(() => { if (caseId.value === id && opened.value === null) void readCase(id, unmasked); }, AGAIN_MS);
  }
}
