// What several panels need to know of the board, worked out once a change.
import { computed, signal } from "@preact/signals";
import { afterAcknowledging, inTurn, type Alarm } from "./alarms.ts";
import { changed, incidents, undecided, units, unreadable } from "./board.ts";
import { now, second } from "./clock.ts";
import { isOpen, onIt, type Incident, type Unit } from "./types.ts";
import { workOf } from "./work.ts";
import { limits, ordered, shownLimit, span, type Limit } from "./urgency.ts";
import { area, filter, selected } from "./view.ts";
import { named } from "../session.ts";
import { timerName } from "../ui/Timer.tsx";
import { words } from "../words/index.ts";
import { placeName } from "../words/names.ts";

const HANDS_MS = 3000;
/** When a key or the pointer was last used: nothing is sorted anew for three seconds after. */
let handsAt = 0;
export const handsUsed = (): void => { handsAt = Date.now(); };
const handsBusy = (): boolean => Date.now() - handsAt < HANDS_MS;

export const open = computed<Incident[]>(() => {
  void changed.value;
  return [...incidents.values()].filter((one) => one.area === area.value && isOpen(one));
});

export const myUnits = computed<Unit[]>(() => {
  void changed.value;
  return [...units.values()].filter((one) => one.area === area.value);
});

export const emergencies = computed(() => new Set(myUnits.value.flatMap((one) => (one.emergency === undefined ? [] : [one.emergency]))));

let kept: string[] = [];
/** The open incidents in the order of the list. */
export const rows = computed<Incident[]>(() => {
  void second.value;
  kept = ordered(open.value, kept, handsBusy(), now(), emergencies.value);
  return kept.flatMap((id) => incidents.get(id) ?? []);
});

const passes = (one: Incident, text: string): boolean =>
  one.priority === 1 || emergencies.value.has(one.incident_id) ||
  [one.number, named(one.category), one.category.name_zh, one.location.name ?? "", placeName(one.location.name ?? ""), one.location.grid_cell ?? "", words.status[one.status], ...onIt(one).map((each) => each.unit)]
    .some((each) => each.toLowerCase().includes(text.toLowerCase()));

/** Rows after the filter, which never hides priority 1 nor an emergency. */
export const shownRows = computed(() => (filter.value === "" ? rows.value : rows.value.filter((one) => passes(one, filter.value))));

export const selectedIncident = computed<Incident | null>(() => {
  void changed.value;
  if (selected.value === null) return null;
  return [...incidents.values()].find((one) => one.area === area.value && one.number === selected.value) ?? null;
});

/** The limit that is shown of an incident, in the list, on the wall and in the drawer. */
export const limitOf = (one: Incident): Limit | null => shownLimit(one, second.value);

/** What each unit works on, and what else it holds. */
export const unitWork = computed(() => workOf(open.value));

export const acknowledged = signal<ReadonlySet<string>>(new Set());
/** The keys of the alarms that stand on the screen as words. */
export const alarmsInView = signal<readonly string[]>([]);
/** Acknowledge what is in view: nobody has acknowledged what nobody could read. */
export function acknowledge(): void {
  acknowledged.value = afterAcknowledging(alarms.peek(), acknowledged.peek(), alarmsInView.peek());
}

/** What needs somebody now: unacknowledged before acknowledged, the gravest first. An alarm stays until its cause has gone. */
export const alarms = computed<Alarm[]>(() => {
  const at = second.value;
  const found: Alarm[] = [];
  for (const one of myUnits.value) {
    if (one.emergency !== undefined) found.push({ key: `need/${one.emergency}`, text: words.alarm.emergency(one.call_sign), incident: incidents.get(one.emergency)?.number ?? null, grave: true });
  }
  void changed.value;
  for (const one of undecided.values()) {
    if (one.area === area.value) found.push({ key: `undecided/${one.incident_id}`, text: words.alarm.undecided([one.priority === undefined ? "" : `P${one.priority}`, one.category === undefined ? "" : named(one.category), placeName(one.location?.name ?? one.location?.grid_cell ?? "")].filter(Boolean).join(" ")), age: span((at - Date.parse(one.received_at)) / 1000), incident: null, grave: one.priority === 1 });
  }
  for (const [key, one] of unreadable) {
    if (one.area === area.value) found.push({ key: `unreadable/${key}`, text: words.alarm.unreadable, incident: null, grave: true });
  }
  for (const one of open.value) {
    if (one.status === "queued" && one.priority <= 2) found.push({ key: `queued/${one.incident_id}`, text: words.alarm.queued(one.number), age: span((at - Date.parse(one.received_at)) / 1000), incident: one.number, grave: one.priority === 1 });
    for (const limit of limits(one)) {
      if (limit.due > at) continue;
      const unit = one.assignments?.find((each) => each.id === limit.assignmentId)?.unit;
      const text = limit.what === "acknowledge" && unit !== undefined ? words.alarm.unsigned(unit, one.number) : words.alarm.over(one.number, timerName(limit.what));
      if (one.priority <= 2) found.push({ key: `${one.incident_id}/${limit.what}/${limit.assignmentId ?? ""}`, text, incident: one.number, grave: one.priority === 1 && limit.what === "acknowledge" });
    }
  }
  return inTurn(found, acknowledged.value);
});

/** What waits to be sent: also what dispatch has not decided yet, and so is in no list. */
export const unsent = computed<{ received_at: string }[]>(() => {
  void changed.value;
  return [
    ...open.value.filter((one) => one.status === "queued" || one.status === "active"),
    ...[...undecided.values()].filter((one) => one.area === area.value && !incidents.has(one.incident_id)),
  ];
});

export const counts = computed(() => {
  const by = { 1: 0, 2: 0, 3: 0, 4: 0 };
  for (const one of open.value) by[one.priority] += 1;
  return {
    by, open: open.value.length, queue: unsent.value.length,
    free: myUnits.value.filter((one) => one.status === "available").length,
    feedback: open.value.filter((one) => one.status === "awaiting_feedback").length,
  };
});
