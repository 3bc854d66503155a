import { readFileSync } from 'node:fs';

/** What the gateway and the processes that work for it have cost so far (Linux). */
export function costsOf(pid: number | undefined): { memoryMb: number; cpuSeconds: number } {
  const costs = familyOf(pid).map(costOf);
  return {
    memoryMb: sum(costs.map(cost => cost.memoryMb)),
    cpuSeconds: sum(costs.map(cost => cost.cpuSeconds)),
  };
}

function familyOf(pid: number | undefined): number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').map(Number);
  return [Number(pid), ...children.filter(child => child > 0)];
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** What a process has cost so far (Linux): processor time in ticks of 10 ms, the most memory that was ever resident. */
function costOf(pid: number): { memoryMb: number; cpuSeconds: number } {
  const peak = /^VmHWM:\s*(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  const afterName = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  const [user, system] = [afterName[11], afterName[12]].map(Number);
  return { memoryMb: Math.round(Number(peak) / 1024), cpuSeconds: ((user ?? 0) + (system ?? 0)) / 100 };
}
