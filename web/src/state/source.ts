// The stream itself: read, resumed, and told as messages. It runs in a worker that all tabs share, or in the page where
// there is no such worker. It is read with fetch, not with EventSource, which gives up for good when it is answered 503:
// the command room answers that while it reads its board after a restart, and a desk must come back by itself.
import { EventReader } from "./sse.ts";

const SILENCE_MS = 25_000; // comments come every ten seconds
const LONGEST_PAUSE_MS = 5_000;
const REFUSED_MS = 60_000; // somebody may sign in again meanwhile, in another tab
const SETTLED_MS = 700;

/** over: nobody is signed in any more. refused: somebody is, without the right to it. */
export type Line = "begin" | "live" | "offline" | "refused" | "over";
export type Message =
  /** heardAt: Unix milliseconds of the last thing heard, a comment included. */
  | { kind: "line"; line: Line; heardAt: number | null }
  /** A stream has begun: what is lasting is told anew on it. */
  | { kind: "begun" }
  | { kind: "event"; type: string; data: string }
  /** So many events were caught up with after a break. */
  | { kind: "caught"; count: number }
  /** The worker is there. */
  | { kind: "beat" };

/** Follow the stream for ever. */
export async function follow(areas: string, tell: (message: Message) => void): Promise<never> {
  let line: Line = "begin";
  let heardAt: number | null = null;
  let lastId = "";
  let broken = false;
  let missed = 0;
  let settling: ReturnType<typeof setTimeout> | undefined;

  const say = (next: Line): void => { line = next; tell({ kind: "line", line, heardAt }); };
  const settle = (): void => {
    clearTimeout(settling);
    settling = setTimeout(() => { tell({ kind: "caught", count: missed }); missed = 0; broken = false; }, SETTLED_MS);
  };

  async function read(): Promise<void> {
    const stop = new AbortController();
    let silence = setTimeout(() => stop.abort(), SILENCE_MS);
    try {
      const query = new URLSearchParams(areas ? { areas } : {});
      const headers: Record<string, string> = lastId ? { "Last-Event-ID": lastId } : {};
      const answer = await fetch(`/v1/stream?${query}`, { headers, signal: stop.signal, cache: "no-store" });
      if (answer.status === 401) return say("over");
      if (answer.status === 403) return say("refused");
      if (!answer.ok || answer.body === null) return;
      tell({ kind: "begun" });
      const reader = new EventReader();
      reader.lastId = lastId;
      const bytes = answer.body.getReader();
      const text = new TextDecoder();
      for (;;) {
        const { done, value } = await bytes.read();
        if (done) return;
        clearTimeout(silence);
        silence = setTimeout(() => stop.abort(), SILENCE_MS);
        heardAt = Date.now();
        say("live");
        for (const { type, data } of reader.feed(text.decode(value, { stream: true }))) {
          if (type === "reset" || type === "dropped" || type === "ended") continue;
          if (broken && type.startsWith("fengqiao.")) missed += 1;
          tell({ kind: "event", type, data });
        }
        lastId = reader.lastId;
        if (broken) settle();
      }
    } catch {
      return; // the network went: the loop comes back
    } finally {
      clearTimeout(silence);
      stop.abort();
    }
  }

  for (let pause = 200; ;) {
    const before = heardAt;
    await read();
    if ((line as Line) === "live") {
      broken = true;
      missed = 0;
      clearTimeout(settling);
      say("offline");
    }
    pause = heardAt !== before ? 200 : Math.min(pause * 2, LONGEST_PAUSE_MS);
    await new Promise((resolve) => setTimeout(resolve, ["refused", "over"].includes(line) ? REFUSED_MS : pause));
  }
}
