// From what was typed to what is meant: `verb [units] [incident] [words] [;reason]`. Pure.
import { VERBS, type Verb } from "./verbs.ts";

export interface KnownUnit { unit: string; call_sign: string; name_zh: string; name_en: string; initials: string }
export interface KnownIncident { id: string; number: string }

export interface World {
  units: readonly KnownUnit[];
  incidents: readonly KnownIncident[];
  /** The selected incident's number, which `.` stands for. */
  selected: string | null;
}

export type Fault =
  | { kind: "no-verb"; word: string }
  | { kind: "ambiguous"; word: string; among: string[] }
  | { kind: "no-unit"; word: string; like: string | null }
  | { kind: "no-incident"; word: string }
  | { kind: "needs"; what: "unit" | "incident" | "incidents" | "reason" | "words" | "area" }
  | { kind: "nothing-selected" };

export interface Said {
  verb: Verb;
  units: KnownUnit[];
  incidents: KnownIncident[];
  words: string;
  reason: string;
}

/** Full-width letters, digits and signs become the plain ones; `；` is `;`, `。` alone is `.`. */
export function folded(text: string): string {
  return text.normalize("NFKC").replace(/。/g, ".").replace(/；/g, ";");
}

function verbs(word: string): Verb[] {
  const low = word.toLowerCase();
  const exact = VERBS.filter((one) => one.en.includes(low) || one.zh.includes(word) || one.py.includes(low));
  if (exact.length > 0) return exact;
  return VERBS.filter((one) => one.en.some((each) => each.startsWith(low)) || one.zh.some((each) => each.startsWith(word)));
}

/** A unit by call sign, id, name (whole or its beginning), or the initials of its pinyin. */
export function unitBy(word: string, units: readonly KnownUnit[]): KnownUnit[] {
  const low = word.toLowerCase();
  const exact = units.filter((one) => one.call_sign.toLowerCase() === low || one.unit.toLowerCase() === low || one.name_zh === word);
  if (exact.length > 0) return exact;
  const initials = units.filter((one) => one.initials === low);
  if (initials.length > 0) return initials;
  return units.filter((one) => one.name_zh.startsWith(word) || (low.length > 1 && one.initials.startsWith(low)) || one.name_en.toLowerCase().startsWith(low));
}

function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, n) => n);
  for (let i = 1; i <= one.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= other.length; j += 1) {
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + (one[i - 1] === other[j - 1] ? 0 : 1)));
    }
    row = next;
  }
  return row[other.length] ?? 0;
}

function nearest(word: string, units: readonly KnownUnit[]): string | null {
  const upper = word.toUpperCase();
  const ranked = units.map((one) => ({ sign: one.call_sign, away: distance(upper, one.call_sign.toUpperCase()) })).sort((a, b) => a.away - b.away);
  return ranked[0] !== undefined && ranked[0].away <= 1 ? ranked[0].sign : null;
}

const looksLikeUnit = (word: string): boolean => /^[a-z]{1,4}\d{1,3}$/i.test(word);

export function parse(text: string, world: World): Said | Fault {
  const plain = folded(text).trim();
  const cut = plain.indexOf(";");
  const reason = cut < 0 ? "" : plain.slice(cut + 1).trim();
  let head = (cut < 0 ? plain : plain.slice(0, cut)).trim();
  // Chinese is typed without a blank behind the verb: 派P3 1042
  const joined = VERBS.flatMap((one) => one.zh).filter((each) => head.startsWith(each)).sort((a, b) => b.length - a.length)[0];
  if (joined !== undefined && head.length > joined.length && head[joined.length] !== " ") head = `${joined} ${head.slice(joined.length)}`;
  const [first = "", ...rest] = head.split(/\s+/);
  const found = verbs(first);
  if (found.length === 0) return { kind: "no-verb", word: first };
  const verb = found[0] as Verb;
  if (found.length > 1) return { kind: "ambiguous", word: first, among: found.map((one) => one.en[0] ?? one.id) };

  const said: Said = { verb, units: [], incidents: [], words: "", reason };
  const takesUnits = verb.takes.includes("units") || verb.takes.includes("unit");
  const most = verb.takes.includes("incidents") ? 2 : verb.takes.includes("incident") ? 1 : 0;
  const words: string[] = [];
  for (const token of rest) {
    if (words.length > 0) { words.push(token); continue; }
    if (most > said.incidents.length && token === ".") {
      const chosen = world.incidents.find((one) => one.number === world.selected);
      if (chosen === undefined) return { kind: "nothing-selected" };
      said.incidents.push(chosen);
      continue;
    }
    if (most > said.incidents.length && /^\d+$/.test(token) && !(verb.id === "priority" && /^[1-4]$/.test(token))) {
      const known = world.incidents.find((one) => one.number === token);
      if (known === undefined) return { kind: "no-incident", word: token };
      said.incidents.push(known);
      continue;
    }
    if (takesUnits && (verb.takes.includes("units") || said.units.length === 0)) {
      const matching = unitBy(token, world.units);
      if (matching.length === 1) { said.units.push(matching[0] as KnownUnit); continue; }
      if (matching.length > 1) return { kind: "ambiguous", word: token, among: matching.slice(0, 5).map((one) => one.call_sign) };
      if (looksLikeUnit(token) || !verb.takes.includes("words")) return { kind: "no-unit", word: token, like: nearest(token, world.units) };
    }
    words.push(token);
  }
  said.words = words.join(" ");
  return missing(said, world) ?? said;
}

function missing(said: Said, world: World): Fault | null {
  const { verb } = said;
  const selected = world.incidents.find((one) => one.number === world.selected);
  // Of an order for one incident the selected one is meant when none is named.
  if (verb.takes.includes("incident") && said.incidents.length === 0) {
    if (selected === undefined) return { kind: "needs", what: "incident" };
    said.incidents.push(selected);
  }
  if (verb.takes.includes("incidents") && said.incidents.length === 1 && selected !== undefined && selected.id !== said.incidents[0]?.id) {
    said.incidents.unshift(selected);
  }
  if (verb.takes.includes("incidents") && said.incidents.length < 2) return { kind: "needs", what: "incidents" };
  if ((verb.takes.includes("unit") || (verb.takes.includes("units") && verb.id !== "assign")) && said.units.length === 0) return { kind: "needs", what: "unit" };
  if (verb.reason && said.reason === "") return { kind: "needs", what: "reason" };
  if (verb.id === "aid" && said.words === "") return { kind: "needs", what: "area" };
  if (["note", "clear", "solve", "own", "hold", "step", "category", "priority", "place"].includes(verb.id) && said.words === "") return { kind: "needs", what: "words" };
  return null;
}

export const isFault = (one: Said | Fault): one is Fault => "kind" in one;

/** `10m`, `90s`, `2h`, or a bare number of minutes: seconds; null when it is none of them. */
export function duration(word: string): number | null {
  const found = /^(\d{1,4})(s|m|h|秒|分|分钟|小时)?$/i.exec(word.trim());
  if (found === null) return null;
  const unit = (found[2] ?? "m").toLowerCase();
  return Number(found[1]) * (unit === "s" || unit === "秒" ? 1 : unit === "h" || unit === "小时" ? 3600 : 60);
}

/** What Tab could make of the word being typed, the likeliest first: whole lines. */
export function completions(text: string, world: World, results: readonly string[], may: (scope: string) => boolean, categories: readonly { name: string; initials: string }[] = [], lenders: readonly string[] = []): string[] {
  const plain = folded(text).replace(/^\s+/, "");
  const space = plain.lastIndexOf(" ");
  if (space < 0) {
    const low = plain.toLowerCase();
    return VERBS.filter((one) => may(one.scope))
      .flatMap((one) => {
        const all = [...one.en, ...one.zh, ...one.py];
        const hit = plain === "" ? one.en[0] : all.find((each) => each.startsWith(/^[a-z]/.test(low) ? low : plain));
        return hit === undefined ? [] : [`${hit} `];
      });
  }
  const [head, last] = [plain.slice(0, space + 1), plain.slice(space + 1)];
  const verb = verbs(head.trim().split(/\s+/)[0] ?? "")[0];
  if (verb === undefined || plain.includes(";")) return [];
  const found: string[] = [];
  const taken = head.toLowerCase().trim().split(/\s+/);
  const hasUnit = world.units.some((one) => taken.includes(one.call_sign.toLowerCase()));
  const hasIncident = taken.includes(".") || world.incidents.some((one) => taken.includes(one.number));
  // What is named already is not offered again: the next thing is.
  if (verb.takes.includes("units") || (verb.takes.includes("unit") && !hasUnit)) {
    const units = last === "" ? world.units.slice(0, 8) : [...unitBy(last, world.units), ...world.units.filter((one) => one.call_sign.toLowerCase().startsWith(last.toLowerCase()))];
    found.push(...units.map((one) => one.call_sign).filter((one) => !taken.includes(one.toLowerCase())));
  }
  if (verb.takes.includes("incidents") || (verb.takes.includes("incident") && !hasIncident)) {
    found.push(...world.incidents.filter((one) => one.number.startsWith(last)).map((one) => one.number));
  }
  if (verb.id === "aid") found.push(...lenders.filter((one) => one.toLowerCase().startsWith(last.toLowerCase())));
  if (verb.id === "clear" || verb.id === "solve") found.push(...results.filter((one) => one.toLowerCase().startsWith(last.toLowerCase())));
  if (last !== "" && ["category", "call", "case"].includes(verb.id)) {
    found.push(...categories.filter((one) => one.name.toLowerCase().startsWith(last.toLowerCase()) || one.initials.startsWith(last.toLowerCase())).map((one) => one.name));
  }
  return [...new Set(found)].slice(0, 8).map((one) => `${head}${one} `);
}
