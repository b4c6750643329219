// Where it is: the address as it was spoken, which has the door; the place that it was taken for, and how surely.
import type { Incident } from "../state/types.ts";
import { words } from "../words/index.ts";
import { placeOf } from "./Incidents.tsx";

/** address: null where it is not known, or not for the person to read. */
export function Where({ incident, address }: { incident: Incident; address: string | null }) {
  const { confidence, name } = incident.location;
  return (
    <>
      {address !== null && address !== "" && address !== name && <><b class="address">{address}</b> · </>}
      {confidence === 0 ? words.placeUnknown : `${placeOf(incident)} · ${words.sure(confidence)}`}
    </>
  );
}
