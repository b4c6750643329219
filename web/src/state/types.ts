// What the stream tells, as far as the page shows it (the schemas are published at /asyncapi).

export type IncidentStatus =
  | "active" | "queued" | "resources_assigned" | "resources_enroute" | "resources_onscene"
  | "held" | "awaiting_feedback" | "closed" | "cancelled" | "merged";
export type AssignmentStatus =
  | "assigned" | "acknowledged" | "en_route" | "on_scene" | "cleared" | "declined" | "timed_out" | "diverted" | "cancelled";
export type UnitStatus = "available" | "conditionally_available" | "not_available" | "off_duty";
export type Priority = 1 | 2 | 3 | 4;
export type Grade = "yellow" | "orange" | "red";

export interface Named { name_zh: string; name_en: string }

export interface Place {
  lon: number; lat: number; name?: string; community?: string; grid_cell?: string; zone?: string; confidence: number;
}

export interface Reason {
  rule: "nearest" | "covering" | "chosen"; travel_seconds?: number; position_age_seconds?: number;
  runner_up?: { unit: string; travel_seconds: number }; seconds_saved?: number; ruled_out?: Record<string, number>;
  position_stale?: boolean; silent?: boolean; lent_by?: string; diverted_from?: string;
}

export interface Assignment {
  id: string; unit: string; unit_kind: string; role: string; status: AssignmentStatus; assigned_at: string;
  acknowledged_at?: string; en_route_at?: string; on_scene_at?: string; cleared_at?: string; ended_at?: string;
  disposition?: string; case_id?: string; reason: Reason;
}

export interface Timer {
  what: string; due_at: string; state: "running" | "warned" | "escalated" | "met" | "late" | "stood_down"; assignment_id?: string;
}

export interface SmallCase {
  status: "open" | "overdue" | "solved"; owner: string; opened_at: string; due_at: string;
}

export interface Incident {
  incident_id: string; number: string; area: string; sequence: number; status: IncidentStatus;
  category: Named & { code: string; version: string }; priority: Priority; location: Place; source: string; plan: string;
  caller_count: number; weapon?: boolean; reported_at: string; received_at: string; opened_at: string; ended_at?: string;
  assignments?: Assignment[]; waiting_roles?: string[]; timers?: Timer[]; held_until?: string; urged?: number;
  merged_into?: string; merged?: { incident_id: string; callers: number }[]; links?: { to_incident: string; kind: string }[];
  small_case?: SmallCase; level?: number; tags?: string[]; report_up?: string[]; reported_up_at?: string; void?: boolean;
}

export interface Unit extends Named {
  unit: string; area: string; sequence: number; kind: string; call_sign: string; police: boolean; status: UnitStatus;
  since?: string; shift?: string; crew?: number; assignments?: string[]; held?: number; home: [number, number];
  emergency?: string; standby?: { point: string; place: Place; until?: string }; lent_to?: string; home_area?: string;
}

export interface Position { unit: string; area: string; lon: number; lat: number; at: string }

export interface Undecided { incident_id: string; area: string; received_at: string; priority?: Priority; category?: Named; location?: Place }

export interface Told { id: string; type: string; time: string; area: string; data: Record<string, any> }

export interface CloudEvent { id: string; type: string; subject: string; sequence?: number; time: string; data: any }

/** A record on `incidents` that nobody can read: somebody's call. subject: the incident, as its headers say, if they do. */
export interface Unreadable { area: string; subject?: string; topic: string; partition: number; offset: number }
export interface Snapshot {
  at: string; speed?: number;
  areas: Record<string, { incidents: Incident[]; units: Unit[]; positions: Position[]; unreadable?: Unreadable[]; cases: unknown[] }>;
  undecided: Undecided[];
}

export const ENDED: ReadonlySet<IncidentStatus> = new Set(["closed", "cancelled", "merged"]);
export const HELD: ReadonlySet<AssignmentStatus> = new Set(["assigned", "acknowledged", "en_route", "on_scene"]);

export const isOpen = (one: Incident): boolean => !ENDED.has(one.status);
export const onIt = (one: Incident): Assignment[] => (one.assignments ?? []).filter((each) => HELD.has(each.status));
