// What the stream tells, as the page knows it. The stream is one for all tabs where the browser has shared workers.
import { computed, signal } from "@preact/signals";
import { session } from "../session.ts";
import { begin, changedBy } from "./board.ts";
import { over } from "./over.ts";
import { follow as followHere, type Line, type Message } from "./source.ts";
import workerUrl from "./stream.worker.ts?worker&url";

const WATCH_MS = 15_000;
const SILENT_LOOKS = 3;

const state = signal<Line>("begin");
/** A stream that was let in before the session ended goes on: that is not what the page shows. */
export const line = computed<Line>(() => (over.value ? "over" : state.value));
/** Unix milliseconds of the last thing heard, a comment included; null before the first. */
export const heardAt = signal<number | null>(null);
/** How many events were caught up with after the last break; null while nothing was. */
export const caughtUp = signal<number | null>(null);
/** Unix milliseconds since when the room has no Kafka: the line is there, but the picture stands still. */
export const standingSince = signal<number | null>(null);

function take(message: Message): void {
  switch (message.kind) {
    case "line":
      heardAt.value = message.heardAt;
      state.value = message.line;
      if (message.line === "over") over.value = true;
      return;
    case "begun": standingSince.value = null; return;
    case "caught":
      caughtUp.value = message.count;
      setTimeout(() => { caughtUp.value = null; }, 8000);
      return;
    case "event":
      if (message.type === "snapshot") begin(JSON.parse(message.data));
      else if (message.type === "kafka") standingSince.value = JSON.parse(message.data).connected ? null : (standingSince.value ?? Date.now());
      else changedBy(message.type, message.data);
      return;
    case "beat": return;
  }
}

/** Follow the stream of the area for ever. */
export function follow(area: string): void {
  if (typeof SharedWorker === "undefined") { void followHere(area, take); return; }
  let heard = 0;
  let silent = 0;
  let alone = false;
  // One a session: another person who signs in here has other rights.
  const worker = new SharedWorker(workerUrl, { type: "module", name: `stream/${area}/${session.csrf}` });
  const hello = (): void => worker.port.postMessage({ area });
  const goAlone = (): void => {
    if (alone) return;
    alone = true;
    worker.port.close();
    void followHere(area, take);
  };
  worker.onerror = goAlone;
  worker.port.onmessage = (event: MessageEvent<Message>) => { heard += 1; if (!alone) take(event.data); };
  hello();
  addEventListener("pagehide", () => worker.port.postMessage({ bye: true }));
  addEventListener("pageshow", (event) => { if (event.persisted) hello(); });
  // A worker beats every ten seconds. One that does not is dead, and the page reads for itself.
  setInterval(() => {
    silent = heard === 0 ? silent + 1 : 0;
    heard = 0;
    if (silent >= SILENT_LOOKS) goAlone();
  }, WATCH_MS);
}
