import { systemClock } from '../../../src/core/clock.ts';
import { openDatabase } from '../../../src/infra/database/database.ts';
import { createMemoryBus } from '../../../src/infra/bus/memory-bus.ts';
import { createSessions } from '../../../src/domains/sessions/create-sessions.ts';
import { unpinned } from '../labs/pins.ts';
import { assignmentRulesOn, workAccessOn } from '../service/courses.ts';
import { quietLog } from '../basics/quiet-log.ts';
import { instantEngine, sessionDefaults, testCatalogue } from './sessions.ts';

/*
 * A service that provisions waiting sessions on an instant engine, until the test kills it. It prints a line for each
 * environment that has its subnet.
 *
 * node --import=./setup/typescript.mjs subnet-taker.ts <database url> <subnet pool>
 */
const [url = '', subnetPool = ''] = process.argv.slice(2);
const database = await openDatabase({ url });
const log = quietLog();
createSessions({
  ...sessionDefaults,
  database,
  engine: instantEngine(database, async () => void process.stdout.write('made\n')),
  events: createMemoryBus({ log }),
  clock: systemClock,
  catalogue: testCatalogue(),
  assignmentRules: assignmentRulesOn(database, systemClock),
  workAccess: workAccessOn(database),
  log,
  pins: unpinned,
  subnetPool,
  provisionConcurrency: 20,
}).start();
