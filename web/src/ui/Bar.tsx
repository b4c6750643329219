// The bar on top: where, when, how old; how many wait. It is on every screen.
import { signal } from "@preact/signals";
import { session, named } from "../session.ts";
import { second } from "../state/clock.ts";
import { alarms, counts } from "../state/derived.ts";
import { caughtUp, heardAt, line, standingSince } from "../state/stream.ts";
import { liveness } from "../state/liveness.ts";
import { span } from "../state/urgency.ts";
import { address, allowed, area, keep, screen, show, theme, type Theme } from "../state/view.ts";
import { setSound, sound } from "../commands/answer.ts";
import { clockTime, words } from "../words/index.ts";
import { IncidentMark } from "./Mark.tsx";
import { keysShown } from "./Keys.tsx";
import { may } from "../session.ts";

export const shift = signal<string>("");
const THEMES: Theme[] = ["auto", "light", "dark"];
const KEY: Record<string, string> = { desk: "g d", mediation: "g m", analytics: "g a", wall: "g w", crew: "" };

/** Whether the picture is of now, and how old. It is green only while something comes. brief: without the seconds of what is well. */
export function Line({ brief = false }: { brief?: boolean }) {
  void second.value;
  const at = Date.now();
  const state = liveness(line.value, heardAt.value, standingSince.value, at);
  const ago = (since: number | null): number => (since === null ? 0 : Math.floor((at - since) / 1000));
  const text = {
    live: caughtUp.value !== null ? words.line.caught(caughtUp.value) : brief ? words.line.lives : words.line.live(ago(heardAt.value)),
    silent: words.line.silent(span(ago(heardAt.value))), standing: words.line.stands(span(ago(standingSince.value))),
    offline: words.offline, begin: words.line.begin, over: words.over.short, refused: words.line.refused,
  }[state];
  return <span id="line" class={`line ${state}`} data-state={state}>{text}</span>;
}

/** Told across the whole page when the stream has broken: how old the picture is. */
export function Banner() {
  void second.value;
  const standing = standingSince.value;
  if (line.value === "live" && standing !== null) return <p class="banner" role="alert">! {words.line.standing(clockTime(standing, area.value))} · {words.line.stale(span((Date.now() - standing) / 1000))}</p>;
  if (line.value !== "offline" && line.value !== "refused") return null;
  const since = heardAt.value;
  if (line.value === "refused" || since === null) return <p class="banner" role="alert">! {words.line.refused} <a href={`/sign-in?${new URLSearchParams({ lang: session.language, view: address().slice(2) })}`}>{words.reload}</a></p>;
  return <p class="banner" role="alert">! {words.line.offline(clockTime(since, area.value))} · {words.line.stale(span((Date.now() - since) / 1000))}</p>;
}

export function Bar() {
  const place = session.areas.find((one) => one.id === area.value);
  const told = counts.value;
  return (
    <header class="bar">
      <h1>{place === undefined ? words.title : named(place)}</h1>
      {shift.value !== "" && <span class="ink2">{shift.value}</span>}
      <time class="bar-clock">{clockTime(second.value, area.value)}</time>
      {may("stream:read") && <>
        <Line />
        <span class="counts" aria-label={words.incidents}>
          {([1, 2, 3, 4] as const).map((priority) => <span key={priority} class="count"><IncidentMark priority={priority} />{told.by[priority]}</span>)}
        </span>
        <span class={`count ${alarms.value.length > 0 ? "act" : ""}`}>! {alarms.value.length} {words.bar.alarms}</span>
        <span class="count">{words.bar.queue} {told.queue}</span>
        <span class="count">{words.bar.free} {told.free}</span>
      </>}
      <nav aria-label={words.title}>
        {allowed.map((one) => (
          <a key={one} href={address({ view: one })} aria-current={screen.value === one ? "page" : undefined}
            onClick={(event) => { event.preventDefault(); show(one); }}>{words.screens[one]} <kbd>{KEY[one]}</kbd></a>
        ))}
      </nav>
      <span class="tools">
        {session.areas.length > 1 && <select data-key="r" title={`${words.bar.area} r`} aria-label={words.bar.area} value={area.value} onChange={(event) => { location.assign(address({ area: event.currentTarget.value, sel: null, at: null })); }}>
          {session.areas.map((one) => <option key={one.id} value={one.id}>{named(one)}</option>)}
        </select>}
        <select data-key="t" title={`${words.bar.theme} t`} aria-label={words.bar.theme} value={theme.value} onChange={(event) => { theme.value = event.currentTarget.value as Theme; keep(); }}>
          {THEMES.map((one) => <option key={one} value={one}>{words.bar[one]}</option>)}
        </select>
        {may("dispatch:command") && <button type="button" data-key="b" aria-pressed={sound.value} onClick={() => setSound(!sound.value)}>{words.bar.sound} {sound.value ? words.bar.soundOn : words.bar.soundOff} <kbd>b</kbd></button>}
        <button type="button" onClick={() => { keysShown.value = true; }}>{words.bar.keys} <kbd>F1</kbd></button>
        <a data-key="e" href={address({ lang: session.language === "zh" ? "en" : "zh" })} lang={session.language === "zh" ? "en" : "zh-CN"}>{words.bar.other} <kbd>e</kbd></a>
        <a id="out" href={`/sign-in/out?lang=${session.language}`} title={`${session.client} · ${session.role}`}>{words.bar.signOut}</a>
      </span>
    </header>
  );
}
