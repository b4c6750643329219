import { taking } from "../state/call.ts";
import { second } from "../state/clock.ts";
import { area, selected } from "../state/view.ts";
import { shift } from "./Bar.tsx";
import { CommandLine } from "./CommandLine.tsx";
import { Drawer } from "./Drawer.tsx";
import { Incidents } from "./Incidents.tsx";
import { MapLater } from "./MapLater.tsx";
import { Strip } from "./Strip.tsx";
import { TakeCall } from "./TakeCall.tsx";
import { Told } from "./Told.tsx";
import { Units } from "./Units.tsx";
import { may, named, session } from "../session.ts";
import { clockTime, wholeDay, words } from "../words/index.ts";

/** On paper there is no bar: where, which shift, and when it was printed. */
function printedHead(): string {
  const place = session.areas.find((one) => one.id === area.value);
  return [place === undefined ? words.title : named(place), shift.value, `${wholeDay(second.value, area.value)} ${clockTime(second.value, area.value)}`].filter(Boolean).join(" · ");
}

/** The desk: situation, map, resources and control in view at the same time. */
export function Desk() {
  const drawer = taking.value || selected.value !== null;
  return (
    <>
      <main class={`desk ${drawer ? "with-drawer" : ""}`}>
        <p class="on-paper">{printedHead()}</p>
        <Incidents />
        <div class="middle"><MapLater />{taking.value ? <TakeCall /> : <Drawer />}</div>
        <div class="right-side"><Units /><Told /></div>
      </main>
      <Strip />
      {may("dispatch:read") && <CommandLine />}
    </>
  );
}
