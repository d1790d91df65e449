import { Readable } from 'node:stream';
import type { Test } from 'tap';
import type { Engine, MachineSpec } from '../../../src/engine/engine.ts';
import { fault } from '../../../src/core/errors.ts';
import { createMemoryBus } from '../../../src/infra/bus/memory-bus.ts';
import { createFileService } from '../../../src/domains/files/file-service.ts';
import type { FilePlace } from '../../../src/domains/files/file.ts';
import { nextPart } from '../../../src/domains/files/upload/parts.ts';
import { allScopes } from '../../../src/domains/identity/actor.ts';
import type { Work } from '../../../src/domains/identity/work-access.ts';
import type { Actor, Role } from '../../../src/domains/identity/actor.ts';
import { authorize } from '../../../src/domains/sessions/access.ts';
import type { SessionState } from '../../../src/domains/sessions/session.ts';
import { dockerHarness, provisionMachine, runScript } from '../../kit/engine/engines.ts';
import { quietLog } from '../../kit/basics/quiet-log.ts';
import { until } from '../../kit/basics/until.ts';

/** A shorter limit for slow clients than usual. */
const PATIENCE_MS = 300;

export const never = new AbortController().signal;

export const owner = actor('owner', 'student');
export const other = actor('other', 'student');
export const instructor = actor('instructor', 'instructor');
export const admin = actor('admin', 'admin');

function actor(userId: string, role: Role): Actor {
  return { userId, role, scopes: allScopes };
}

/**
 * Files on two machines of a session of `owner`: "root", whose user is root, and "plain", whose user is not and cannot
 * change users.
 */
export async function createFileWorld(
  t: Test,
  {
    uploadLimitBytes = 64 * 1024 * 1024,
    engine = dockerHarness(t).engine,
    plain: plainSpec = { profile: 'restricted', user: 'learner' },
  }: { uploadLimitBytes?: number; engine?: Engine; plain?: Partial<MachineSpec> } = {},
) {
  const [root, plain] = await Promise.all([provisionMachine(engine), provisionMachine(engine, plainSpec)]);
  const machines: Record<string, string> = { root: root.machineId, plain: plain.machineId };
  const touched: string[] = [];
  const workAccess = {
    includes: async (who: Actor, { learnerId }: Work) => who.userId === learnerId || who.role !== 'student',
  };
  let state: SessionState = 'ready';
  const events = createMemoryBus({ log: quietLog() });
  const log = quietLog();
  const files = createFileService({
    engine,
    events,
    log,
    uploadLimitBytes,
    partSize: (upload) => ({ ...nextPart(upload), patienceMs: PATIENCE_MS }),
    sessions: {
      get: async () => ({ state }),
      async machine(who, id, name) {
        const session = id === 'session' ? { learnerId: owner.userId } : null;
        const { learnerId } = await authorize(workAccess, who, 'enter', session);
        const machineId = machines[name];
        if (!machineId) throw fault('MACHINE_NOT_FOUND', { machine: name });
        return {
          name,
          machineId,
          sessionId: id,
          learnerId,
          labSlug: 'lab',
          labVersion: 'v1',
          isFork: false,
          assignmentId: undefined,
          courseId: undefined,
          run: 0,
        };
      },
      touch: (id) => void touched.push(id),
    },
  });
  t.teardown(() => files.stop());

  const shell = async (machine: string, script: string, user?: string) => {
    const { out, err } = await runScript(engine, machines[machine] ?? '', script, user ? { user } : {});
    return out + err;
  };

  return {
    engine,
    files,
    machines,
    touched,
    /** Moves the session to another state. */
    async change(to: SessionState) {
      state = to;
      await events.publish('session.changed', {
        sessionId: 'session',
        learnerId: owner.userId,
        generation: 2,
      });
    },
    log,
    shell,
    place: (machine: string, path: string): FilePlace => ({ sessionId: 'session', machine, path }),
    /** What uploads have left after the automatic removal. */
    async leftovers(machine: string) {
      const find = () => shell(machine, "find / -xdev -name '.berth-upload-*' 2>/dev/null", 'root');
      await until(async () => (await find()) === '').catch(() => undefined);
      return find();
    },
  };
}

export type FileWorld = Awaited<ReturnType<typeof createFileWorld>>;

export function upload(bytes: Buffer | string) {
  const content = Buffer.from(bytes);
  return { content: Readable.from([content], { objectMode: false }), size: content.length };
}
