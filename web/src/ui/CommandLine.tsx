// The command line: completion, history, a look before what is grave, and the last answer beside it.
import { signal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { last, say } from "../commands/answer.ts";
import { completions, isFault, parse, type Said, type World } from "../commands/parse.ts";
import { categoryNames, explain, lenderNames, openMade, preview, resultNames, run, whomToAsk } from "../commands/run.ts";
import { verbOf } from "../commands/verbs.ts";
import { may } from "../session.ts";
import { incidents } from "../state/board.ts";
import { myUnits, selectedIncident } from "../state/derived.ts";
import { ground } from "../state/lookups.ts";
import { area, selected } from "../state/view.ts";
import { clockTime, words } from "../words/index.ts";

const typed = signal("");
const offered = signal<string[]>([]);
const waiting = signal<{ said: Said; text: string } | null>(null);
const history: string[] = [];
let past = -1;
let returnTo: HTMLElement | null = null;
let composedAt = 0;

function world(): World {
  const initials = ground.value?.unit_initials ?? {};
  return {
    units: myUnits.value.map((one) => ({ unit: one.unit, call_sign: one.call_sign, name_zh: one.name_zh, name_en: one.name_en, initials: initials[one.unit] ?? "" })),
    incidents: [...incidents.values()].filter((one) => one.area === area.value).map((one) => ({ id: one.incident_id, number: one.number })),
    selected: selected.value,
  };
}

const field = (): HTMLInputElement | null => document.getElementById("command") as HTMLInputElement | null;

export function focusCommand(): void {
  if (document.activeElement instanceof HTMLElement && document.activeElement.id !== "command") returnTo = document.activeElement;
  field()?.focus();
}

function leave(): void {
  typed.value = "";
  offered.value = [];
  waiting.value = null;
  past = -1;
  if (returnTo !== null && returnTo.isConnected) returnTo.focus();
  else field()?.blur();
  returnTo = null;
}

/** Put a command into the line; atOnce: do it, for it needs nothing more. */
export function fillCommand(text: string, atOnce = false): void {
  typed.value = text;
  if (atOnce) {
    void enter();
    return;
  }
  focusCommand();
  const element = field();
  if (element === null) return;
  element.value = text;
  // `assign  1042`: the hands go to where the units are to be written.
  const gap = text.indexOf("  ");
  const at = gap < 0 ? text.length : gap + 1;
  element.setSelectionRange(at, at);
  offer(text);
}

function offer(text: string): void {
  offered.value = text.trim() === "" ? [] : completions(text, world(), resultNames(), may, categoryNames(), lenderNames());
}

async function enter(): Promise<void> {
  if (waiting.value !== null) {
    const { said } = waiting.value;
    waiting.value = null;
    if (await run(said)) typed.value = "";
    return;
  }
  const text = typed.value.trim();
  if (text === "") { openMade(); return; }
  history.unshift(text);
  past = -1;
  offered.value = [];
  const said = parse(text, world());
  if (isFault(said)) {
    say(false, said.kind === "needs" && said.what === "area" ? whomToAsk() : words.fault(said));
    return;
  }
  try {
    const look = await preview(said);
    if (look !== null) {
      waiting.value = { said, text: look };
      say(null, words.preview(look));
      return;
    }
  } catch (error) {
    explain(error);
    return;
  }
  if (await run(said)) typed.value = "";
}

/** F8: what the advice says for the selected incident; shown first, Enter sends. */
export async function sendAdvice(): Promise<void> {
  const incident = selectedIncident.value;
  if (incident === null || !may("dispatch:command")) {
    say(false, words.fault({ kind: "nothing-selected" }));
    return;
  }
  focusCommand();
  const said: Said = { verb: verbOf("assign"), units: [], incidents: [{ id: incident.incident_id, number: incident.number }], words: "", reason: "" };
  try {
    const look = await preview(said);
    if (look === null) return;
    typed.value = `assign ${said.units.map((one) => one.call_sign).join(" ")} ${incident.number}`;
    waiting.value = { said, text: look };
    say(null, words.preview(look));
  } catch (error) {
    explain(error);
  }
}

function onKey(event: KeyboardEvent): void {
  // An input method ends its word with Enter: that one, and the tick after it, is not meant for us.
  if (event.isComposing || event.keyCode === 229 || event.timeStamp - composedAt < 30) return;
  switch (event.key) {
    case "Enter": event.preventDefault(); void enter(); return;
    case "Escape":
      event.preventDefault();
      event.stopPropagation();
      if (waiting.value !== null) { waiting.value = null; say(null, words.cancelled); } else leave();
      return;
    case "Tab": {
      const first = offered.value[0];
      if (first === undefined || event.shiftKey || first === typed.value) return;
      event.preventDefault();
      typed.value = first;
      offer(first);
      return;
    }
    case "ArrowUp": case "ArrowDown":
      event.preventDefault();
      past = Math.max(-1, Math.min(history.length - 1, past + (event.key === "ArrowUp" ? 1 : -1)));
      typed.value = past < 0 ? "" : (history[past] ?? "");
      return;
    default: return;
  }
}

export function CommandLine() {
  const answer = last.value;
  const input = useRef<HTMLInputElement>(null);
  return (
    <section class="command" aria-label={words.command}>
      <label for="command">:</label>
      <input id="command" ref={input} type="text" autocomplete="off" autocapitalize="off" spellcheck={false} placeholder={words.commandHint} aria-label={`${words.command} Ctrl+/`}
        aria-describedby="answer" value={typed.value} onKeyDown={onKey} onCompositionEnd={(event) => { composedAt = event.timeStamp; }}
        onInput={(event) => { typed.value = event.currentTarget.value; waiting.value = null; offer(typed.value); }} />
      <kbd>Ctrl+/</kbd>
      {offered.value.length > 0 && waiting.value === null && document.activeElement?.id === "command" && (
        <ul class="offers" aria-label="Tab">{offered.value.map((one, n) => <li key={one}><button type="button" tabIndex={-1} onMouseDown={(event) => { event.preventDefault(); typed.value = one; offer(one); }}>{one}{n === 0 && <kbd>Tab</kbd>}</button></li>)}</ul>
      )}
      <output id="answer" role="status" class={answer === null ? "" : answer.ok === null ? "asking" : answer.ok ? "good" : "bad"}>
        {answer === null ? <span class="ink2">{words.noAnswer}</span> : <><span class="answer-text">{answer.ok === null ? "" : answer.ok ? "√ " : "× "}{answer.text}</span> <time>{clockTime(answer.at, area.value)}</time></>}
      </output>
    </section>
  );
}
