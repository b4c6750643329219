// The wall: read from five metres, nothing personal, no pointer. Rows turn every 15 s; priority 1 stays.
import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { ask } from "../http.ts";
import { may, named } from "../session.ts";
import { now, second } from "../state/clock.ts";
import { acknowledged, alarms, alarmsInView, counts, limitOf, rows, unsent } from "../state/derived.ts";
import { limits, span } from "../state/urgency.ts";
import { onIt, type Incident } from "../state/types.ts";
import { wallPage } from "../state/wall.ts";
import { area } from "../state/view.ts";
import { session } from "../session.ts";
import { clockTime, words } from "../words/index.ts";
import { IncidentMark } from "./Mark.tsx";
import { MapLater } from "./MapLater.tsx";
import { Countdown, Since, timerName } from "./Timer.tsx";
import { Banner, Line } from "./Bar.tsx";
import { useStrip } from "./Strip.tsx";

const EACH = 12;
const TURN_MS = 15_000;
const turn = signal(0);
const shares = signal<(number | null)[]>([null, null, null]);
const SEGMENTS = ["received_to_assigned", "received_to_on_scene", "received_to_cleared"];

async function readShares(): Promise<void> {
  if (!may("analytics:read")) return;
  const zone = session.areas.find((one) => one.id === area.value)?.timezone ?? "Asia/Shanghai";
  const day = new Intl.DateTimeFormat("sv-SE", { timeZone: zone }).format(new Date(now()));
  shares.value = await Promise.all(SEGMENTS.map(async (segment) => {
    const told = await ask<{ rows: { within_target: number | null }[] }>(`/analytics/v1/response-times?area=${area.value}&from=${day}&to=${day}&segment=${segment}`).catch(() => null);
    return told?.rows[0]?.within_target ?? null;
  }));
}

function Row({ one }: { one: Incident }) {
  const limit = limitOf(one);
  const flashing = one.priority === 1 && (one.status === "active" || one.status === "queued") && !acknowledged.value.has(`queued/${one.incident_id}`);
  return (
    <li class="wall-row">
      <IncidentMark priority={one.priority} flashing={flashing} /><b>{one.number}</b> <span class="wall-what">{named(one.category)}</span>
      <span class={`status ${one.status}`}>{words.status[one.status]}</span> <span class="wall-crews">{onIt(one).map((each) => each.unit).join(" ")}</span>
      <span class="wall-when">{limit === null ? <Since at={one.received_at} /> : <Countdown limit={limit} />}</span>
    </li>
  );
}

export function Wall() {
  useStrip();
  useEffect(() => {
    const timer = setInterval(() => { turn.value += 1; }, TURN_MS);
    const numbers = setInterval(() => void readShares(), 60_000);
    void readShares();
    return () => { clearInterval(timer); clearInterval(numbers); };
  }, []);
  const all = rows.value;
  const { rows: shown, numbers, unseen, page, pages } = wallPage(all, EACH, turn.value);
  // What the wall shows is what F9 acknowledges on it.
  const inView = [...shown, ...numbers].map((one) => `queued/${one.incident_id}`);
  useEffect(() => { alarmsInView.value = inView; return () => { alarmsInView.value = []; }; }, [inView.join()]);
  const split = shown.findIndex((one) => one.priority !== 1);
  const stay = split < 0 ? shown : shown.slice(0, split);
  const oldest = unsent.value.map((one) => Date.parse(one.received_at)).sort((a, b) => a - b)[0];
  const next = all.flatMap((one) => limits(one).filter((limit) => limit.due > second.value).map((limit) => ({ one, limit }))).sort((a, b) => a.limit.due - b.limit.due)[0];
  const percent = (share: number | null | undefined): string => (share === null || share === undefined ? "–" : `${Math.round(share * 100)}%`);
  const place = session.areas.find((one) => one.id === area.value);
  return (
    <main class="wall" aria-label={words.screens.wall}>
      <header class="wall-head"><h1>{place === undefined ? "" : named(place)}</h1><time>{clockTime(second.value, area.value)}</time><Line brief />
        <span><small>{words.wall.queue}</small> <b>{counts.value.queue}</b></span><span class={counts.value.by[1] > 0 ? "act" : ""}><small>{words.wall.p1}</small> <b>{counts.value.by[1]}</b></span><span><small>{words.wall.oldest}</small> <b>{oldest === undefined ? "–" : span((second.value - oldest) / 1000)}</b></span>
        <span class={alarms.value.length > 0 ? "act" : ""}><small>{words.alarms}</small> <b>! {alarms.value.length}</b></span></header>
      <div><Banner /></div>
      <div class="wall-main">
        <section class="panel" aria-label={words.incidents}>{all.length === 0 ? <p class="empty">{words.wall.calm}</p> : <ul>
          {stay.map((one) => <Row key={one.incident_id} one={one} />)}
          {numbers.length > 0 && <li class="wall-numbers"><IncidentMark priority={1} />{numbers.map((one) => <b key={one.incident_id} class={one.status === "active" || one.status === "queued" ? "act" : ""}>{one.number}</b>)}{unseen > 0 && <b>+{unseen}</b>}</li>}
          {shown.slice(stay.length).map((one) => <Row key={one.incident_id} one={one} />)}
        </ul>}{pages > 1 && <p class="ink2 wall-page">{words.wall.page(page + 1, pages)}</p>}</section>
        <MapLater />
      </div>
      <footer class="wall-foot"><span>{words.wall.tonight} <b>{percent(shares.value[0])} / {percent(shares.value[1])} / {percent(shares.value[2])}</b> <small>{words.wall.answered} / {words.wall.arrived} / {words.wall.handled}</small></span>
        {next !== undefined && <span>{words.wall.next} <b>{next.one.number} {timerName(next.limit.what)} {span((next.limit.due - second.value) / 1000)}</b></span>}</footer>
    </main>
  );
}
