// The units: those that the advice ranks by road time to the selected incident, then the police, free ones first.
import { begun, changed, positionOf } from "../state/board.ts";
import { second } from "../state/clock.ts";
import { advice } from "../state/advice.ts";
import { myUnits, selectedIncident, unitWork } from "../state/derived.ts";
import type { Unit } from "../state/types.ts";
import { span } from "../state/urgency.ts";
import { area, select } from "../state/view.ts";
import { named } from "../session.ts";
import { words } from "../words/index.ts";
import { areaName, placeName } from "../words/names.ts";
import { LOOK_WORDS, lookOf, UnitMark, type UnitLook } from "./Mark.tsx";

const STALE_S = 30;
const LOST_S = 120;
const FAR = 1e9;
const ORDER: Record<UnitLook, number> = { need: 0, free: 1, limited: 2, assigned: 3, enroute: 3, onscene: 4, busy: 5, off: 6 };

/** Seconds since the unit's last position; null when it has sent none. */
export function positionAge(unit: Unit, at: number): number | null {
  const position = positionOf(unit.area, unit.unit);
  return position === undefined ? null : Math.max(0, (at - Date.parse(position.at)) / 1000);
}

export const ageClass = (age: number | null): string => (age === null || age > LOST_S ? "lost" : age > STALE_S ? "stale" : "");

function Row({ unit, look, seconds }: { unit: Unit; look: UnitLook; seconds: number | undefined }) {
  const work = unitWork.value.get(unit.unit);
  const age = positionAge(unit, second.value);
  return (
    <li class={`unit-row ${look}`}>
      <UnitMark look={look} />
      <b class="sign">{unit.call_sign}</b>
      <span class="unit-name" title={named(unit)}>{named(unit)}{unit.home_area !== undefined && ` (${words.borrowed})`}</span>
      <span class="unit-road">{seconds === undefined ? "" : span(seconds)}</span>
      <span class={`unit-state ${look}`}>{unit.lent_to !== undefined ? words.lent : LOOK_WORDS[look]()}{work !== undefined && <> <button type="button" class="link" onClick={() => select(work.number)}>{work.number}</button>{work.others.length > 0 && <button type="button" class="link also" title={work.others.join(" ")} aria-label={words.alsoOn(work.others.join(" "))} onClick={() => select(work.others[0] ?? null)}>+{work.others.length}</button>}</>}
        {look === "free" && unit.standby !== undefined && <small class="ink2"> {placeName(unit.standby.place.name ?? unit.standby.point)}</small>}</span>
      <span class={`unit-age ${ageClass(age)}`} title={age === null ? words.noPosition : words.age(span(age))}>{age === null ? "?" : age > LOST_S ? `? ${span(age)}` : span(age)}</span>
    </li>
  );
}

export function Units() {
  void changed.value;
  const incident = selectedIncident.value;
  const known = advice.value !== null && advice.value.incident === incident?.incident_id ? advice.value : null;
  const seconds = new Map<string, number>();
  for (const role of known?.roles ?? []) for (const one of role.units) if (one.travel_seconds !== undefined) seconds.set(one.unit, Math.min(one.travel_seconds, seconds.get(one.unit) ?? Infinity));
  const shown = myUnits.value.filter((one) => one.status !== "off_duty" || one.emergency !== undefined)
    .map((unit) => ({ unit, look: lookOf(unit, unitWork.value.get(unit.unit)?.status), seconds: seconds.get(unit.unit) }))
    .sort((one, other) => Number(other.look === "need") - Number(one.look === "need") || (one.seconds ?? FAR) - (other.seconds ?? FAR) || Number(other.unit.police) - Number(one.unit.police) || ORDER[one.look] - ORDER[other.look] || one.unit.call_sign.localeCompare(other.unit.call_sign, undefined, { numeric: true }));
  return (
    <section class="panel units" aria-labelledby="units-title">
      <h2 id="units-title" tabIndex={-1}>{words.units} <span class="ink2">{shown.length}</span>{known !== null && seconds.size > 0 && <span class="right ink2">{words.toSelected(incident?.number ?? "")}</span>}</h2>
      {shown.length === 0
        ? <p class="empty">{begun.value ? words.noUnits : words.loading}</p>
        : <ul id="units" class={`list ${seconds.size > 0 ? "" : "plain"}`} tabIndex={0} aria-label={`${words.units} ${areaName(area.value)}`}>{shown.map((one) => <Row key={one.unit.unit} {...one} />)}</ul>}
    </section>
  );
}
