// How an event is said in a timeline and in the list of what happens.
import { words } from "./index.ts";
import { areaName, placeName, resultName, roleName } from "./names.ts";

const seconds = (value: unknown): string => (typeof value === "number" ? `${Math.round(value)} s` : "");
const plain = (word: string): string => (word ?? "").split(":")[0]?.replace(/[_-]/g, " ") ?? "";
const place = (d: any): string => placeName(d.location?.name ?? d.location?.grid_cell ?? "");
/** A sentence of a service, its codes as the page calls them. */
const spoken = (sentence: string): string => sentence.replace(/\b[a-z]+(?:_[a-z]+)+\b/g, (code) => ({ ...words.status, ...words.assignment, ...words.unit } as Record<string, string>)[code] ?? plain(code));

export const events: Record<string, (d: any) => string> = {
  "incident.reported": (d) => `A call came in, ${place(d)}`,
  "incident.opened": (d) => `${d.number} opened: ${d.category.name_en}, ${place(d)}`,
  "incident.queued": (d) => `${d.number} queued: nobody is free`, "incident.corrected": (d) => `${d.number} corrected: ${(d.changed ?? []).map((one: string) => one.replace("_", " ")).join(", ")}`,
  "incident.closed": (d) => `${d.number} closed: ${resultName(d.disposition ?? "")}`, "incident.cancelled": (d) => `${d.number} cancelled`,
  "incident.unreadable": () => "A call could not be read: look at the dead letters", "incident.escalated": (d) => `${d.number} escalated`, "incident.categorised": (d) => `${d.number} is ${d.category?.name_en ?? ""}`,
  "incident.held": (d) => `${d.number} held`, "incident.released": (d) => `${d.number} released`, "incident.reopened": (d) => `${d.number} reopened`, "incident.noted": (d) => `${d.number}: a note`,
  "incident.merged": (d) => `${d.number} merged into ${d.into_number ?? ""}`, "incident.unmerged": (d) => `${d.number} taken out of ${d.out_of_number ?? ""}`, "incident.linked": (d) => `${d.number} linked`,
  "incident.duplicate-suggested": (d) => `${d.number} may be the same as ${(d.numbers ?? []).join(", ")}`, "incident.urged": (d) => `Urged, ${d.number}: ${(d.crews ?? []).join(" ")}`,
  "incident.feedback-due": (d) => `${d.number}: the form is due`, "incident.feedback-given": (d) => `${d.number}: the form is in`, "incident.step-done": (d) => `${d.number}: ${plain(d.step)} done`,
  "plan.shortfall": (d) => `${d.number}: the plan lacks ${d.missing} for ${roleName(d.role)}`, "timer.warned": (d) => `${d.number} is running late: ${plain(d.timer)}${d.unit ? `, ${d.unit}` : ""}`,
  "notification.requested": (d) => `${d.number}: ${plain(d.to)} told: ${plain(d.step ?? d.what)}`, "notice.delivered": (d) => `Delivered to ${plain(d.to)}`, "notice.failed": (d) => `Not delivered to ${plain(d.to)}: ${d.reason ?? ""}`,
  "superior.notification-requested": () => "A red dispute is reported up",
  "assignment.assigned": (d) => `${d.unit} sent to ${d.number}${d.reason?.travel_seconds === undefined ? "" : `, ${seconds(d.reason.travel_seconds)} by road`}${d.reason?.runner_up ? `, ${seconds(d.reason.seconds_saved)} before ${d.reason.runner_up.unit}` : ""}`,
  "assignment.received": (d) => `${d.unit}'s terminal has ${d.number}`, "assignment.acknowledged": (d) => `${d.unit} signs ${d.number}`, "assignment.en-route": (d) => `${d.unit} en route to ${d.number}`,
  "assignment.on-scene": (d) => `${d.unit} on scene, ${d.number}`, "assignment.cleared": (d) => `${d.unit} clears ${d.number}: ${resultName(d.disposition ?? "")}`,
  "assignment.declined": (d) => `${d.unit} declines ${d.number}`, "assignment.cancelled": (d) => `${d.unit} taken off ${d.number}`, "assignment.timed-out": (d) => `${d.unit} did not sign ${d.number}`, "assignment.diverted": (d) => `${d.unit} diverted from ${d.number}`,
  "small-case.opened": (d) => `${d.number} is a small case of ${d.owner}`, "small-case.owned": (d) => `Small case ${d.number} goes to ${d.owner}`, "small-case.overdue": (d) => `Small case ${d.number} of ${d.owner} is overdue`, "small-case.solved": (d) => `Small case ${d.number} solved`,
  "unit.emergency": (d) => `EMERGENCY: an officer of ${d.unit} needs help`, "unit.emergency-ended": (d) => `${d.unit}: emergency over`, "unit.on-duty": (d) => `${d.unit} on duty`, "unit.off-duty": (d) => `${d.unit} off duty`,
  "standby.ordered": (d) => `${d.unit} waits at ${placeName(d.place?.name ?? d.point)}`, "coverage.lost": (d) => `Uncovered: ${placeName(d.place?.name ?? d.rule ?? "")}`, "coverage.restored": () => "Covered again",
  "command.rejected": (d) => `Refused${d.by?.unit === undefined ? "" : `, ${d.by.unit}`}: ${spoken(d.detail ?? d.verb)}`, "aid.asked": (d) => `${d.number ?? ""}: aid asked of ${areaName(d.to_area ?? "")}`, "aid.granted": () => "A neighbour lends a unit", "aid.refused": () => "The neighbour has nobody to lend", "aid.returned": (d) => `${d.unit ?? ""} returned`,
  "case.opened": (d) => `Mediation case opened${d.number ? ` (${d.number})` : ""}`, "case.assessed": (d) => `Case graded ${d.grade}`, "case.referred": () => "Case referred",
  "case.session-held": () => "Session held", "case.agreed": () => "Agreement reached", "case.disposed": () => "Case disposed", "case.performed": () => "Agreement performed", "case.controlled": () => "Visits planned", "case.visited": () => "Visit made", "case.closed": () => "Case closed", "case.escalated": () => "Case escalated", "case.visit-due": () => "A visit is due",
  "case.planned": () => "A plan for the red case", "case.repeated": () => "Parties or place seen before", "case.extended": () => "More time for the mediation", "case.failed": () => "No agreement; the parties know what is open to them", "case.confirmed": (d) => `Judicial confirmation ${d.step ?? ""}`, "case.deadline-passed": (d) => `A time has come: ${plain(d.what)}`, "case.forgotten": () => "The parties of a case were erased in time",
  "hazard.found": () => "A hazard was found", "hazard.ordered": () => "Rectification ordered", "hazard.overdue": () => "Rectification overdue", "hazard.checked": () => "Rectification checked", "hazard.closed": () => "Hazard closed", "hazard.forgotten": () => "A hazard's words were erased in time",
  "hotspot.found": (d) => `Warning: ${d.middle?.name ?? (d.grid_cells ?? []).join(" ")}: expected ${Number(d.expected).toFixed(1)}, seen ${d.seen}`, "warning.raised": (d) => `Warning: ${d.category_en ?? d.place?.name ?? ""}: expected ${Number(d.expected).toFixed(1)}, seen ${d.seen}`, "standby.advised": () => "New advice where to stand by", "target.breached": (d) => `${d.day}: ${Math.round(d.share * 100)} % in time, ${Math.round(d.goal * 100)} % wanted`, "bulletin.published": (d) => `The ${d.kind} bulletin is out`,
};
