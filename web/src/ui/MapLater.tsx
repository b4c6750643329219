// The map's library is larger than all the rest: the lists are there before it.
import { lazy, Suspense } from "preact/compat";
import { words } from "../words/index.ts";

const MapPanel = lazy(async () => ({ default: (await import("./MapPanel.tsx")).MapPanel }));

export function MapLater() {
  return <Suspense fallback={<section class="panel map" aria-label={words.map}><p class="empty">{words.loading}</p></section>}><MapPanel /></Suspense>;
}
