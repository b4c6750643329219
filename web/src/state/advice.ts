// What dispatch would do for the selected incident. Asking costs an entry of the journal, so it is asked once a
// selection, and again only when somebody wants it or the incident waits for other roles than before.
import { signal } from "@preact/signals";
import { ask, Refusal } from "../http.ts";

export interface Ranked {
  unit: string; unit_kind: string; travel_seconds?: number; position_age_seconds?: number; covers?: boolean; silent?: boolean; diverted_from?: string;
}
export interface RoleAdvice { role: string; missing: number; units: Ranked[]; ruled_out: Record<string, number> }
export interface Advice { incident: string; at: string; roles: RoleAdvice[]; problem?: { status: number; detail: string } }

export const advice = signal<Advice | null>(null);
let asked = "";

export async function adviceFor(incident: string): Promise<RoleAdvice[]> {
  const told = await ask<{ at: string; roles: RoleAdvice[] }>(`/dispatch/v1/incidents/${incident}/recommendation`);
  advice.value = { incident, at: told.at, roles: told.roles };
  return told.roles;
}

/** mark: what the advice depends on; asked anew when it is another one. */
export async function refreshAdvice(incident: string, mark: string): Promise<void> {
  const key = `${incident}/${mark}`;
  if (asked === key) return;
  asked = key;
  if (advice.value?.incident !== incident) advice.value = null;
  await new Promise((resolve) => setTimeout(resolve, 250)); // somebody who only passes by asks for nothing
  if (asked !== key) return;
  try {
    await adviceFor(incident);
  } catch (error) {
    if (asked === key) {
      const problem = error instanceof Refusal ? { status: error.status, detail: error.detail } : { status: 0, detail: "" };
      advice.value = { incident, at: "", roles: [], problem };
    }
  }
}

export const forgetAdvice = (): void => { asked = ""; };
