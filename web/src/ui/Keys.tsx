// F1: every key, and every command with its words.
import { signal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import { VERBS } from "../commands/verbs.ts";
import { may, session } from "../session.ts";
import { letters, setLetters } from "../state/letters.ts";
import { words } from "../words/index.ts";

export const keysShown = signal(false);

export function Dialog({ label, close, children, wide = false }: { label: string; close: () => void; children: preact.ComponentChildren; wide?: boolean }) {
  const element = useRef<HTMLDialogElement>(null);
  // Before it is painted: who types at once types into it.
  useLayoutEffect(() => {
    const before = document.activeElement;
    element.current?.showModal();
    // What closes gives the focus back to where it was.
    return () => { if (before instanceof HTMLElement) before.focus(); };
  }, []);
  return <dialog ref={element} aria-label={label} class={wide ? "wide" : ""} onCancel={(event) => { event.preventDefault(); close(); }}>{children}</dialog>;
}

export function Keys() {
  if (!keysShown.value) return null;
  const close = () => { keysShown.value = false; };
  return (
    <Dialog label={words.keys.title} close={close} wide>
      <h2 class="dialog-head">{words.keys.title} <button type="button" class="right" onClick={close}>{words.keys.close} <kbd>Esc</kbd></button></h2>
      <div class="key-columns">
        <section><h3>{words.keys.everywhere}</h3><dl>{words.keys.list.map(([key = "", what = ""]) => <div key={key}><dt><kbd>{key}</kbd></dt><dd>{what}</dd></div>)}</dl>
          <h3>{words.keys.outside} · <label class="check"><input id="letters" type="checkbox" checked={letters.value} onChange={(event) => setLetters(event.currentTarget.checked)} /> {words.keys.lettersOn}</label></h3><dl>{words.keys.letters.map(([key = "", what = ""]) => <div key={key}><dt><kbd>{key}</kbd></dt><dd>{what}</dd></div>)}</dl></section>
        <section class="verbs"><h3>{words.keys.verbs}</h3>
          <table><tbody>{VERBS.filter((one) => may(one.scope)).map((one) => (
            <tr key={one.id}><th scope="row">{words.act[one.id]}</th><td><code>{one.en.join(" ")}</code></td>{session.language !== "zh" && <td lang="zh-CN">{one.zh.join(" ")}</td>}<td><code>{one.py.join(" ")}</code></td><td><code>{one.example}</code></td></tr>
          ))}</tbody></table></section>
      </div>
    </Dialog>
  );
}
