/** The unit of each figure, and its target. */
export const targets: Record<string, { unit: string; target: string }> = {
  echo: { unit: 'ms', target: '≤ 2.0' },
  echo_bridge: { unit: 'ms', target: '≤ 1.15' },
  throughput: { unit: 'MB/s', target: '≥ 0.95' },
  throughput_bridge: { unit: 'MB/s', target: '≥ 1.0' },
  interrupt: { unit: 'ms', target: 'ours ≤ 100' },
  cold_start: { unit: 'ms', target: '≤ 1.25' },
  warm_start: { unit: 'ms', target: '≤ 0.4' },
  burst_60: { unit: 'ms', target: '' },
  burst_60_warm: { unit: 'ms', target: '' },
  upload: { unit: 'MB/s', target: '≥ 0.8' },
  download: { unit: 'MB/s', target: '≥ 0.8' },
  nested_cold: { unit: 'ms', target: 'ours ≤ 3000' },
  nested_warm: { unit: 'ms', target: 'ours ≤ 500' },
  nested_class: { unit: 'ms', target: '' },
  nested_idle_mib: { unit: 'MiB', target: 'ours ≤ 60' },
  terminal_kb: { unit: 'KB', target: 'ours ≤ 30' },
  terminals_2000: { unit: 'ms', target: 'ours ≤ 100' },
  terminals_2000_kb: { unit: 'KB', target: 'ours ≤ 30' },
  hostile_flood: { unit: 'ms', target: 'ours ≤ 100' },
  hostile_flood_p50: { unit: 'ms', target: '' },
  hostile_flood_health: { unit: 'ms', target: 'ours ≤ 200' },
  disk_limit: { unit: 's', target: 'ours ≤ 3' },
  disk_limit_mib: { unit: 'MiB', target: '' },
  disk_limit_socket: { unit: 's', target: 'ours ≤ 10' },
  disk_limit_socket_mib: { unit: 'MiB', target: '' },
  watch_output: { unit: 'MB/s', target: 'ours ≥ 100' },
  labs_query: { unit: 'req/s', target: '≥ 0.35' },
  session_query: { unit: 'req/s', target: '≥ 0.2' },
  gradebook: { unit: 'ms', target: 'ours ≤ 300' },
  gradebook_outdated: { unit: 'ms', target: '' },
  matrix: { unit: 'ms', target: 'ours ≤ 100' },
};

/** Returns whether a higher value of the figure is better: speeds, but not times and memory. */
export function isSpeed(figure: string): boolean {
  return targets[figure]?.unit.endsWith('/s') ?? false;
}
