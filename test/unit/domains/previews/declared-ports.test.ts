import { test } from 'tap';
import type { FaultCode } from '../../../../src/core/errors.ts';
import { fault } from '../../../../src/core/errors.ts';
import { createMemoryBus } from '../../../../src/infra/bus/memory-bus.ts';
import { createPreviewService } from '../../../../src/domains/previews/preview-service.ts';
import type { PreviewServiceOptions } from '../../../../src/domains/previews/preview-service.ts';
import { createFakeClock } from '../../../kit/basics/fake-clock.ts';
import { quietLog } from '../../../kit/basics/quiet-log.ts';
import { testLab, testMachine } from '../../../kit/sessions/sessions.ts';

/** The ports of a machine called `name`. The catalogue has the lab, or throws this problem. */
function declared(name: string, problem?: FaultCode) {
  const log = quietLog();
  const lab = testLab('web', {
    machines: [testMachine('main', { ports: [{ port: 80, name: { en: 'Web' } }] })],
  });
  const service = createPreviewService({
    events: createMemoryBus({ log }),
    clock: createFakeClock(),
    log,
    catalogue: {
      version() {
        if (problem) throw fault(problem, { lab: 'web' });
        return lab;
      },
    },
  } as unknown as PreviewServiceOptions);
  try {
    return service.declared({ labSlug: 'web', labVersion: '1', name });
  } finally {
    service.close();
  }
}

await test('a machine has the ports of its lab, or none if the lab is missing or unreadable', (t) => {
  t.strictSame(declared('main'), [{ port: 80, name: { en: 'Web' } }]);
  t.strictSame(declared('other'), []);
  for (const problem of ['LAB_NOT_FOUND', 'LAB_INVALID'] as const)
    t.strictSame(declared('main', problem), []);
  t.throws(() => declared('main', 'DATABASE_BUSY'), { code: 'DATABASE_BUSY' });
  t.end();
});
