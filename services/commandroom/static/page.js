// Shows the stream: a snapshot first, then every change. EventSource comes back by itself with the last id.
import { WORDS } from "/static/words.js";

const body = document.body;
const language = body.dataset.language;
const words = WORDS[language];
const name = (thing) => (language === "zh" ? thing.name_zh : thing.name_en);
const clock = new Intl.DateTimeFormat(language === "zh" ? "zh-CN" : "en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
const at = (id) => document.getElementById(id);
const MARKS = { 1: "◆", 2: "▲", 3: "■", 4: "▭" };
const UNIT_MARKS = { available: ["○", "free"], conditionally_available: ["◐", "free"], not_available: ["⊗", "busy"] };
const MOST_TOLD = 200;

const incidents = new Map(), units = new Map(), undecided = new Map();
let skew = 0, lastNews = null, connected = false, refused = false, shown = null, dirty = true;

for (const [id, key] of [["incidents-title", "incidents"], ["units-title", "units"], ["told-title", "told"], ["out", "out"], ["no-incidents", "noIncidents"], ["no-units", "noUnits"], ["no-told", "noTold"]]) at(id).textContent = words[key];

function make(tag, className, text) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
}

const now = () => Date.now() + skew;
const span = (from) => {
  const seconds = Math.max(0, Math.floor((now() - Date.parse(from)) / 1000));
  return seconds < 3600 ? `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}` : `${Math.floor(seconds / 3600)} h`;
};

function isOpen(one) { return !["closed", "cancelled", "merged"].includes(one.status); }

function incidentRow(one) {
  const row = make("li");
  const mark = make("span", `mark p${one.priority}`, MARKS[one.priority]);
  mark.title = `P${one.priority}`;
  const when = make("span", "when", span(one.received_at));
  when.dataset.since = one.received_at;
  const on = (one.assignments ?? []).filter((a) => ["assigned", "acknowledged", "en_route", "on_scene"].includes(a.status)).map((a) => a.unit);
  const place = one.location.confidence === 0 ? words.unsure : (one.location.name ?? one.location.grid_cell ?? "");
  row.append(
    mark,
    make("strong", "", `${one.number} ${name(one.category)} · ${words.incident[one.status]}`),
    when,
    make("span", "sub", [place, on.length ? on.join(" ") : words.nobody, one.waiting_roles?.length ? `${words.waits} ${one.waiting_roles.join(", ")}` : ""].filter(Boolean).join(" · ")),
  );
  return row;
}

function unitRow(one) {
  const row = make("li");
  const [mark, kind] = UNIT_MARKS[one.status] ?? ["○", "busy"];
  row.append(make("span", `mark ${kind}`, mark), make("strong", "", one.call_sign), make("span", "place", name(one)), make("span", `state ${kind}`, words.unit[one.emergency ? "emergency" : one.status]));
  return row;
}

function draw() {
  dirty = false;
  const open = [...incidents.values()].filter(isOpen).sort((a, b) => a.priority - b.priority || Date.parse(a.received_at) - Date.parse(b.received_at));
  const onDuty = [...units.values()].filter((one) => one.status !== "off_duty").sort((a, b) => (a.status > b.status ? 1 : a.status < b.status ? -1 : a.call_sign.localeCompare(b.call_sign, undefined, { numeric: true })));
  at("incidents").replaceChildren(...open.slice(0, 300).map(incidentRow));
  at("units").replaceChildren(...onDuty.slice(0, 300).map(unitRow));
  at("no-incidents").hidden = open.length > 0 || shown === null;
  at("no-units").hidden = onDuty.length > 0 || shown === null;
  at("counts").textContent = words.counts(open.length, open.filter((one) => one.status === "queued").length, onDuty.filter((one) => one.status === "available").length);
  const alarms = at("alarms");
  alarms.hidden = undecided.size === 0;
  alarms.replaceChildren(...[...undecided.values()].map((one) => make("p", "", `! ${words.undecided(one.incident_id, Math.round((now() - Date.parse(one.received_at)) / 1000))}`)));
}

function tell(event) {
  const short = event.type.replace(/^fengqiao\./, "").replace(/\.v1$/, "");
  const say = words.events[short];
  if (!say) return;
  const row = make("li");
  row.append(make("time", "quiet", clock.format(new Date(event.time))), make("span", "", say(event.data)));
  at("told").prepend(row);
  while (at("told").children.length > MOST_TOLD) at("told").lastChild.remove();
  at("no-told").hidden = true;
}

function take(event) {
  const data = event.data;
  if (event.type === "fengqiao.incident.state.v1") incidents.set(data.incident_id, data);
  else if (event.type === "fengqiao.unit.state.v1") units.set(`${data.area}/${data.unit}`, data);
  else if (event.type === "fengqiao.alarm.undecided.v1") undecided.set(data.incident_id, data);
  else if (event.type === "fengqiao.alarm.undecided-cleared.v1") undecided.delete(data.incident_id);
  else tell(event);
  dirty = true;
}

function begin(snapshot) {
  skew = Date.parse(snapshot.at) - Date.now();
  for (const map of [incidents, units, undecided]) map.clear();
  for (const area of Object.values(snapshot.areas)) {
    for (const one of area.incidents) incidents.set(one.incident_id, one);
    for (const one of area.units) units.set(`${one.area}/${one.unit}`, one);
  }
  for (const one of snapshot.undecided) undecided.set(one.incident_id, one);
  shown = true;
  dirty = true;
}

function heard() { lastNews = Date.now(); connected = true; }

const source = new EventSource(`/v1/stream${body.dataset.areas ? `?areas=${encodeURIComponent(body.dataset.areas)}` : ""}`);
source.addEventListener("open", heard);
source.addEventListener("snapshot", (message) => { heard(); begin(JSON.parse(message.data)); });
source.addEventListener("undecided", (message) => { heard(); undecided.clear(); for (const one of JSON.parse(message.data)) undecided.set(one.incident_id, one); dirty = true; });
source.addEventListener("error", () => {
  connected = false;
  // The browser gives up for good when it is refused: the session is over, or its role may not look.
  if (source.readyState === EventSource.CLOSED) refused = true;
});
const kinds = [...Object.keys(words.events).map((one) => `fengqiao.${one}.v1`), "fengqiao.incident.state.v1", "fengqiao.unit.state.v1", "fengqiao.alarm.undecided.v1", "fengqiao.alarm.undecided-cleared.v1", "fengqiao.unit.position.v1"];
for (const kind of kinds) source.addEventListener(kind, (message) => { heard(); take(JSON.parse(message.data)); });

setInterval(() => {
  const line = at("line");
  const state = refused ? "refused" : lastNews === null ? "begin" : connected ? "live" : "offline";
  line.dataset.state = state;
  line.textContent = state === "refused" ? words.refused : state === "begin" ? words.begin : state === "live" ? `${words.live} · ${words.age(Math.floor((Date.now() - lastNews) / 1000))}` : words.offline(clock.format(new Date(lastNews)));
  for (const one of document.querySelectorAll("[data-since]")) one.textContent = span(one.dataset.since);
  if (undecided.size) dirty = true;
}, 1000);
setInterval(() => { if (dirty) draw(); }, 100);
draw();
