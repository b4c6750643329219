// What needs somebody now. Pinned, counted, never scrolled away; flashing only while unacknowledged and grave. It has a
// line of its own that is always there, so that an alarm which comes moves nothing.
import { signal } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import type { Alarm } from "../state/alarms.ts";
import { acknowledge, acknowledged, alarms, alarmsInView } from "../state/derived.ts";
import { liveness } from "../state/liveness.ts";
import { heardAt, line, standingSince } from "../state/stream.ts";
import { select } from "../state/view.ts";
import { words } from "../words/index.ts";

/** More than this many are not tried in the line. */
const MOST = 6;
/** How many the line has room for. */
const fits = signal(MOST);
const listed = signal(false);

function One({ one, hidden = false }: { one: Alarm; hidden?: boolean }) {
  const pick = (): void => { select(one.incident); listed.value = false; };
  return (
    <li class={hidden ? "no-room" : ""} title={one.text}>
      <span class={`bang ${one.grave && !acknowledged.value.has(one.key) ? "flashing" : ""}`} aria-hidden="true">!</span>
      {one.incident === null ? one.text : <button type="button" class="link" tabIndex={hidden ? -1 : 0} onClick={pick}>{one.text}</button>}
      {one.age !== undefined && <span class="age"> {one.age}</span>}
    </li>
  );
}

export function Alarms() {
  const row = useRef<HTMLUListElement>(null);
  const all = alarms.value;
  const more = all.length - Math.min(fits.value, all.length);
  const open = listed.value && more > 0;
  const inView = open ? all : all.slice(0, fits.value);
  const fresh = inView.filter((one) => !acknowledged.value.has(one.key));
  useLayoutEffect(() => {
    // What wraps is not seen: the line is one row high.
    const items = [...(row.current?.children ?? [])] as HTMLElement[];
    const seen = items.filter((one) => one.offsetTop <= (items[0]?.offsetTop ?? 0)).length;
    fits.value = items.length === 0 || seen === items.length ? MOST : seen;
  });
  const keys = inView.map((one) => one.key).join();
  useEffect(() => { alarmsInView.value = inView.map((one) => one.key); }, [keys]);
  useEffect(() => () => { alarmsInView.value = []; listed.value = false; }, []);
  // A list that has nothing more to say does not open again by itself.
  useEffect(() => { if (more === 0) listed.value = false; }, [more === 0]);
  // It is there before there is anything to hear, else a reader would miss the first.
  const heard = <ul key="heard" class="heard" aria-live="assertive" aria-relevant="additions">{all.slice(0, MOST).map((one) => <li key={one.key}>{one.text}</li>)}</ul>;
  // "None" is said only while it is known.
  if (all.length === 0) return <section id="alarms" class="alarms none" aria-label={words.alarms}>{liveness(line.value, heardAt.value, standingSince.value, Date.now()) === "live" && words.alarm.none}{heard}</section>;
  return (
    <section id="alarms" class="alarms" aria-label={words.alarms} onKeyDown={(event) => { if (event.key === "Escape" && open) { event.stopPropagation(); listed.value = false; } }}>
      <ul ref={row} class="alarm-line">{all.slice(0, MOST).map((one, n) => <One key={one.key} one={one} hidden={n >= fits.value} />)}</ul>
      {more > 0 && <button type="button" class="on-red" data-key="a" aria-expanded={open} onClick={() => { listed.value = !listed.value; }}>{words.alarm.more(more)} <kbd>a</kbd></button>}
      {fresh.length > 0 && <button type="button" class="on-red" onClick={acknowledge}>{words.alarm.acknowledge(fresh.length)}</button>}
      {open && <ul class="alarm-list" tabIndex={0} aria-label={words.alarms}>{all.map((one) => <One key={one.key} one={one} />)}</ul>}
      {heard}
    </section>
  );
}
