// One case 一案一档: where it stands, who they are (by right), sessions, agreement to print, visits, history.
import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { tell } from "../../http.ts";
import { may, named } from "../../session.ts";
import { casesChanged } from "../../state/board.ts";
import { now } from "../../state/clock.ts";
import { kinds } from "../../state/lookups.ts";
import { area, caseId, openCase, screen, select } from "../../state/view.ts";
import { dayTime, wholeDay, words } from "../../words/index.ts";
import { work } from "../../words/work.ts";
import { GradeMark } from "../Mark.tsx";
import { say } from "../Told.tsx";
import { absent, agreementWords, failed, opened, people, readCase, venues, type Party, type Person, type Whole } from "./cases.ts";
import { failedWith, StepForm, stepsOf, told } from "./StepForm.tsx";

const step = signal<string | null>(null);
const naming = signal(false);

const nameOf = (all: readonly Person[], id: string): string => { const found = all.find((one) => one.id === id); return found === undefined ? id : named(found); };
const at = (when: string): string => dayTime(when, area.value);

function PartyForm({ one }: { one: Whole }) {
  const name = signal(""), role = signal("party"), phone = signal(""), minor = signal(false);
  const send = async (event: Event): Promise<void> => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const value = (id: string): string => (form.querySelector(`#${id}`) as HTMLInputElement).value.trim();
    try {
      await tell("POST", `/mediation/v1/cases/${one.id}/parties`, { name: value("party-name"), role: value("party-role"), minor: (form.querySelector("#party-minor") as HTMLInputElement).checked, ...(value("party-phone") ? { phone: value("party-phone") } : {}) });
      naming.value = false;
      told.value = { ok: true, text: work.done(work.addParty) };
      await readCase(one.id, may("personal:read"));
    } catch (error) { told.value = { ok: false, text: await failedWith(error, one.id) }; }
  };
  return <form class="step-form" aria-label={work.addParty} onSubmit={(event) => void send(event)}>
    <div><label for="party-name">{work.name} *</label><input id="party-name" required maxLength={200} defaultValue={name.value} autocomplete="off" /></div>
    <div><label for="party-role">{work.role}</label><select id="party-role" defaultValue={role.value}>{Object.entries(work.partyRole).map(([id, text]) => <option key={id} value={id}>{text}</option>)}</select></div>
    <div><label for="party-phone">{work.phone}</label><input id="party-phone" type="tel" defaultValue={phone.value} autocomplete="off" /></div>
    <div class="check"><label for="party-minor">{work.minor}</label><input id="party-minor" type="checkbox" defaultChecked={minor.value} /></div>
    <p><button type="submit" class="main">{work.addParty}</button> <button type="button" onClick={() => { naming.value = false; }}>{work.close}</button></p>
  </form>;
}

/** The agreement as it is printed: nothing else of the page goes to the printer. */
function Printed({ one, parties }: { one: Whole; parties: Party[] }) {
  const agreement = one.agreement;
  const text = agreementWords.value;
  if (agreement === undefined || text === null) return null;
  const place = one.location?.name ?? one.location?.grid_cell ?? "";
  return (
    <article class="printed" aria-hidden="true">
      <h1>{work.agreementTitle}</h1>
      <p class="right">{one.number ?? one.id}</p>
      <h2>{work.parties}</h2>{parties.map((each) => <p key={each.id}>{work.partyRole[each.role] ?? each.role}{words.colon}{each.name} {each.phone ?? ""}</p>)}
      <h2>{work.facts}</h2><p>{place && `（${place}）`}{text.facts}</p>
      <h2>{work.duties}</h2><ol>{(text.duties ?? []).map((each, n) => <li key={n}>{n + 1}. {each}</li>)}</ol>
      <p>{work.manner}{words.colon}{text.manner}</p><p>{work.place}{words.colon}{text.place}</p><p>{work.deadline}{words.colon}{wholeDay(agreement.deadline, area.value)}</p>
      <p>{work.agreementNote}</p>
      <div class="signing">{parties.filter((each) => each.role !== "witness").map((each) => <p key={each.id}>{each.name} {work.signHere}：____________　{work.date}{words.colon}____________</p>)}<p>{work.mediators}{words.colon}____________　{work.date}{words.colon}____________</p></div>
    </article>
  );
}

export function CasePage() {
  const id = caseId.value;
  useEffect(() => { step.value = null; naming.value = false; told.value = null; if (opened.value?.whole.id !== id) opened.value = null; if (id !== null) void readCase(id, may("personal:read")); }, [id]);
  useEffect(() => {
    if (id === null) return;
    const soon = setTimeout(() => void readCase(id, may("personal:read")), 400);
    return () => clearTimeout(soon);
  }, [casesChanged.value]);
  const page = opened.value;
  if (id === null) return <section class="panel case"><p class="empty">{work.noCase}</p></section>;
  if (page === null) {
    const text = absent.value === id ? work.noSuchCase : failed.value ? words.loadFailed : words.loading;
    return <section class="panel case"><p class="empty" role="status">{text} <button type="button" onClick={() => openCase(null)}>{words.close} <kbd>Esc</kbd></button></p></section>;
  }
  const { whole: one, parties, masked } = page;
  const chosen = stepsOf(one).find((each) => each.id === step.value);
  const known = one.category ?? kinds.value[one.kind];
  const kind = known === undefined ? one.kind : named(known);
  return (
    <section class="panel case" aria-label={kind}>
      <header class="drawer-head"><GradeMark grade={one.grade} /> <b class="big">{kind}</b> <span class="status">{work.stage[one.stage]}</span> <span>{one.grade === undefined ? work.ungraded : work.grade[one.grade]}</span>{one.tier !== undefined && <span>{work.tier(one.tier)}</span>}
        {one.outcome !== undefined && <span>{work.outcome[one.outcome]}</span>}
        <button type="button" class="quiet right" onClick={() => openCase(null)}>{words.close} <kbd>Esc</kbd></button>
        <p class="place">{one.location?.name ?? one.location?.grid_cell ?? one.grid_cell ?? ""} · {work.opened} {at(one.opened_at)}{one.number !== undefined && <> · {work.number} {may("stream:read") ? <button type="button" class="link" onClick={() => { screen.value = "desk"; select(one.number ?? null); }}>{one.number}</button> : one.number}</>}{one.mediators.length > 0 && ` · ${work.mediators} ${one.mediators.map((each) => nameOf(people.value, each)).join("、")}`}{one.venue !== undefined && ` · ${nameOf(venues.value, one.venue)}`}</p>
      </header>
      {told.value !== null && <p class={`answer ${told.value.ok ? "good" : "bad"}`} role="status">{told.value.ok ? "√ " : "× "}{told.value.text}</p>}
      {may("cases:write") && stepsOf(one).length > 0 && <div class="acts">{stepsOf(one).map((each, n) => <button key={each.id} type="button" data-key={String(n + 1)} aria-expanded={step.value === each.id} onClick={() => { step.value = step.value === each.id ? null : each.id; told.value = null; }}>{work.steps[each.id]} <kbd>{n + 1}</kbd></button>)}</div>}
      {!may("cases:write") && one.stage !== "closed" && <p class="note">{work.onlyMediators}</p>}
      {chosen !== undefined && <StepForm key={`${chosen.id}${one.revision}`} step={chosen} one={one} done={() => { step.value = null; }} />}
      <div class="case-body" tabIndex={0} aria-label={kind}>
        <section><h3>{work.parties} {may("parties:write") && !naming.value && <button type="button" data-key="p" onClick={() => { naming.value = true; }}>{work.addParty} <kbd>p</kbd></button>}</h3>
          {naming.value && <PartyForm one={one} />}
          {parties.length === 0 ? <p class="ink2">{work.noParties}</p> : <ul>{parties.map((each) => <li key={each.id}><b>{each.name}</b> {work.partyRole[each.role] ?? each.role}{each.minor && ` · ${work.minor}`}{each.phone !== undefined && ` · ${each.phone}`}</li>)}</ul>}
          {masked && parties.length > 0 && <p class="ink2">{work.masked}</p>}</section>
        <section><h3>{work.sessions}</h3>{one.sessions.length === 0 ? <p class="ink2">{work.noSessions}</p> : <ul>{one.sessions.map((each) => <li key={each.number}>{work.session(each.number)} · {work.sessionOutcome[each.outcome] ?? each.outcome} · {at(each.held_at)}</li>)}</ul>}</section>
        {one.agreement !== undefined && <section><h3>{work.agreement} {agreementWords.value !== null && <button type="button" onClick={() => print()}>{work.print} <kbd>Ctrl+P</kbd></button>}</h3>
          {agreementWords.value === null ? <p class="ink2">{work.needsRight}</p> : <><p>{agreementWords.value.facts}</p><ol class="duties">{(agreementWords.value.duties ?? []).map((each, n) => <li key={n}>{n + 1}. {each} · {one.agreement?.duties[n]?.performed === true ? work.performed : one.agreement?.duties[n]?.performed === false ? work.notPerformed : work.pending}</li>)}</ol><p>{work.manner}{words.colon}{agreementWords.value.manner} · {work.place}{words.colon}{agreementWords.value.place}</p></>}
          <p>{work.deadline} {at(one.agreement.deadline)} · {work.signatures} {one.agreement.oral ? work.oral : one.agreement.signatures.map((each) => parties.find((party) => party.id === each.party)?.name ?? each.party).join(" ")}</p></section>}
        {one.visits.length > 0 && <section><h3>{work.visits}</h3><ul>{one.visits.map((each) => { const late = each.visited_at === undefined && Date.parse(each.due_at) < now(); return <li key={each.visit}>{work.visit(each.visit)} · {work.due} {at(each.due_at)} {each.visited_at === undefined ? <span class={late ? "chip act" : ""}>{late ? words.strip.overdue(1).replace("1 ", "") : ""}</span> : `√ ${at(each.visited_at)} ${each.calm === true ? work.calm : work.notCalm}`}</li>; })}</ul></section>}
        <section><h3>{work.history}</h3><ol>{one.history.map((each) => <li key={each.n}><time class="ink2">{at(each.at)}</time> {say({ type: `case.${each.type}`, data: one })} <small>{each.by?.client}</small></li>)}</ol></section>
      </div>
      <Printed one={one} parties={parties} />
    </section>
  );
}
