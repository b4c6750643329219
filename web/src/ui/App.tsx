import { lazy, Suspense } from "preact/compat";
import { screen } from "../state/view.ts";
import { words } from "../words/index.ts";
import { Alarms } from "./Alarms.tsx";
import { Banner, Bar } from "./Bar.tsx";
import { Desk } from "./Desk.tsx";
import { Keys } from "./Keys.tsx";
import { Over } from "./Over.tsx";
import { Palette } from "./Palette.tsx";
import { Parked } from "./Parked.tsx";
import { Wall } from "./Wall.tsx";

const Mediation = lazy(() => import("./mediation/Mediation.tsx"));
const Analytics = lazy(() => import("./analytics/Analytics.tsx"));
const Crew = lazy(() => import("./Crew.tsx"));

export function App() {
  const now = screen.value;
  if (now === "wall") return <><Wall /><Keys /><Palette /></>;
  if (now === "crew") return <Suspense fallback={<p class="empty">{words.loading}</p>}><Crew /></Suspense>;
  return (
    <div class={`room ${now}`}>
      <Bar />
      <div class="notices"><Over /><Banner />{now === "desk" && <><Alarms /><Parked /></>}</div>
      {now === "desk" ? <Desk /> : (
        <Suspense fallback={<main class="empty">{words.loading}</main>}>
          {now === "mediation" ? <Mediation /> : <Analytics />}
        </Suspense>
      )}
      <Keys />
      <Palette />
    </div>
  );
}
