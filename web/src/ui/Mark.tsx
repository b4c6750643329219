// Marks: cornered for incidents, round for units; drawn, because not every machine's fonts have the signs.
import { words } from "../words/index.ts";
import type { Grade, Priority, Unit } from "../state/types.ts";

const SHAPES: Record<Priority, string> = {
  1: "M10 0.8 19.2 10 10 19.2 0.8 10Z", 2: "M10 1 19.4 18.6H0.6Z", 3: "M2 2H18V18H2Z", 4: "M1 5H19V15H1Z",
};

/** P1 ◆ P2 ▲ P3 ■ P4 ▭, the number inside. */
export function IncidentMark({ priority, flashing = false }: { priority: Priority; flashing?: boolean }) {
  return (
    <svg class={`mark incident p${priority}${flashing ? " flashing" : ""}`} viewBox="0 0 20 20" role="img" aria-label={`P${priority}`}>
      <path d={SHAPES[priority]} />
      <text x="10" y={priority === 2 ? 16.5 : 14} text-anchor="middle">{priority}</text>
    </svg>
  );
}

export type UnitLook = "free" | "limited" | "assigned" | "enroute" | "onscene" | "busy" | "need" | "off";

/** How a unit is drawn. onIt: the status of its latest assignment, as the board has it. */
export function lookOf(unit: Unit, assignment: string | undefined): UnitLook {
  if (unit.emergency !== undefined) return "need";
  if (unit.status === "off_duty") return "off";
  if (unit.status === "available") return "free";
  if (assignment === "assigned" || assignment === "acknowledged") return "assigned";
  if (assignment === "en_route") return "enroute";
  if (assignment === "on_scene") return "onscene";
  return unit.status === "conditionally_available" ? "limited" : "busy";
}

export const LOOK_WORDS: Record<UnitLook, () => string> = {
  free: () => words.unit.available, limited: () => words.unit.conditionally_available, assigned: () => words.assignment.assigned,
  enroute: () => words.assignment.en_route, onscene: () => words.assignment.on_scene, busy: () => words.unit.not_available,
  need: () => words.unit.emergency, off: () => words.unit.off_duty,
};

export function UnitMark({ look }: { look: UnitLook }) {
  return (
    <svg class={`mark unit ${look}`} viewBox="0 0 20 20" role="img" aria-label={LOOK_WORDS[look]()}>
      <circle cx="10" cy="10" r="7.5" class="ring" />
      {look === "limited" && <path d="M10 2.5A7.5 7.5 0 0 0 10 17.5Z" class="fill" />}
      {look === "assigned" && <circle cx="10" cy="10" r="3.2" class="fill" />}
      {look === "enroute" && <path d="M6 5 16 10 6 15 8.5 10Z" class="fill" />}
      {look === "onscene" && <circle cx="10" cy="10" r="7.5" class="fill" />}
      {look === "busy" && <path d="M5 5 15 15M15 5 5 15" class="stroke" />}
      {look === "need" && <path d="M10 1V19M1 10H19M3.6 3.6 16.4 16.4M16.4 3.6 3.6 16.4" class="stroke" />}
    </svg>
  );
}

export function GradeMark({ grade }: { grade: Grade | undefined | null }) {
  return (
    <svg class={`mark grade ${grade ?? "none"}`} viewBox="0 0 20 20" aria-hidden="true">
      <path d="M4 1V19" class="stroke" />
      <path d="M4 2H17L13.5 6.5 17 11H4Z" class="fill" />
    </svg>
  );
}
