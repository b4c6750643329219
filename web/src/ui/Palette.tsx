// Ctrl+K: find an action by what it is called in either language, or by its initials.
import { signal } from "@preact/signals";
import { undoLast } from "../commands/run.ts";
import { VERBS } from "../commands/verbs.ts";
import { setSound, sound } from "../commands/answer.ts";
import { may } from "../session.ts";
import { beginCall } from "../state/call.ts";
import { acknowledge } from "../state/derived.ts";
import { letters, setLetters } from "../state/letters.ts";
import { address, allowed, area, heat, keep, show, theme } from "../state/view.ts";
import { heatCells } from "../state/heat.ts";
import { words } from "../words/index.ts";
import { fillCommand, sendAdvice } from "./CommandLine.tsx";
import { Dialog, keysShown } from "./Keys.tsx";
import { named, session } from "../session.ts";

export const paletteShown = signal(false);

interface Action { name: string; also: string; key: string; run: () => void }

function actions(): Action[] {
  const found: Action[] = [];
  const add = (name: string, key: string, run: () => void, also = ""): void => { found.push({ name, key, run, also }); };
  if (may("incidents:write") && may("stream:read")) add(words.act["call"] ?? "", "F2", () => beginCall(), "call 接警 jj");
  if (may("dispatch:command")) {
    add(words.recommendation["send"] as string, "F8", () => void sendAdvice(), "advice 建议 jy");
    add(words.alarm.acknowledgeThem, "F9", acknowledge, "ack 确认 qr");
    add(words.undo, "u", () => void undoLast(), "undo 撤回 ch");
    for (const one of VERBS) if (one.id !== "call" && may(one.scope)) add(words.act[one.id] ?? one.id, one.py[0] ?? "", () => fillCommand(`${one.en[0]} `), [...one.en, ...one.zh, ...one.py].join(" "));
    add(`${words.bar.sound} ${sound.value ? words.bar.soundOff : words.bar.soundOn}`, "", () => setSound(!sound.value), "tone sound 提示音 tsy");
  }
  add(`${words.keys.lettersOn}${words.colon}${letters.value ? words.bar.soundOff : words.bar.soundOn}`, "", () => setLetters(!letters.value), "letters keys 字母键 zmj");
  for (const one of allowed) add(words.screens[one], ({ desk: "g d", mediation: "g m", analytics: "g a", wall: "g w", crew: "" })[one], () => show(one), one);
  for (const one of ["auto", "light", "dark"] as const) add(`${words.bar.theme}${words.colon}${words.bar[one]}`, "", () => { theme.value = one; keep(); }, one);
  if (heatCells.value.features.length > 0) add(words.layers.heat, "h", () => { heat.value = !heat.value; keep(); }, "heat 热力 rl");
  add(words.bar.other, "", () => location.assign(address({ lang: session.language === "zh" ? "en" : "zh" })), "language 语言 english 中文");
  for (const one of session.areas) if (one.id !== area.value) add(`${words.bar.area}${words.colon}${named(one)}`, "", () => location.assign(address({ area: one.id, sel: null, case: null, at: null })), one.id);
  add(words.bar.signOut, "", () => location.assign(`/sign-in/out?lang=${session.language}`), "sign out 退出 tc");
  add(words.keys.title, "F1", () => { keysShown.value = true; }, "keys help 帮助 按键");
  return found;
}

const sought = signal("");
const at = signal(0);

export function Palette() {
  if (!paletteShown.value) return null;
  const close = (): void => { paletteShown.value = false; sought.value = ""; at.value = 0; };
  const low = sought.value.toLowerCase().trim();
  const found = actions().filter((one) => `${one.name} ${one.also} ${one.key}`.toLowerCase().includes(low)).slice(0, 12);
  const choose = (one: Action | undefined): void => { if (one === undefined) return; close(); setTimeout(one.run, 0); };
  return (
    <Dialog label={words.palette.title} close={close}>
      <input type="text" role="combobox" aria-expanded="true" aria-controls="palette-list" aria-activedescendant={`palette-${at.value}`} aria-label={words.palette.title} placeholder={words.palette.hint} value={sought.value}
        onInput={(event) => { sought.value = event.currentTarget.value; at.value = 0; }}
        onKeyDown={(event) => {
          if (event.isComposing || event.keyCode === 229) return;
          if (event.key === "Enter") { event.preventDefault(); choose(found[at.value]); }
          if (event.key === "ArrowDown" || event.key === "ArrowUp") { event.preventDefault(); at.value = Math.max(0, Math.min(found.length - 1, at.value + (event.key === "ArrowDown" ? 1 : -1))); }
        }} />
      {found.length === 0 ? <p class="empty">{words.palette.none}</p> : <ul id="palette-list" role="listbox" aria-label={words.palette.title}>{found.map((one, n) => (
        <li key={one.name} id={`palette-${n}`} role="option" aria-selected={n === at.value} class={n === at.value ? "chosen" : ""} onClick={() => choose(one)}>{one.name}{one.key !== "" && <kbd>{one.key}</kbd>}</li>
      ))}</ul>}
    </Dialog>
  );
}
