// A limit that counts: its name, what is left, a bar; orange from 80 %, red and counting up when it is over.
import { second } from "../state/clock.ts";
import { span, spent, type Limit } from "../state/urgency.ts";
import { words } from "../words/index.ts";

export function timerName(what: string): string {
  const kind = what.split(":")[0] ?? what;
  return typeof words.timer[kind] === "string" ? (words.timer[kind] as string) : kind;
}

export function Countdown({ limit, named = true }: { limit: Limit; named?: boolean }) {
  const now = second.value;
  const share = spent(limit, now);
  const stage = share >= 1 ? "over" : share >= 0.8 ? "soon" : share >= 0.5 ? "half" : "early";
  const left = span(Math.abs(limit.due - now) / 1000);
  return (
    <span class={`timer ${stage}`}>
      <span class="timer-text">{named && <small>{timerName(limit.what)} </small>}{share >= 1 ? words.timer["over"](left) : words.timer["left"](left)}</span>
      <span class="timer-bar" aria-hidden="true"><span style={{ width: `${Math.round(Math.min(share, 1) * 100)}%` }} /></span>
    </span>
  );
}

/** Time since, counting. */
export function Since({ at }: { at: string | number }) {
  return <span class="since">{span((second.value - (typeof at === "number" ? at : Date.parse(at))) / 1000)}</span>;
}
