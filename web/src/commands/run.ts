// Does what was said, and answers in words where the person is looking.
import { command, Refusal, tell, Unconfirmed } from "../http.ts";
import { may, named, session } from "../session.ts";
import { incidents, unitAt } from "../state/board.ts";
import { now } from "../state/clock.ts";
import { categories, ground, results } from "../state/lookups.ts";
import { formFor } from "../state/form.ts";
import { advice, adviceFor } from "../state/advice.ts";
import { onIt, type Assignment, type Incident } from "../state/types.ts";
import { area, openCase, select } from "../state/view.ts";
import { words } from "../words/index.ts";
import { refusalOf } from "../words/refusals.ts";
import { canUndo, say, takeUndo } from "./answer.ts";
import { duration, type Said } from "./parse.ts";
import { beginCall, draft, drafted, gist } from "../state/call.ts";

/** A sentence for the person; nothing was sent. */
class Cannot extends Error {}

const commas = (all: string[]): string => all.join(session.language === "zh" ? "、" : ", ");

/** The assignment that a unit is on: of that incident when one is named, else the only or latest one. */
function assignmentOf(unit: string, incident?: string): { incident: Incident; assignment: Assignment } {
  const found: { incident: Incident; assignment: Assignment }[] = [];
  for (const one of incidents.values()) {
    if (one.area !== area.value || (incident !== undefined && one.incident_id !== incident)) continue;
    for (const each of onIt(one)) if (each.unit === unit) found.push({ incident: one, assignment: each });
  }
  found.sort((one, other) => Date.parse(other.assignment.assigned_at) - Date.parse(one.assignment.assigned_at));
  const first = found[0];
  if (first === undefined) throw new Cannot(words.bad.unitFree(unit));
  return first;
}

function freeOrSay(unit: string): void {
  const state = unitAt(area.value, unit);
  if (state?.status === "off_duty") throw new Cannot(words.bad.unitOff(unit));
  const held = state?.assignments?.[0];
  if (state?.status === "not_available" && held !== undefined) {
    const on = [...incidents.values()].find((one) => (one.assignments ?? []).some((each) => each.id === held));
    throw new Cannot(words.bad.unitOn(unit, on?.number ?? "?"));
  }
}

/** Whom the advice would send to the incident: the first of each role that waits. */
export async function advisedUnits(incident: string): Promise<string[]> {
  const found = advice.value?.incident === incident ? advice.value.roles : await adviceFor(incident);
  const chosen: string[] = [];
  for (const role of found) {
    chosen.push(...role.units.filter((one) => !chosen.includes(one.unit) && one.travel_seconds !== undefined).slice(0, Math.max(role.missing, chosen.length === 0 ? 1 : 0)).map((one) => one.unit));
  }
  return chosen;
}

/** What a command that is shown first would do; null for those that are done at once. */
export async function preview(said: Said): Promise<string | null> {
  if (said.verb.id === "call") return said.words !== "" && drafted.value ? words.previewCall(gist(draft.value)) : null;
  if (said.verb.preview === undefined) return null;
  const [first, second] = said.incidents;
  if (said.verb.id === "cancel") return words.previewCancel(first?.number ?? "");
  if (said.verb.id === "merge") return words.previewMerge(first?.number ?? "", second?.number ?? "");
  if (said.units.length > 0 || first === undefined) return null;
  const advised = await advisedUnits(first.id);
  if (advised.length === 0) throw new Cannot(words.bad.adviceNone(first.number));
  said.units = advised.map((unit) => ({ unit, call_sign: unit, name_zh: "", name_en: "", initials: "" }));
  return words.previewAssign(commas(advised), first.number);
}

async function order(path: string, body: unknown, text: string, method: "POST" | "PUT" = "POST"): Promise<string> {
  if ((await command(path, body, method)) === null) throw new Cannot(words.bad.silent);
  return text;
}

const REASON = { zh: "调度员指令", en: "ordered by the dispatcher" }[session.language];

async function perform(said: Said): Promise<string> {
  const { verb, reason } = said;
  const units = said.units.map((one) => one.unit);
  const [unit = ""] = units;
  const [first, second] = said.incidents;
  const id = first?.id ?? "";
  const number = first?.number ?? "";
  const why = reason || REASON;
  const done = words.done;
  switch (verb.id) {
    case "assign":
      for (const one of units) freeOrSay(one);
      return order(`/incidents/${id}/assign`, { units, reason: why }, done["assign"](commas(units), number));
    case "reassign": return order(`/incidents/${id}/reassign`, { units, reason }, done["reassign"](commas(units), number));
    case "acknowledge": case "en-route": case "on-scene":
      return order(`/assignments/${assignmentOf(unit).assignment.id}/${verb.id}`, {}, done[verb.id](unit));
    case "decline": return order(`/assignments/${assignmentOf(unit).assignment.id}/decline`, { reason }, done["decline"](unit));
    case "withdraw": {
      const on = assignmentOf(unit);
      return order(`/assignments/${on.assignment.id}/cancel`, { reason }, done["withdraw"](unit, on.incident.number));
    }
    case "clear": {
      const on = assignmentOf(unit);
      return order(`/assignments/${on.assignment.id}/clear`, { disposition: resultOf(said.words) }, done["clear"](unit, on.incident.number));
    }
    case "hold": {
      const [length = "", ...more] = said.words.split(" ");
      const seconds = duration(length);
      if (seconds === null) throw new Cannot(words.bad.duration);
      const until = new Date(now() + seconds * 1000).toISOString();
      const text = await order(`/incidents/${id}/hold`, { reason: [reason, ...more].join(" "), until }, done["hold"](number));
      canUndo(text, async () => { await command(`/incidents/${id}/release`, {}); });
      return text;
    }
    case "release": return order(`/incidents/${id}/release`, {}, done["release"](number));
    case "merge": {
      const text = await order(`/incidents/${second?.id}/merge`, { into: id, reason: why }, done["merge"](number, second?.number));
      canUndo(text, async () => { await command(`/incidents/${second?.id}/unmerge`, { reason: "u" }); });
      return `${text}；${words.undo}`;
    }
    case "unmerge": return order(`/incidents/${id}/unmerge`, { reason }, done["unmerge"](number));
    case "link": return order(`/incidents/${id}/link`, { to: second?.id, kind: "repeat" }, done["link"](number, second?.number));
    case "urge": return order(`/incidents/${id}/urge`, {}, done["urge"](number));
    case "cancel": {
      const text = await order(`/incidents/${id}/cancel`, { reason }, done["cancel"](number));
      canUndo(text, async () => { await command(`/incidents/${id}/reopen`, { reason: "u" }); });
      return `${text}；${words.undo}`;
    }
    case "reopen": return order(`/incidents/${id}/reopen`, { reason }, done["reopen"](number));
    case "note": return order(`/incidents/${id}/note`, { text: said.words }, done["note"](number));
    case "category": return order(`/incidents/${id}/category`, { version: "confirmed", code: categoryOf(said.words) }, done["category"](number, said.words));
    case "priority": {
      const priority = Number(said.words);
      if (![1, 2, 3, 4].includes(priority)) throw new Cannot(words.bad.priority);
      await tell("PATCH", `/intake/v1/incidents/${id}`, { priority });
      return done["priority"](number, priority);
    }
    case "place":
      await tell("PATCH", `/intake/v1/incidents/${id}`, { location: { address: said.words } });
      return done["place"](number, said.words);
    case "feedback": select(number); formFor.value = id; return done["feedback"](number);
    case "step": return order(`/incidents/${id}/steps/${encodeURIComponent(said.words)}/done`, {}, done["step"](number, said.words));
    case "own": return order(`/small-cases/${id}/owner`, { owner: said.words }, done["own"](number, said.words));
    case "solve": return order(`/small-cases/${id}/solve`, { result: resultOf(said.words) }, done["solve"](number));
    case "on-duty": case "off-duty":
      await Promise.all(units.map((one) => order(`/units/${one}/duty?area=${area.value}`, { on: verb.id === "on-duty" }, "", "PUT")));
      return done[verb.id](commas(units));
    case "stand-down": return order(`/units/${unit}/emergency/end?area=${area.value}`, { reason }, done["stand-down"](unit));
    case "recall": return order(`/units/${unit}/recall?area=${area.value}`, { reason }, done["recall"](unit));
    case "aid": {
      const low = said.words.toLowerCase();
      const lender = ground.value?.lenders.find((one) => one.id === low || one.name_zh === said.words || one.name_en.toLowerCase() === low);
      if (lender === undefined && ground.value !== null) throw new Cannot(whomToAsk());
      return order(`/incidents/${id}/ask-aid`, { area: lender?.id ?? said.words, reason: why }, done["aid"](number, lender === undefined ? said.words : named(lender)));
    }
    case "case": {
      const kind = said.words || incidents.get(id)?.category.code || "";
      const answer = await tell<{ case_id: string }>("POST", "/intake/v1/disputes", { kind, incident_id: id, external_id: `page-${id}` });
      canOpen = answer.body.case_id;
      return done["case"]();
    }
    case "call": beginCall(said.words); return words.call.title;
    case "open": select(number); return done["open"](number);
  }
}

let canOpen: string | null = null;

/** Enter on an empty line opens what the last command has made. */
export function openMade(): boolean {
  if (canOpen === null || !may("cases:read")) return false;
  openCase(canOpen);
  canOpen = null;
  return true;
}

/** The neighbours that lend, as somebody types them. */
export const lenderNames = (): string[] => (ground.value?.lenders ?? []).map(named);

/** Whom units can be asked of. */
export const whomToAsk = (): string => (lenderNames().length === 0 ? words.wrong.noLender : words.wrong.area(commas(lenderNames())));

/** A category by its code, an alias, or its name. */
function categoryOf(text: string): string {
  const low = text.toLowerCase();
  return categories.value.find((one) => one.code === text || one.aliases.includes(text) || one.name_zh === text || one.name_en.toLowerCase() === low)?.code ?? text;
}

/** A result by its code or its name in either language. */
function resultOf(text: string): string {
  const low = text.toLowerCase();
  return results.value?.find((one) => one.code === text || one.name_zh === text || one.name_en.toLowerCase() === low)?.code ?? text;
}

/** What categories can be called when a word is completed: their names and aliases, without blanks, with initials. */
export const categoryNames = (): { name: string; initials: string }[] => categories.value.flatMap((one) => [{ name: named(one), initials: ground.value?.category_initials[one.code] ?? "" }, ...one.aliases.map((name) => ({ name, initials: "" }))].filter((each) => !each.name.includes(" ")));

export const resultNames = (): string[] => (results.value ?? []).map(named);

/** Run it; true when it was done. Whatever happens, the person is told. */
export async function run(said: Said): Promise<boolean> {
  if (!may(said.verb.scope)) return refuse(words.bad.noRight(words.act[said.verb.id] ?? said.verb.id));
  say(null, words.running);
  canOpen = null;
  try {
    say(true, await perform(said));
    return true;
  } catch (error) {
    return explain(error);
  }
}

function refuse(text: string): false {
  say(false, text);
  return false;
}

export function explain(error: unknown): false {
  if (error instanceof Cannot) return refuse(error.message);
  if (error instanceof Unconfirmed) return refuse(words.bad.unconfirmed);
  if (error instanceof Refusal) return refuse(error.status === 503 ? words.bad.offline : refusalOf(error));
  return refuse(words.bad.offline);
}

export async function undoLast(): Promise<void> {
  const taken = takeUndo();
  if (taken === null) {
    say(false, words.nothingToUndo);
    return;
  }
  say(null, words.running);
  try {
    await taken.run();
    say(true, words.done["undone"](taken.what));
  } catch (error) {
    explain(error);
  }
}
