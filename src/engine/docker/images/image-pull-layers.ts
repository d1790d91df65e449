import type { PullLayer } from '../../engine-images.ts';

/** A line of the engine's output during a pull. */
export interface PullEvent {
  id?: string;
  status?: string;
  error?: string;
  progressDetail?: { current?: number; total?: number };
}

/** The engine's messages about a layer, with their phases; other messages are not about layers. */
const PHASES: Record<string, PullLayer['phase']> = {
  'Pulling fs layer': 'waiting',
  Waiting: 'waiting',
  Downloading: 'downloading',
  'Verifying Checksum': 'downloading',
  'Download complete': 'downloading',
  Extracting: 'extracting',
  'Pull complete': 'done',
  'Already exists': 'done',
};

/** Returns a function that collects the state of all layers: each event returns their current state. */
export function createPullLayers(): (event: PullEvent) => readonly PullLayer[] {
  const layers = new Map<string, PullLayer>();
  return ({ id, status = '', progressDetail }) => {
    const phase = status.startsWith('Retrying in') ? 'waiting' : PHASES[status];
    if (id === undefined || phase === undefined) return [...layers.values()];
    const before = layers.get(id);
    const total = progressDetail?.total || before?.total;
    const isComplete = phase === 'done' || status === 'Download complete' || status === 'Verifying Checksum';
    const current = isComplete ? (total ?? 0) : (progressDetail?.current ?? 0);
    layers.set(id, { id, phase, current, total });
    return [...layers.values()];
  };
}

/** Returns the downloaded percentage of the bytes known so far; undefined if none are known. */
export function downloadedPercent(layers: readonly PullLayer[]): number | undefined {
  let current = 0;
  let total = 0;
  for (const layer of layers) {
    if (layer.total === undefined) continue;
    total += layer.total;
    // A layer that is being extracted is downloaded.
    current += layer.phase === 'downloading' ? layer.current : layer.phase === 'waiting' ? 0 : layer.total;
  }
  return total === 0 ? undefined : Math.floor((100 * current) / total);
}
