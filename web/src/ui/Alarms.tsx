// What needs somebody now. Pinned, counted, never scrolled away; flashing only while unacknowledged and grave.
import { acknowledge, acknowledged, alarms } from "../state/derived.ts";
import { select } from "../state/view.ts";
import { words } from "../words/index.ts";

const MOST = 4;

export function Alarms() {
  const all = alarms.value;
  if (all.length === 0) return <div class="alarms-none" />;
  const fresh = all.filter((one) => !acknowledged.value.has(one.key));
  return (
    <section id="alarms" class="alarms" aria-label={words.alarms} aria-live="assertive">
      <ul>
        {all.slice(0, MOST).map((one) => (
          <li key={one.key}>
            <span class={`bang ${one.grave && !acknowledged.value.has(one.key) ? "flashing" : ""}`} aria-hidden="true">!</span>
            {one.incident === null ? one.text : <button type="button" class="link" onClick={() => select(one.incident)}>{one.text}</button>}
          </li>
        ))}
        {all.length > MOST && <li>{words.alarm.more(all.length - MOST)}</li>}
      </ul>
      {fresh.length > 0 && <button type="button" class="on-red" onClick={acknowledge}>{words.alarm.acknowledge}</button>}
    </section>
  );
}
