// One stream for all tabs of a browser, which may hold six connections to a host over HTTP/1.1 and would hang with more.
// It keeps the board as the tabs do, so that a tab which opens later gets it whole from here.
import { begin, changedBy, whole } from "./board.ts";
import { follow, type Message } from "./source.ts";

const BEAT_MS = 10_000;
const tabs = new Set<MessagePort>();
let area: string | null = null;
let line: Message = { kind: "line", line: "begin", heardAt: null };
let standing: Message | null = null;
let known = false;

function tell(message: Message): void {
  if (message.kind === "line") line = message;
  else if (message.kind === "begun") standing = null;
  else if (message.kind === "event") {
    if (message.type === "kafka") standing = JSON.parse(message.data).connected ? null : message;
    else if (message.type === "snapshot") { begin(JSON.parse(message.data)); known = true; }
    else changedBy(message.type, message.data);
  }
  for (const tab of tabs) tab.postMessage(message);
}

function welcome(tab: MessagePort): void {
  tabs.add(tab);
  tab.postMessage(line);
  if (!known) return; // the stream's own snapshot comes to everybody
  tab.postMessage({ kind: "event", type: "snapshot", data: JSON.stringify(whole()) } satisfies Message);
  if (standing !== null) tab.postMessage(standing);
}

(self as unknown as { onconnect: (event: MessageEvent) => void }).onconnect = (event) => {
  const tab = event.ports[0];
  if (tab === undefined) return;
  tab.onmessage = (said: MessageEvent<{ area?: string; bye?: true }>) => {
    if (said.data.bye) { tabs.delete(tab); return; }
    if (area === null && said.data.area !== undefined) {
      area = said.data.area;
      void follow(area, tell);
      setInterval(() => tell({ kind: "beat" }), BEAT_MS);
    }
    welcome(tab);
  };
};
