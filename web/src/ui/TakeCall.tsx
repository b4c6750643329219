// Take a call: what, where, the words, who. The board stays live beside it; Esc parks the draft.
import { signal } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { canUndo, last, say } from "../commands/answer.ts";
import { explain } from "../commands/run.ts";
import { ask, newKey, Refusal, tell } from "../http.ts";
import { named } from "../session.ts";
import { now } from "../state/clock.ts";
import { addressOf, change, discard, draft, drafted, gist, park, restore } from "../state/call.ts";
import { incidents } from "../state/board.ts";
import { candidates, lookForSame } from "../state/duplicates.ts";
import { open } from "../state/derived.ts";
import { categories, ground, sources, type CategoryRow } from "../state/lookups.ts";
import type { Priority } from "../state/types.ts";
import { area, select } from "../state/view.ts";
import { words } from "../words/index.ts";
import { placeOf } from "./Incidents.tsx";
import { markWrong } from "./wrong.ts";
import { IncidentMark } from "./Mark.tsx";

interface Hit { name: string; name_en: string; lon: number; lat: number; grid_cell: string; confidence: number }
const hits = signal<Hit[] | null>(null);
/** What intake will take the address for, and how surely: the number that the board has then. */
const taken = signal<Hit | null>(null);
const busy = signal(false);
/** Intake has not answered for so long that somebody should know. */
const slow = signal(false);
const SLOW_MS = 5000;
const PHONE = /^\+?\d[\d\s()转-]{2,}$/;
/** When the draft was last changed: what was refused before it says nothing of it. */
const editedAt = signal(0);
function matching(text: string): CategoryRow[] {
  const low = text.trim().toLowerCase();
  if (low === "") return [];
  const score = (one: CategoryRow): number => {
    const all = [one.name_zh, one.name_en.toLowerCase(), one.code, ...one.aliases.map((each) => each.toLowerCase())];
    if (all.includes(low) || ground.value?.category_initials[one.code] === low) return 3;
    if (all.some((each) => each.startsWith(low))) return 2;
    return all.some((each) => each.includes(low)) || (ground.value?.category_initials[one.code] ?? "").startsWith(low) ? 1 : 0;
  };
  return categories.value.map((one) => ({ one, points: score(one) })).filter((each) => each.points > 0).sort((a, b) => b.points - a.points || b.one.code.length - a.one.code.length).map((each) => each.one).slice(0, 6);
}

let search: ReturnType<typeof setTimeout> | undefined;
function lookUp(text: string): void {
  clearTimeout(search);
  hits.value = null;
  taken.value = null;
  if (text.trim() === "") return;
  search = setTimeout(async () => {
    try {
      const told = await ask<{ items: Hit[] }>(`/intake/v1/places?${asked({ q: text.trim(), limit: "3" })}`);
      if (draft.value.where !== text) return;
      hits.value = told.items;
      const best = told.items[0];
      if (best !== undefined && draft.value.lon === null) choosePlace(best, false);
      else await weigh();
    } catch { hits.value = []; }
  }, 150);
}

const asked = (query: Record<string, string>): URLSearchParams => new URLSearchParams({ area: area.value, ...query });

function choosePlace(hit: Hit, write: boolean): void {
  change({ lon: hit.lon, lat: hit.lat, sure: hit.confidence, place: hit.name, pinned: false, ...(write ? { where: hit.name } : {}) });
  void weigh();
}

/** How like a name is to what was typed says little of an address that holds more than the name: intake is asked. */
async function weigh(): Promise<void> {
  const address = addressOf(draft.value);
  const told = await ask<{ items: Hit[] }>(`/intake/v1/places?${asked({ q: address, spoken: "true" })}`).catch(() => null);
  if (told === null || addressOf(draft.value) !== address || draft.value.pinned) return;
  const [place = null] = told.items;
  taken.value = place;
  if (place !== null) change({ lon: place.lon, lat: place.lat });
}

async function addCaller(to: string): Promise<void> {
  const call = draft.value;
  const number = incidents.get(to)?.number ?? null;
  try {
    await tell("POST", `/intake/v1/incidents/${to}/callers`, { name: call.caller || null, phone: call.phone || null, description: call.words || null });
    discard();
    if (number !== null) select(number);
    say(true, words.done["linkedCaller"](number ?? words.status.active));
  } catch (error) { explain(error); }
}

async function accept(): Promise<void> {
  const call = draft.value;
  if (busy.value) return;
  const code = call.code ?? matching(call.what)[0]?.code;
  const wrong = code === undefined ? ["what", call.what.trim() === "" ? words.wrong.missing : words.bad.category]
    : call.where.trim() === "" && call.lon === null ? ["where", words.wrong.missing]
      : call.phone.trim() !== "" && !PHONE.test(call.phone.trim()) ? ["phone", words.wrong.phone] : null;
  if (wrong !== null) {
    const [name = "", text = ""] = wrong;
    const field = document.getElementById(`call-${name}`) as HTMLInputElement | null;
    say(false, `${words.call[name as "what" | "where" | "phone"]}${words.colon}${text}`);
    if (field !== null) { markWrong(field, text); field.focus(); }
    return;
  }
  busy.value = true;
  say(null, words.call.busy);
  const key = call.key || newKey();
  const body = {
    area: area.value, source: call.source, external_id: key, category: code, priority: call.priority, description: call.words || null,
    location: { address: addressOf(call) || null, ...(call.pinned ? { lon: call.lon, lat: call.lat } : {}) }, caller: { name: call.caller || null, phone: call.phone || null }, details: { weapon: call.weapon },
  };
  // The same number again is the same call only where it says the same, to the second: what nobody has answered goes first.
  const sent = call.sent === "" ? { ...body, reported_at: new Date(now()).toISOString() } : JSON.parse(call.sent) as typeof body & { reported_at: string };
  const changed = JSON.stringify({ ...body, reported_at: sent.reported_at }) !== JSON.stringify(sent);
  change({ key, sent: JSON.stringify(sent) });
  const silence = setTimeout(() => { slow.value = true; say(null, words.call.slow); }, SLOW_MS);
  try {
    const answer = await tell<{ incident_id: string; relay: string }>("POST", "/intake/v1/incidents", sent);
    clearTimeout(silence);
    // What was changed after it was sent is in the draft alone: that is not thrown away.
    if (changed) park();
    else discard();
    hits.value = null;
    if (answer.body.relay === "pending") { say(true, words.call.pending); return; }
    const number = await opened(answer.body.incident_id);
    if (changed) say(false, words.call.asFirstSent(number ?? ""));
    else say(true, words.done["call"](number ?? ""));
    if (number !== null) select(number);
  } catch (error) {
    if (error instanceof Refusal && error.status !== 503) {
      if (error.status === 422) change({ key: "", sent: "" }); // it was not kept: mended, it is another call
      explain(error);
    } else say(false, words.call.unsure);
  } finally {
    clearTimeout(silence);
    slow.value = false;
    busy.value = false;
  }
}

function throwAway(): void {
  const call = draft.value;
  const any = drafted.value;
  discard();
  hits.value = null;
  if (!any) return;
  canUndo(gist(call), async () => restore(call));
  say(true, `${words.call.thrown}；${words.undo}`);
}

/** The number that dispatch gives it, when it is on the board within five seconds. */
async function opened(id: string): Promise<string | null> {
  for (let left = 50; left > 0; left -= 1) {
    const one = incidents.get(id);
    if (one !== undefined) return one.number;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return null;
}

export function TakeCall() {
  const first = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => { first.current?.focus(); if (draft.value.where !== "" && hits.value === null) lookUp(draft.value.where); }, []);
  const call = draft.value;
  const kinds = call.code === null ? matching(call.what) : [];
  const chosen = categories.value.find((one) => one.code === call.code);
  const same = candidates.value;
  useEffect(() => lookForSame(call, call.code ?? kinds[0]?.code ?? null, String(open.value.length)), [call, open.value.length]);
  const onKey = (event: KeyboardEvent): void => {
    if (event.isComposing || event.keyCode === 229) return;
    if (event.key === "Enter" && event.ctrlKey) { event.preventDefault(); void accept(); }
    else if (event.key === "Escape") { event.preventDefault(); event.stopPropagation(); park(); }
    else if (event.altKey && event.key.toLowerCase() === "x") { event.preventDefault(); throwAway(); }
    else if (event.altKey && event.key.toLowerCase() === "l" && same?.[0] !== undefined) { event.preventDefault(); void addCaller(same[0].incident_id); }
  };
  return (
    <section class="panel drawer call" aria-label={words.call.title} onKeyDown={onKey} onInput={() => { editedAt.value = now(); }}>
      <h2>{words.call.title}</h2>
      <form class="call-form" onSubmit={(event) => { event.preventDefault(); void accept(); }}>
        <div class="call-fields">
          <label for="call-what">{words.call.what} *</label>
          <div><input id="call-what" ref={first} autocomplete="off" placeholder={words.call.whatHint} value={chosen === undefined ? call.what : named(chosen)} onInput={(event) => change({ what: event.currentTarget.value, code: null })}
            onKeyDown={(event) => { if (event.key === "Enter" && !event.ctrlKey && !event.isComposing) { event.preventDefault(); const best = kinds[0]; if (best !== undefined) { change({ code: best.code }); document.getElementById("call-where")?.focus(); } } }} />
          {kinds.length > 0 && <ul class="hits" aria-label={words.call.what}>{kinds.map((one) => <li key={one.code}><button type="button" onClick={() => { change({ code: one.code }); document.getElementById("call-where")?.focus(); }}><IncidentMark priority={one.priority as Priority} /> {named(one)} <small class="ink2">{one.code} {one.aliases.slice(0, 3).join(" ")}</small></button></li>)}</ul>}</div>
          <label for="call-where">{words.call.where} *</label>
          <div><input id="call-where" autocomplete="off" placeholder={words.call.whereHint} value={call.where} onInput={(event) => { change({ where: event.currentTarget.value, lon: null, lat: null, sure: null, place: "", pinned: false }); lookUp(event.currentTarget.value); }} />
            {hits.value !== null && hits.value.length === 0 && taken.value === null && <p class="note">{words.call.noPlace}</p>}
            {call.pinned ? <p class="note">{words.call.pinned}</p> : taken.value !== null && <p class="note">{words.call.takenFor(named({ name_zh: taken.value.name, name_en: taken.value.name_en }))} · {words.sure(taken.value.confidence)}</p>}
            {hits.value !== null && hits.value.length > 0 && <ul class="hits" aria-label={words.call.where}>{hits.value.map((one) => <li key={`${one.name}${one.lon}`}><button type="button" aria-pressed={call.lon === one.lon && call.lat === one.lat} onClick={() => choosePlace(one, true)}>{named({ name_zh: one.name, name_en: one.name_en })} <small class="ink2">{one.grid_cell}</small></button></li>)}</ul>}</div>
          <label for="call-words">{words.call.say}</label>
          <textarea id="call-words" rows={2} maxLength={4000} value={call.words} onInput={(event) => change({ words: event.currentTarget.value })} />
          <label for="call-caller">{words.call.caller}</label>
          <div class="pair"><input id="call-caller" autocomplete="off" value={call.caller} onInput={(event) => change({ caller: event.currentTarget.value })} /><label for="call-phone">{words.call.phone}</label><input id="call-phone" type="tel" autocomplete="off" value={call.phone} onInput={(event) => change({ phone: event.currentTarget.value })} /></div>
          <label for="call-source">{words.call.source}</label>
          <div class="pair"><select id="call-source" value={call.source} onChange={(event) => change({ source: event.currentTarget.value })}>{sources.value.map((one) => <option key={one.source} value={one.source}>{named(one)}</option>)}</select>
            <label for="call-priority">{words.call.priority}</label><select id="call-priority" value={call.priority ?? ""} onChange={(event) => change({ priority: event.currentTarget.value === "" ? null : Number(event.currentTarget.value) })}><option value="">{words.call.byCategory}{chosen !== undefined && ` (P${chosen.priority})`}</option>{[1, 2, 3, 4].map((one) => <option key={one} value={one}>P{one}</option>)}</select>
            <label class="check"><input type="checkbox" checked={call.weapon} onChange={(event) => change({ weapon: event.currentTarget.checked })} /> {words.call.weapon}</label></div>
        </div>
        <div class="call-side"><h3>{words.call.same}</h3>
          {same === null ? <p class="ink2">{words.call.sayFirst}</p> : same.length === 0 ? <p class="ink2">{words.call.none}</p> : <ul>{same.map((each, n) => { const one = incidents.get(each.incident_id); return (
            <li key={each.incident_id}>{one !== undefined && <><IncidentMark priority={one.priority} /> <b>{one.number}</b> {named(one.category)} · {placeOf(one)} </>}{one === undefined && `${words.status.active} `}<small class="ink2">{words.call.alike(each.score)}</small> <button type="button" onClick={() => void addCaller(each.incident_id)}>{words.call.addCaller}{n === 0 && <> <kbd>Alt+L</kbd></>}</button></li>); })}</ul>}
          {last.value?.ok === false && last.value.beside && last.value.at > editedAt.value && <p class="answer bad" aria-hidden="true">× {last.value.text}</p>}
          {slow.value && <p class="note" role="status">{words.call.slow}</p>}
          <p class="call-go"><button type="submit" class="main" disabled={busy.value}>{busy.value ? words.call.busy : call.sent !== "" ? words.call.again : words.call.accept} <kbd>Ctrl+Enter</kbd></button> <button type="button" onClick={park}>{words.call.park} <kbd>Esc</kbd></button> <button type="button" onClick={throwAway}>{words.call.throwAway} <kbd>Alt+X</kbd></button></p></div>
      </form>
    </section>
  );
}
