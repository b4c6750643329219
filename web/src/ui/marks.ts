// The same marks as in the lists, drawn for the map: cornered for incidents, round for units, a halo of the panel's colour.
import type { Priority } from "../state/types.ts";
import type { UnitLook } from "./Mark.tsx";

const SIZE = 26;
const SCALE = 2;

export interface Palette { red: string; orange: string; blue: string; teal: string; grey: string; ink: string; panel: string; onFill: string }

function canvas(draw: (to: CanvasRenderingContext2D) => void): ImageData {
  const element = document.createElement("canvas");
  element.width = element.height = SIZE * SCALE;
  const to = element.getContext("2d") as CanvasRenderingContext2D;
  to.scale(SCALE, SCALE);
  draw(to);
  return to.getImageData(0, 0, element.width, element.height);
}

function shape(to: CanvasRenderingContext2D, priority: Priority): void {
  to.beginPath();
  const [c, r] = [SIZE / 2, 10];
  if (priority === 1) { to.moveTo(c, c - r); to.lineTo(c + r, c); to.lineTo(c, c + r); to.lineTo(c - r, c); }
  else if (priority === 2) { to.moveTo(c, c - r); to.lineTo(c + r, c + r - 1); to.lineTo(c - r, c + r - 1); }
  else if (priority === 3) to.rect(c - 8, c - 8, 16, 16);
  else to.rect(c - 10, c - 6, 20, 12);
  to.closePath();
}

export function incidentImage(priority: Priority, p: Palette): ImageData {
  return canvas((to) => {
    shape(to, priority);
    to.lineWidth = 5; to.strokeStyle = p.panel; to.lineJoin = "round"; to.stroke();
    to.fillStyle = priority === 1 ? p.red : priority === 2 ? p.orange : p.panel;
    to.fill();
    to.lineWidth = 1.5; to.strokeStyle = priority === 4 ? p.grey : p.ink; to.stroke();
    to.fillStyle = priority === 1 ? p.onFill : priority === 2 ? "#15191E" : p.ink;
    to.font = "700 11px system-ui, sans-serif"; to.textAlign = "center"; to.textBaseline = "middle";
    to.fillText(String(priority), SIZE / 2, SIZE / 2 + (priority === 2 ? 3 : 0.5));
  });
}

export function unitImage(look: UnitLook, stale: "" | "stale" | "lost", p: Palette): ImageData {
  const colour = { free: p.teal, limited: p.teal, assigned: p.blue, enroute: p.blue, onscene: p.blue, busy: p.grey, need: p.red, off: p.grey }[look];
  return canvas((to) => {
    const c = SIZE / 2;
    const ring = (r: number): void => { to.beginPath(); to.arc(c, c, r, 0, Math.PI * 2); };
    ring(8); to.fillStyle = p.panel; to.lineWidth = 5; to.strokeStyle = p.panel; to.stroke(); to.fill();
    to.strokeStyle = colour; to.fillStyle = colour; to.lineWidth = 2.5;
    if (stale === "stale") to.setLineDash([3, 2.4]);
    if (stale === "lost") to.setLineDash([1.2, 3]);
    ring(8); to.stroke();
    to.setLineDash([]);
    if (stale === "lost") {
      to.font = "700 12px system-ui, sans-serif"; to.textAlign = "center"; to.textBaseline = "middle"; to.fillText("?", c, c + 0.5);
      return;
    }
    if (look === "onscene") { ring(8); to.fill(); }
    if (look === "assigned") { ring(3.4); to.fill(); }
    if (look === "limited") { to.beginPath(); to.arc(c, c, 8, Math.PI / 2, Math.PI * 1.5); to.fill(); }
    if (look === "enroute") { to.beginPath(); to.moveTo(c - 4, c - 5.5); to.lineTo(c + 6.5, c); to.lineTo(c - 4, c + 5.5); to.lineTo(c - 1.6, c); to.closePath(); to.fill(); }
    if (look === "busy") { to.beginPath(); to.moveTo(c - 4, c - 4); to.lineTo(c + 4, c + 4); to.moveTo(c + 4, c - 4); to.lineTo(c - 4, c + 4); to.stroke(); }
    if (look === "need") { to.beginPath(); for (let n = 0; n < 4; n += 1) { const a = (n * Math.PI) / 4; to.moveTo(c - Math.cos(a) * 10, c - Math.sin(a) * 10); to.lineTo(c + Math.cos(a) * 10, c + Math.sin(a) * 10); } to.stroke(); }
  });
}
