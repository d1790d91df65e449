/**
 * A separate service process that the test kills. It runs the check of `slow` in the given session and machine, on the
 * given database, and prints "running" once it does.
 */
import { createChecks } from '../../../src/domains/checks/create-checks.ts';
import { systemClock } from '../../../src/core/clock.ts';
import { createRateLimits } from '../../../src/infra/rate-limits/rate-limits.ts';
import { openDatabase } from '../../../src/infra/database/database.ts';
import { createDockerEngine } from '../../../src/engine/docker/docker-engine.ts';
import { system } from '../../../src/domains/identity/actor.ts';
import { isOwnerGone, newOwner } from '../../../src/infra/leases/process-owner.ts';
import { openCatalogue } from '../../kit/labs/catalogue.ts';
import { sessionsOn } from '../../kit/labs/check-world.ts';
import { unpinned } from '../../kit/labs/pins.ts';
import { assignmentRulesOn, workAccessOn } from '../../kit/service/courses.ts';
import { quietLog } from '../../kit/basics/quiet-log.ts';
import { unwatched } from '../../kit/basics/unwatched.ts';

const [url = '', installation = '', machineId = '', sessionId = '', directory = ''] = process.argv.slice(2);
const database = await openDatabase({ url });
const checks = createChecks({
  database,
  engine: createDockerEngine({ host: process.env['DOCKER_HOST'], installation }),
  events: { publish: () => Promise.resolve() },
  clock: systemClock,
  catalogue: await openCatalogue(database, directory),
  assignmentRules: assignmentRulesOn(database, systemClock),
  workAccess: workAccessOn(database),
  sessions: sessionsOn(database, machineId),
  log: quietLog(),
  pins: unpinned,
  rateLimits: createRateLimits({ redisUrl: undefined, log: quietLog() }),
  credentialWatch: unwatched,
  leaseOwner: newOwner(),
  isGone: isOwnerGone,
});
const run = checks.service.run(system, { sessionId, stepId: 'endless' });
while ((await database.client.attempt.count({ where: { sessionId, state: 'running' } })) === 0) {
  await systemClock.sleep(10);
}
process.stdout.write('running\n');
await run;
