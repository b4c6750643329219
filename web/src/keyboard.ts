// Keys that work wherever the focus is, and letters that work outside of fields. Events never move the focus; keys do.
import { sendAdvice, focusCommand } from "./ui/CommandLine.tsx";
import { undoLast } from "./commands/run.ts";
import { may } from "./session.ts";
import { beginCall, taking, park } from "./state/call.ts";
import { letters } from "./state/letters.ts";
import { acknowledge, alarms, handsUsed, rows } from "./state/derived.ts";
import { caseId, filter, keep, openCase, screen, select, selected, show } from "./state/view.ts";
import { move } from "./ui/Incidents.tsx";
import { keysShown } from "./ui/Keys.tsx";
import { paletteShown } from "./ui/Palette.tsx";
import { say } from "./commands/answer.ts";
import { words } from "./words/index.ts";

const REGIONS = ["#alarms button", "#incidents", "#units", ".timeline ol", ".told ol", "#command"];

const inField = (): boolean => {
  const one = document.activeElement;
  return one instanceof HTMLInputElement || one instanceof HTMLTextAreaElement || one instanceof HTMLSelectElement;
};

function nextRegion(step: number): void {
  const there = REGIONS.map((one) => document.querySelector<HTMLElement>(one)).filter((one) => one !== null);
  const at = there.findIndex((one) => one.contains(document.activeElement));
  there[(at + step + there.length) % there.length]?.focus();
}

function nextUrgent(): void {
  const alarmed = alarms.value.find((one) => one.incident !== null)?.incident;
  const waiting = rows.value.filter((one) => one.status === "active" || one.status === "queued").map((one) => one.number);
  const all = [...new Set([...(alarmed === undefined || alarmed === null ? [] : [alarmed]), ...waiting, ...rows.value.map((one) => one.number)])];
  const at = all.indexOf(selected.value ?? "");
  select(all[at < 0 ? 0 : (at + 1) % all.length] ?? null);
}

/** On the mediation desk j and k go through what its list shows. */
function moveCase(step: number): void {
  const all = [...document.querySelectorAll<HTMLElement>(".case-list button.link")];
  const at = all.findIndex((one) => one.getAttribute("aria-current") === "true");
  const next = all[at < 0 ? 0 : Math.max(0, Math.min(all.length - 1, at + step))];
  next?.click();
  next?.scrollIntoView({ block: "nearest" });
}

let pendingG = false;

function onKey(event: KeyboardEvent): void {
  handsUsed();
  if (event.isComposing || event.keyCode === 229) return;
  const desk = screen.value === "desk";
  const take = (run: () => void): void => { event.preventDefault(); run(); };
  switch (event.key) {
    case "F1": return take(() => { keysShown.value = !keysShown.value; });
    case "F2": if (desk && may("incidents:write")) take(() => { beginCall(); document.getElementById("call-what")?.focus(); }); return;
    case "F3": if (desk) take(nextUrgent); return;
    case "F4": if (desk) take(() => document.getElementById("units")?.focus()); return;
    case "F6": return take(() => nextRegion(event.shiftKey ? -1 : 1));
    case "F8": if (desk) take(() => void sendAdvice()); return;
    case "F9": return take(() => { acknowledge(); say(true, words.done["acked"]); });
    default: break;
  }
  if (event.ctrlKey && event.key.toLowerCase() === "k") return take(() => { paletteShown.value = !paletteShown.value; });
  if (event.ctrlKey && event.key === "/") { if (desk) take(focusCommand); return; }
  if (event.key === "Escape" && !keysShown.value && !paletteShown.value) {
    if (taking.value) take(park);
    else if (filter.value !== "") take(() => { filter.value = ""; keep(); });
    else if (desk && selected.value !== null && !inField()) take(() => select(null));
    else if (screen.value === "wall") take(() => show("desk"));
    else if (screen.value === "mediation" && caseId.value !== null && !inField()) take(() => openCase(null));
    else if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
    return;
  }
  if (inField() || event.ctrlKey || event.altKey || event.metaKey || keysShown.value || paletteShown.value) return;
  // Who types while a call is being taken means the call, wherever the focus has gone.
  if (event.key.length === 1 && (!letters.value || (desk && taking.value))) return;
  if (pendingG) {
    pendingG = false;
    const to = ({ d: "desk", m: "mediation", a: "analytics", w: "wall" } as const)[event.key as "d" | "m" | "a" | "w"];
    if (to !== undefined) take(() => show(to));
    return;
  }
  const list = document.getElementById("incidents");
  switch (event.key) {
    case "g": pendingG = true; setTimeout(() => { pendingG = false; }, 1500); return;
    case "j": case "ArrowDown": if (desk && (event.key === "j" || document.activeElement === list)) take(() => move(1)); else if (event.key === "j") moveCase(1); return;
    case "k": case "ArrowUp": if (desk && (event.key === "k" || document.activeElement === list)) take(() => move(-1)); else if (event.key === "k") moveCase(-1); return;
    case "/": if (desk) take(() => document.getElementById("find")?.focus()); return;
    case "u": if (desk && may("dispatch:command")) take(() => void undoLast()); return;
    case "Enter": if (desk && document.activeElement === list && selected.value === null) take(() => move(0)); return;
    default: {
      // A control that shows a key of its own is where the key is: nothing else needs to know of it.
      const control = document.querySelector<HTMLElement>(`[data-key="${CSS.escape(event.key)}"]:not(:disabled)`);
      if (control === null) return;
      return take(() => (control.matches("select, input") ? control.focus() : control.click()));
    }
  }
}

export function listen(): void {
  addEventListener("keydown", onKey);
  addEventListener("pointerdown", handsUsed);
  addEventListener("pointermove", handsUsed, { passive: true });
}
