// The one stream. It is read with fetch, not with EventSource, which gives up for good when it is answered 503:
// the command room answers that while it reads its board after a restart, and a desk must come back by itself.
import { signal } from "@preact/signals";
import { begin, setUndecided, take } from "./board.ts";
import { EventReader } from "./sse.ts";

const SILENCE_MS = 25_000; // comments come every ten seconds
const LONGEST_PAUSE_MS = 5_000;

export type Line = "begin" | "live" | "offline" | "refused";
export const line = signal<Line>("begin");
/** Unix milliseconds of the last thing heard, a comment included; null before the first. */
export const heardAt = signal<number | null>(null);
/** How many events were caught up with after the last break; null while nothing was. */
export const caughtUp = signal<number | null>(null);

/** Unix milliseconds since when the room has no Kafka: the line is there, but the picture stands still. */
export const standingSince = signal<number | null>(null);

let lastId = "";
let breakAt: number | null = null;
let missed = 0;

function heard(): void {
  heardAt.value = Date.now();
  line.value = "live";
}

function tell(type: string, data: string): void {
  if (type === "snapshot") begin(JSON.parse(data));
  else if (type === "kafka") standingSince.value = JSON.parse(data).connected ? null : (standingSince.value ?? Date.now());
  else if (type === "undecided") setUndecided(JSON.parse(data));
  else if (type === "reset" || type === "dropped" || type === "ended") return;
  else {
    if (breakAt !== null) missed += 1;
    take(JSON.parse(data));
  }
}

async function read(areas: string): Promise<void> {
  const stop = new AbortController();
  let silence = setTimeout(() => stop.abort(), SILENCE_MS);
  try {
    const query = new URLSearchParams(areas ? { areas } : {});
    const headers: Record<string, string> = lastId ? { "Last-Event-ID": lastId } : {};
    const answer = await fetch(`/v1/stream?${query}`, { headers, signal: stop.signal, cache: "no-store" });
    if (answer.status === 401 || answer.status === 403) {
      line.value = "refused";
      return;
    }
    if (!answer.ok || answer.body === null) return;
    standingSince.value = null; // it is told anew where it is still so
    const reader = new EventReader();
    reader.lastId = lastId;
    const bytes = answer.body.getReader();
    const text = new TextDecoder();
    for (;;) {
      const { done, value } = await bytes.read();
      if (done) return;
      clearTimeout(silence);
      silence = setTimeout(() => stop.abort(), SILENCE_MS);
      heard();
      for (const message of reader.feed(text.decode(value, { stream: true }))) tell(message.type, message.data);
      lastId = reader.lastId;
      if (breakAt !== null) settle();
    }
  } catch {
    return; // the network went: the loop comes back
  } finally {
    clearTimeout(silence);
    stop.abort();
  }
}

let settling: ReturnType<typeof setTimeout> | undefined;
function settle(): void {
  clearTimeout(settling);
  settling = setTimeout(() => {
    caughtUp.value = missed;
    missed = 0;
    breakAt = null;
    setTimeout(() => { caughtUp.value = null; }, 8000);
  }, 700);
}

/** Follow the stream for ever; a refused one is tried again once a minute, as the session may be renewed. */
export async function follow(areas: string): Promise<never> {
  let pause = 200;
  for (;;) {
    const before = heardAt.value;
    await read(areas);
    if (line.value === "live") {
      line.value = "offline";
      breakAt ??= Date.now();
      missed = 0;
    }
    pause = heardAt.value !== before ? 200 : Math.min(pause * 2, LONGEST_PAUSE_MS);
    await new Promise((resolve) => setTimeout(resolve, (line.value as Line) === "refused" ? 60_000 : pause));
  }
}
