// Charts as SVG: few points, no library. Every figure is also in a table with its n.
import { work } from "../../words/work.ts";

export interface Bar { name: string; share: number | null; n: number }

/** Shares against the target, the worst first. */
export function Shares({ rows }: { rows: Bar[] }) {
  return (
    <ul class="shares">{rows.map((one) => (
      <li key={one.name}><span class="shares-name" title={one.name}>{one.name}</span>
        <span class="shares-bar"><span style={{ width: `${Math.round((one.share ?? 0) * 100)}%` }} class={one.share !== null && one.share < 0.8 ? "low" : ""} /></span>
        <b>{one.share === null ? "–" : `${Math.round(one.share * 100)}%`}</b><small>n={one.n}</small></li>
    ))}</ul>
  );
}

export interface Hour { hour: number; p50: number; p90: number; n: number }
const WIDTH = 720;
const HEIGHT = 240;
const LEFT = 46;
const FOOT = 26;

export function ByHour({ hours }: { hours: Hour[] }) {
  const most = Math.max(...hours.map((one) => one.p90), 60);
  const step = most <= 240 ? 60 : most <= 900 ? 180 : most <= 3600 ? 600 : 3600 * Math.ceil(most / 3600 / 5);
  const top = Math.ceil(most / step) * step;
  const x = (hour: number): number => LEFT + ((WIDTH - LEFT - 8) / 24) * (hour + 0.5);
  const y = (seconds: number): number => 10 + (HEIGHT - FOOT - 10) * (1 - seconds / top);
  const lines = Array.from({ length: Math.round(top / step) + 1 }, (_, n) => n * step);
  const label = `${work.byHour}: ${hours.map((one) => `${one.hour}:00 ${work.p50} ${work.seconds(one.p50)}, ${work.p90} ${work.seconds(one.p90)}`).join("; ")}`;
  return (
    <svg class="chart" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={label}>
      {lines.map((seconds) => <g key={seconds}><line x1={LEFT} x2={WIDTH - 8} y1={y(seconds)} y2={y(seconds)} class="grid" /><text x={LEFT - 6} y={y(seconds) + 4} text-anchor="end">{seconds === 0 ? "0" : `${seconds / 60}′`}</text></g>)}
      {hours.map((one) => <g key={one.hour}><title>{`${one.hour}:00 ${work.p50} ${work.seconds(one.p50)} ${work.p90} ${work.seconds(one.p90)} n=${one.n}`}</title>
        <line x1={x(one.hour)} x2={x(one.hour)} y1={y(one.p50)} y2={y(one.p90)} class="stem" /><circle cx={x(one.hour)} cy={y(one.p50)} r="5" class="p50" /><path d={`M${x(one.hour) - 6} ${y(one.p90)}h12`} class="p90" /></g>)}
      {[0, 3, 6, 9, 12, 15, 18, 21].map((hour) => <text key={hour} x={x(hour)} y={HEIGHT - 8} text-anchor="middle">{hour}</text>)}
      <g class="legend"><circle cx={WIDTH - 170} cy={14} r="5" class="p50" /><text x={WIDTH - 160} y={18}>{work.p50}</text><path d={`M${WIDTH - 100} 14h12`} class="p90" /><text x={WIDTH - 82} y={18}>{work.p90}</text></g>
    </svg>
  );
}
