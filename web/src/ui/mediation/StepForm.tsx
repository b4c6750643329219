import { signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { Refusal, tell, Unconfirmed } from "../../http.ts";
import { may } from "../../session.ts";
import { words } from "../../words/index.ts";
import { refusalOf } from "../../words/refusals.ts";
import { work } from "../../words/work.ts";
import { opened, readCase, readCases, type Whole } from "./cases.ts";
import { canBeSent } from "../wrong.ts";
import { STEPS, type Field, type Step, type Values } from "./steps.ts";

export const told = signal<{ ok: boolean; text: string } | null>(null);

/** What went wrong, in words; a case that somebody else has changed is read anew first. */
export async function failedWith(error: unknown, id: string): Promise<string> {
  if (error instanceof Unconfirmed) return words.bad.unconfirmed;
  if (!(error instanceof Refusal)) return words.bad.offline;
  if (error.status === 412) { await readCase(id, may("personal:read")); return work.stale; }
  return refusalOf(error);
}

function Input({ field, id, value, change }: { field: Field; id: string; value: string; change: (text: string) => void }) {
  if (field.kind === "choice") return <select id={id} required={field.required} value={value} onChange={(event) => change(event.currentTarget.value)}><option value="" />{(field.options ?? []).map(([key, name]) => <option key={key} value={key}>{name}</option>)}</select>;
  if (field.kind === "some") {
    const chosen = new Set(value.split(" ").filter(Boolean));
    const toggle = (key: string): void => { if (!chosen.delete(key)) chosen.add(key); change([...chosen].join(" ")); };
    // Those who are chosen first; among them the ones whom the rules suggest.
    const all = [...(field.options ?? [])].sort(([one], [other]) => Number((field.value ?? "").split(" ").includes(other)) - Number((field.value ?? "").split(" ").includes(one)));
    return <div id={id} role="group" aria-label={work.field[field.name]} class="some">{all.map(([key, name]) => <label key={key}><input type="checkbox" value={key} checked={chosen.has(key)} onChange={() => toggle(key)} /> {name}</label>)}</div>;
  }
  if (field.kind === "words") return <textarea id={id} rows={3} required={field.required} maxLength={4000} value={value} onInput={(event) => change(event.currentTarget.value)} />;
  if (field.kind === "yes") return <input id={id} type="checkbox" checked={value === "yes"} onChange={(event) => change(event.currentTarget.checked ? "yes" : "no")} />;
  if (field.kind === "date") return <input id={id} type="date" required={field.required ?? false} value={value} onInput={(event) => change(event.currentTarget.value)} />;
  return <><input id={id} type="text" required={field.required ?? false} list={field.options === undefined ? undefined : `${id}-known`} value={value} onInput={(event) => change(event.currentTarget.value)} />
    {field.options !== undefined && <datalist id={`${id}-known`}>{field.options.map(([key, name]) => <option key={key} value={key}>{name}</option>)}</datalist>}</>;
}

export function StepForm({ step, one, done }: { step: Step; one: Whole; done: () => void }) {
  const fields = step.fields(one);
  const values = useRef(signal<Values>(Object.fromEntries(fields.map((each) => [each.name, each.value ?? (each.options?.length === 1 ? (each.options[0]?.[0] ?? "") : "")])))).current;
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => { form.current?.querySelector<HTMLElement>("select, textarea, input, button")?.focus(); }, []);
  const send = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (form.current === null || !canBeSent(form.current)) return;
    try {
      await tell("POST", `/mediation/v1/cases/${one.id}/${step.path(values.value)}`, step.body(values.value, one), { "If-Match": opened.value?.etag ?? "" });
      told.value = { ok: true, text: work.done(work.steps[step.id] ?? step.id) };
      done();
      await Promise.all([readCase(one.id, may("personal:read")), readCases()]);
    } catch (error) {
      told.value = { ok: false, text: await failedWith(error, one.id) };
    }
  };
  return (
    <form ref={form} class="step-form" noValidate aria-label={work.steps[step.id]} onSubmit={(event) => void send(event)} onKeyDown={(event) => { if (event.key === "Escape") { event.stopPropagation(); done(); } }}>
      {fields.map((field) => <div key={field.name} class={field.kind === "yes" ? "check" : ""}><label for={`step-${field.name}`}>{work.field[field.name]}{field.required === true && " *"}</label><Input field={field} id={`step-${field.name}`} value={values.value[field.name] ?? ""} change={(text) => { values.value = { ...values.value, [field.name]: text }; }} /></div>)}
      <p><button type="submit" class="main">{work.steps[step.id]}</button> <button type="button" onClick={done}>{work.close} <kbd>Esc</kbd></button></p>
    </form>
  );
}

export const stepsOf = (one: Whole): Step[] => STEPS.filter((each) => one.allowed.includes(each.id));
