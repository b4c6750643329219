// The call that is being taken. It lives in memory only, and survives a look elsewhere: Esc parks it.
import { signal } from "@preact/signals";

/** pinned: a person has set the pin, and its coordinates count; else the place is where intake finds what was written. */
export interface Draft {
  pinned: boolean; place: string; what: string; code: string | null; where: string; lon: number | null; lat: number | null; sure: number | null;
  words: string; caller: string; phone: string; source: string; priority: number | null; weapon: boolean; key: string;
}

export const taking = signal(false);
export const draft = signal<Draft>(empty());

function empty(): Draft {
  return {
    pinned: false, place: "", what: "", code: null, where: "", lon: null, lat: null, sure: null, words: "", caller: "", phone: "", source: "110", priority: null, weapon: false, key: "",
  };
}

export const change = (part: Partial<Draft>): void => { draft.value = { ...draft.value, ...part }; };

/** said: `category place words` as the command line has it. */
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
export const discard = (): void => { draft.value = empty(); taking.value = false; };
