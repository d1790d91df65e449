import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import type { Test } from 'tap';
import { followTerminal } from '../../kit/terminals/followed-terminal.ts';
import { seededRandom } from '../../kit/fuzz/random.ts';
import { startScriptedTerminal } from '../../kit/terminals/scripted-terminal.ts';
import type { ScriptedTerminal } from '../../kit/terminals/scripted-terminal.ts';
import { until } from '../../kit/basics/until.ts';

const CUTS = 150;
/** Longest output of the script in bytes: longer than a frame, so that cuts are within and between frames. */
const PRINT_BYTES = 200_000;
/** The scripts print parts of this: no two long parts are the same. */
const PRINTABLE = randomBytes(1024 * 1024);

/** All tests run at the same time, because they mostly wait. */
t.jobs = 9;
const running: Promise<unknown>[] = [];
for (const seed of [1, 2, 3]) {
  const output = t.test(
    `through ${CUTS} cuts no byte of output is lost or duplicated (seed ${seed})`,
    async (t) => {
      const random = seededRandom(seed);
      const upTo = (most: number) => Math.floor(random() * most);
      const terminal = await startScriptedTerminal(t);
      const { connection, received } = followTerminal(t, terminal, {
        random,
        onOutput({ bytes }, shown) {
          received.output.push(bytes);
          setTimeout(shown, upTo(20));
        },
      });
      for (let cut = 0; cut < CUTS; cut++) {
        const from = upTo(PRINTABLE.length - PRINT_BYTES);
        terminal.print(PRINTABLE.subarray(from, from + (upTo(10) ? upTo(300) : upTo(PRINT_BYTES))));
        await sleep(upTo(12));
        if (upTo(4)) terminal.cut();
        else terminal.close(upTo(2) ? 1012 : 1013);
        await sleep(upTo(12));
      }
      await until(
        () =>
          connection.state === 'open' &&
          received.output.reduce((sum, { length }) => sum + length, 0) >= terminal.printed.length,
      );
      t.ok(Buffer.concat(received.output).equals(terminal.printed));
      t.equal(received.resets, 0);
    },
  );

  const input = t.test(
    `through ${CUTS} cuts all input arrives in order and once (seed ${seed})`,
    async (t) => {
      const terminal = await startScriptedTerminal(t);
      const typed = await typeThroughCuts(t, terminal, seed);
      t.equal(terminal.input, typed);
      t.equal(new Set(terminal.connections.map(({ client }) => client)).size, 1);
    },
  );

  const uncounted = t.test(
    `if the server does not count input, nothing is sent twice (seed ${seed})`,
    async (t) => {
      const terminal = await startScriptedTerminal(t, { counts: false });
      await typeThroughCuts(t, terminal, seed);
      const came = terminal.input.split('\n').slice(0, -1).map(Number);
      t.ok(came.every((line, place) => place === 0 || line > (came[place - 1] ?? 0)));
    },
  );
  running.push(output, input, uncounted);
}
await Promise.all(running);

/** Types numbered lines while connections are cut. Returns the received lines once the last one has arrived. */
async function typeThroughCuts(t: Test, terminal: ScriptedTerminal, seed: number): Promise<string> {
  const random = seededRandom(seed);
  const upTo = (most: number) => Math.floor(random() * most);
  const { connection } = followTerminal(t, terminal, { random });
  let typed = '';
  const type = (line: number) => {
    typed += `${line}\n`;
    connection.input(`${line}\n`);
  };
  for (let line = 0; line < CUTS * 3; line++) {
    if (upTo(2)) type(line);
    if (upTo(3) === 0) terminal.cut();
    await sleep(upTo(6));
  }
  await until(() => connection.state === 'open');
  type(CUTS * 3);
  await until(() => terminal.input.endsWith(`\n${CUTS * 3}\n`));
  return typed;
}
