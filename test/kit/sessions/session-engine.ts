import type { Test } from 'tap';
import { createDockerEngine } from '../../../src/engine/docker/docker-engine.ts';
import type { DockerEngineOptions } from '../../../src/engine/docker/docker-engine.ts';
import type { EngineEvent, Engine } from '../../../src/engine/engine.ts';
import { fault } from '../../../src/core/errors.ts';
import { newInstallation } from '../engine/installation.ts';

/** The real engine under the test's own installation. Its leftovers are removed. */
export function openTestEngine(t: Test, options: Partial<DockerEngineOptions> = {}): Engine {
  const { installation = newInstallation(t), ...rest } = options;
  const engine = createDockerEngine({
    installation,
    nestedDocker: 'on',
    ...rest,
  });
  t.teardown(() => engine.close());
  return engine;
}

type Interceptable =
  | 'provision'
  | 'destroy'
  | 'list'
  | 'restart'
  | 'unpause'
  | 'commit'
  | 'commitVolume'
  | 'measureImage'
  | 'removeImage';

export interface FaultyEngine extends Engine {
  /** Simulates a stopped engine: calls fail, and its watchers are notified. */
  vanish(): void;
  /** Simulates its return. */
  reconnect(): void;
  /** Calls `before` ahead of each call of that method. It may wait or throw. */
  intercept(method: Interceptable, before: (argument: unknown) => Promise<void>): void;
}

/** The engine, with faults that a real one cannot produce at a certain moment. */
export function withFaults(engine: Engine): FaultyEngine {
  const listeners = new Set<(event: EngineEvent) => void>();
  const intercepts = new Map<string, (argument: unknown) => Promise<void>>();
  let there = true;
  const tell = (type: 'engine-lost' | 'engine-returned') => {
    for (const listener of listeners) listener({ type });
  };
  const extra = {
    vanish: () => ((there = false), tell('engine-lost')),
    reconnect: () => ((there = true), tell('engine-returned')),
    intercept: (method: string, before: (argument: unknown) => Promise<void>) =>
      void intercepts.set(method, before),
    watch(listener: (event: EngineEvent) => void, signal: AbortSignal) {
      listeners.add(listener);
      signal.addEventListener('abort', () => listeners.delete(listener));
      engine.watch((event) => there && listener(event), signal);
    },
  };
  return new Proxy(engine as FaultyEngine, {
    get(target, name: keyof FaultyEngine) {
      if (name in extra) return extra[name as keyof typeof extra];
      const method = target[name] as (...parameters: unknown[]) => unknown;
      return async (...parameters: unknown[]) => {
        await intercepts.get(name)?.(parameters[0]);
        if (!there) throw fault('ENGINE_UNREACHABLE');
        return method.apply(target, parameters);
      };
    },
  });
}
