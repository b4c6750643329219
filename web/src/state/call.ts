// The call that is being taken. Esc parks it. It names people: it is kept for this tab alone, through a reload and a sign-in
// of the same person, until it is accepted, thrown away or signed out of.
import { computed, effect, signal } from "@preact/signals";
import { named, session } from "../session.ts";
import { categories } from "./lookups.ts";

/** key: the call's own number, the same at every attempt. sent: what was sent under it and not answered
 *  yet, word for word; empty: nothing. pinned: a person has set the pin, and its coordinates count; else the place is where intake finds what was written. */
export interface Draft {
  pinned: boolean; place: string; what: string; code: string | null; where: string; lon: number | null; lat: number | null; sure: number | null;
  words: string; caller: string; phone: string; source: string; priority: number | null; weapon: boolean; key: string; sent: string;
}

const KEPT = "call";

interface Kept { by: string; taking: boolean; draft: Draft }

function kept(): Kept | null {
  try {
    const found = JSON.parse(sessionStorage.getItem(KEPT) ?? "null") as Kept | null;
    return found?.by === session.client ? found : null;
  } catch {
    return null;
  }
}

const before = kept();
export const taking = signal(before?.taking ?? false);
export const draft = signal<Draft>({ ...empty(), ...before?.draft });

/** Whether somebody has written anything. */
export const drafted = computed(() => {
  const { what, where, words, caller, phone, pinned } = draft.value;
  return pinned || [what, where, words, caller, phone].some((one) => one.trim() !== "");
});

function categoryOf(call: Draft): string {
  const found = categories.value.find((one) => one.code === call.code);
  return found === undefined ? call.what : named(found);
}

/** The draft in a few words. */
export const gist = (call: Draft): string => [categoryOf(call), call.where, call.words].filter((one) => one.trim() !== "").join(" · ").slice(0, 60);

effect(() => {
  if (drafted.value) sessionStorage.setItem(KEPT, JSON.stringify({ by: session.client, taking: taking.value, draft: draft.value } satisfies Kept));
  else sessionStorage.removeItem(KEPT);
});

function empty(): Draft {
  return {
    pinned: false, place: "", what: "", code: null, where: "", lon: null, lat: null, sure: null, words: "", caller: "", phone: "", source: "110", priority: null, weapon: false, key: "", sent: "",
  };
}

export const change = (part: Partial<Draft>): void => { draft.value = { ...draft.value, ...part }; };

/** said: `category place words` as the command line has it: a new draft in the place of what is there. */
export function beginCall(said = ""): void {
  const [what = "", where = "", ...more] = said.split(" ").filter((one) => one !== "");
  if (what !== "") draft.value = { ...empty(), what, where, words: more.join(" ") };
  taking.value = true;
}

const SURE = 0.8;
/** What intake is told of the place: what was written, and before it the hit that it was taken for where intake alone
 *  might not find it. */
export const addressOf = (call: Draft): string => {
  const where = call.where.trim();
  return call.place === "" || where.includes(call.place) || (call.sure ?? 0) >= SURE ? where : `${call.place} ${where}`;
};

export const park = (): void => { taking.value = false; };
/** Put back what `discard` has taken away. */
export const restore = (call: Draft): void => { draft.value = call; taking.value = true; };
export const discard = (): void => { draft.value = empty(); taking.value = false; };
