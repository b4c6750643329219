import { taking } from "../state/call.ts";
import { selected } from "../state/view.ts";
import { CommandLine } from "./CommandLine.tsx";
import { Drawer } from "./Drawer.tsx";
import { Incidents } from "./Incidents.tsx";
import { MapLater } from "./MapLater.tsx";
import { Strip } from "./Strip.tsx";
import { TakeCall } from "./TakeCall.tsx";
import { Told } from "./Told.tsx";
import { Units } from "./Units.tsx";
import { may } from "../session.ts";

/** The desk: situation, map, resources and control in view at the same time. */
export function Desk() {
  const drawer = taking.value || selected.value !== null;
  return (
    <>
      <main class={`desk ${drawer ? "with-drawer" : ""}`}>
        <Incidents />
        <div class="middle"><MapLater />{taking.value ? <TakeCall /> : <Drawer />}</div>
        <div class="right-side"><Units /><Told /></div>
      </main>
      <Strip />
      {may("dispatch:read") && <CommandLine />}
    </>
  );
}
