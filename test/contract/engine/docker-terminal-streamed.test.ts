import { test } from 'tap';
import { streamingHarness, isRunning, provisionMachine, runScript } from '../../kit/engine/engines.ts';
import { terminalContract } from './terminal-contract.ts';

await terminalContract(streamingHarness);

await test('a shell that does not announce itself in time is ended', async (t) => {
  const { engine } = streamingHarness(t);
  const { machineId } = await provisionMachine(engine);
  const slow = '#!/bin/bash\\ncase "$*" in *too-slow*) sleep 641 ;; esac\\nexec /bin/dash "$@"\\n';
  const replace = `printf '${slow}' >/tmp/sh && chmod 755 /tmp/sh && mv /tmp/sh /bin/sh`;
  t.match(await runScript(engine, machineId, replace), { code: 0 });
  await t.rejects(engine.openTerminal(machineId, { command: ['bash', 'too-slow'], rows: 24, cols: 80 }), {
    code: 'SHELL_NOT_STARTED',
    details: { problem: /in time/ },
  });
  t.notOk(await isRunning(engine, machineId, 'sleep 641'));
});
