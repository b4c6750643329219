// What happens, in words: the newest on top.
import { changed, told } from "../state/board.ts";
import type { Told as Row } from "../state/types.ts";
import { area, select } from "../state/view.ts";
import { clockTime, words } from "../words/index.ts";

export function say(one: { type: string; data: any }): string {
  const short = one.type.replace(/^fengqiao\./, "").replace(/\.v\d+$/, "");
  const sentence = words.event[short];
  return sentence === undefined ? short : sentence(one.data ?? {});
}

const notable = (one: Row): boolean => one.area === area.value && words.event[one.type] !== undefined;

export function Told() {
  void changed.value;
  const shown = told.filter(notable).slice(0, 60);
  return (
    <section class="panel told" aria-labelledby="told-title">
      <h2 id="told-title">{words.told}</h2>
      {shown.length === 0 ? <p class="empty">{words.noTold}</p> : (
        <ol class="list" tabIndex={0} aria-labelledby="told-title">
          {shown.map((one) => (
            <li key={one.id} class="told-row"><time>{clockTime(one.time, area.value)}</time>
              {typeof one.data["number"] === "string" ? <button type="button" class="link" onClick={() => select(one.data["number"] as string)}>{say(one)}</button> : <span>{say(one)}</span>}</li>
          ))}
        </ol>
      )}
    </section>
  );
}
