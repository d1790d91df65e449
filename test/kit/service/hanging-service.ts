import { openDatabase } from '../../../src/infra/database/database.ts';
import { createDockerEngine } from '../../../src/engine/docker/docker-engine.ts';
import type { Engine } from '../../../src/engine/engine.ts';
import { systemClock } from '../../../src/core/clock.ts';
import { createMemoryBus } from '../../../src/infra/bus/memory-bus.ts';
import { createSessions } from '../../../src/domains/sessions/create-sessions.ts';
import { preparedLab, startScript } from '../labs/prepared-labs.ts';
import { assignmentRulesOn, workAccessOn } from './courses.ts';
import { quietLog } from '../basics/quiet-log.ts';
import { unpinned } from '../labs/pins.ts';
import { testCatalogue, testLab } from '../sessions/sessions.ts';

/*
 * A service that hangs until the test kills it: between creating an environment (a session's or a prewarmed one of
 * lab-0) and storing it, or with "exec" after lab-0's start script.
 *
 * node --import=./setup/typescript.mjs hanging-service.ts <database url> <installation> [prewarmed environments]
 *   [provision | exec]
 */
const [url = '', installation = '', ahead = '0', method = 'provision'] = process.argv.slice(2);
const engine = createDockerEngine({ installation });
const hanging: Engine = Object.create(engine, {
  [method]: {
    value: async (...parameters: unknown[]) => {
      await (engine[method as 'exec'] as (...all: unknown[]) => Promise<unknown>)(...parameters);
      process.stdout.write('made\n');
      await new Promise(() => setInterval(() => undefined, 1000));
    },
  },
});
const log = quietLog();
const database = await openDatabase({ url });
createSessions({
  database,
  engine: hanging,
  events: createMemoryBus({ log }),
  clock: systemClock,
  catalogue: testCatalogue([
    preparedLab(
      'lab-0',
      { start: method === 'exec' ? [startScript('echo x >>/count')] : [] },
      { warm: { count: Number(ahead), schedule: [] } },
    ),
    testLab('lab-1'),
  ]),
  assignmentRules: assignmentRulesOn(database, systemClock),
  workAccess: workAccessOn(database),
  log,
  pins: unpinned,
  subnetPool: '10.232.0.0/16',
  sessionLimit: 5,
  provisionConcurrency: 1,
  provisionTimeoutSeconds: 60,
  warningMinutes: 5,
  warmLimit: 50,
  warmIdleMinutes: 120,
  warmAheadMinutes: 10,
  timeZone: 'UTC',
  saveOnEnd: true,
  saveLimitBytes: 1024 ** 3,
  saveQuotaBytes: 4 * 1024 ** 3,
  saveDays: 30,
  memoryBudget: { of: 0.8 },
  maxSessions: undefined,
  diskReserve: undefined,
}).start();
