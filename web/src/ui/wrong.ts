// What is wrong with a form stands at its fields, in the page's language: the browser's own bubbles speak the browser's.
import { Refusal } from "../http.ts";
import { words } from "../words/index.ts";
import { lacking, wrongIn } from "../words/refusals.ts";

type Control = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

function mend(field: Control): void {
  field.removeAttribute("aria-invalid");
  field.removeAttribute("aria-describedby");
  field.parentElement?.querySelector(`#${field.id}-wrong`)?.remove();
}

/** Say it at the field, until somebody changes it. */
export function markWrong(field: Control, text: string): void {
  mend(field);
  const note = document.createElement("small");
  note.id = `${field.id}-wrong`;
  note.className = "wrong";
  note.textContent = text;
  field.setAttribute("aria-invalid", "true");
  field.setAttribute("aria-describedby", note.id);
  field.insertAdjacentElement("afterend", note);
  field.addEventListener("input", () => mend(field), { once: true });
}

function wrongOf(field: Control): string | null {
  const { validity } = field;
  if (validity.valid) return null;
  const bound = (name: string): string => field.getAttribute(name) ?? "";
  if (validity.valueMissing) return words.wrong.missing;
  if (validity.badInput) return words.wrong.number;
  if (validity.rangeUnderflow) return words.wrong.least(bound("min"));
  if (validity.rangeOverflow) return words.wrong.most(bound("max"));
  if (validity.stepMismatch) return bound("step") === "1" ? words.wrong.whole : words.wrong.step(bound("step"));
  return words.wrong.written;
}

const controls = (form: HTMLFormElement): Control[] =>
  [...form.elements].filter((one): one is Control => one instanceof HTMLInputElement || one instanceof HTMLSelectElement || one instanceof HTMLTextAreaElement);

/** Whether every field can be sent. What cannot is marked, and the hands are led to the first of it. */
export function canBeSent(form: HTMLFormElement): boolean {
  let first: Control | null = null;
  for (const field of controls(form)) {
    const wrong = wrongOf(field);
    if (wrong === null) continue;
    markWrong(field, wrong);
    first ??= field;
  }
  first?.focus();
  return first === null;
}

/** Mark what a service has refused; called: fields that have another name in the form than in the request. */
export function markRefused(form: HTMLFormElement, error: unknown, called: Record<string, string> = {}): void {
  if (!(error instanceof Refusal)) return;
  const all = [...error.fields.map((one) => ({ at: one.pointer, text: wrongIn(error.status, one.detail) })), ...lacking(error.detail).map((at) => ({ at, text: words.wrong.missing }))];
  let first: Control | null = null;
  for (const { at, text } of all) {
    const names = at.split(/[/.]/).filter(Boolean).map((one) => called[one] ?? one);
    const field = controls(form).find((one) => names.includes(one.name));
    if (field === undefined) continue;
    markWrong(field, text);
    first ??= field;
  }
  first?.focus();
}
