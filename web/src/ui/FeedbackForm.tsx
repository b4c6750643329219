// The feedback form 反馈单: what the category needs is marked; dispatch says what is still missing.
import { useLayoutEffect, useRef } from "preact/hooks";
import { last, say } from "../commands/answer.ts";
import { explain } from "../commands/run.ts";
import { command } from "../http.ts";
import { forget, formFor, write, written } from "../state/form.ts";
import { forms } from "../state/lookups.ts";
import type { Incident } from "../state/types.ts";
import { words } from "../words/index.ts";
import { ResultField } from "./ResultField.tsx";
import { canBeSent, markRefused } from "./wrong.ts";

const COUNTS = ["people_involved", "injured", "dead", "detained", "helped", "vehicles_lost", "vehicles_recovered"];
const LOSSES = ["lost_yuan", "recovered_yuan", "prevented_yuan"];

export function FeedbackForm({ incident }: { incident: Incident }) {
  const form = useRef<HTMLFormElement>(null);
  useLayoutEffect(() => {
    for (const [name, text] of Object.entries(written.value[incident.incident_id] ?? {})) {
      const field = form.current?.elements.namedItem(name) as HTMLInputElement | null;
      if (field != null) field.value = text;
    }
    form.current?.querySelector<HTMLElement>("[name=result]")?.focus();
  }, []);
  const needed = forms.value.filter((one) => one.categories.some((code) => incident.category.code.startsWith(code))).flatMap((one) => one.require);
  const needs = (name: string): boolean => needed.some((one) => one === name || one.endsWith(`.${name}`));
  const close = (): void => { formFor.value = null; };
  const leave = (): void => { close(); if (written.value[incident.incident_id] !== undefined) say(null, words.formKept); };
  const keep = (event: Event): void => { const field = event.target as HTMLInputElement; write(incident.incident_id, field.name, field.value); };
  const send = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (form.current === null) return;
    if (!canBeSent(form.current)) { say(false, words.wrong.marked); return; }
    const value = (name: string): string => (form.current?.elements.namedItem(name) as HTMLInputElement).value.trim();
    const numbers = (names: string[]): Record<string, number> => Object.fromEntries(names.flatMap((name) => (value(name) === "" ? [] : [[name, Number(value(name))]])));
    say(null, words.running);
    try {
      const done = await command(`/incidents/${incident.incident_id}/feedback`, { kind: "final", result: value("result"), counts: numbers(COUNTS), losses: numbers(LOSSES), ...(value("described") === "" ? {} : { words: value("described") }) });
      if (done === null) say(false, words.bad.silent);
      else { say(true, words.done["feedbackGiven"](incident.number)); forget(incident.incident_id); close(); }
    } catch (error) {
      explain(error);
      if (form.current !== null) markRefused(form.current, error, { words: "described" });
    }
  };
  const asked = (name: string): string => `${words.form[name]}${needs(name) ? ` * ${words.form["required"]}` : ""}`;
  const label = (name: string) => <label for={`form-${name}`}>{asked(name)}</label>;
  return (
    <form ref={form} class="feedback" noValidate aria-label={words.form["title"]} onSubmit={(event) => void send(event)} onInput={keep} onKeyDown={(event) => { if (event.key === "Escape") { event.stopPropagation(); leave(); } if (event.key === "Enter" && event.ctrlKey) void send(event); }}>
      <h3>{words.form["title"]}</h3>
      <div class="feedback-fields">
        <ResultField id="form-result" label={words.form["result"] ?? ""} />
        {COUNTS.map((name) => <div key={name}>{label(name)}<input id={`form-${name}`} name={name} type="number" min="0" step="1" inputMode="numeric" /></div>)}
        {LOSSES.map((name) => <div key={name}>{label(name)}<input id={`form-${name}`} name={name} type="number" min="0" step="0.01" inputMode="decimal" /></div>)}
        <div class="whole">{label("described")}<textarea id="form-described" name="described" rows={2} maxLength={2000} /></div>
      </div>
      {last.value?.ok === false && last.value.beside && <p class="answer bad" aria-hidden="true">× {last.value.text}</p>}
      <p><button type="submit" class="main">{words.form["send"]} <kbd>Ctrl+Enter</kbd></button> <button type="button" onClick={leave}>{words.close} <kbd>Esc</kbd></button></p>
    </form>
  );
}
