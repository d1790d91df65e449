import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'tap';
import type { Test } from 'tap';
import { followTerminal } from '../../support/followed-terminal.ts';
import { seededRandom } from '../../support/random.ts';
import { startScriptedTerminal } from '../../support/scripted-terminal.ts';
import type { ScriptedTerminal } from '../../support/scripted-terminal.ts';
import { until } from '../../support/until.ts';

const CUTS = 150;
/** Longest print of the script, in bytes: more than a frame, so that cuts come within and between them. */
const PRINT_BYTES = 200_000;

for (const seed of [1, 2, 3]) {
  await test(`through ${CUTS} cuts no byte is lost or comes twice (seed ${seed})`, async (t) => {
    const random = seededRandom(seed);
    const upTo = (most: number) => Math.floor(random() * most);
    const terminal = await startScriptedTerminal(t);
    const { connection, told } = followTerminal(t, terminal, {
      random,
      onOutput({ bytes }, shown) {
        told.output.push(bytes);
        setTimeout(shown, upTo(20));
      },
    });
    for (let cut = 0; cut < CUTS; cut++) {
      terminal.print(
        Buffer.from(Array.from({ length: upTo(10) ? upTo(300) : upTo(PRINT_BYTES) }, () => upTo(256))),
      );
      await sleep(upTo(12));
      if (upTo(4)) terminal.cut();
      else terminal.close(upTo(2) ? 1012 : 1013);
      await sleep(upTo(12));
    }
    await until(
      () =>
        connection.state === 'open' &&
        told.output.reduce((sum, { length }) => sum + length, 0) >= terminal.printed.length,
    );
    t.ok(Buffer.concat(told.output).equals(terminal.printed));
    t.equal(told.resets, 0);
  });

  await test(`through ${CUTS} cuts all that is typed comes, in order and once (seed ${seed})`, async (t) => {
    const terminal = await startScriptedTerminal(t);
    const typed = await typeThroughCuts(t, terminal, seed);
    t.equal(terminal.input, typed);
    t.equal(new Set(terminal.connections.map(({ client }) => client)).size, 1);
  });

  await test(`where the server does not count, nothing is typed twice (seed ${seed})`, async (t) => {
    const terminal = await startScriptedTerminal(t, { counts: false });
    await typeThroughCuts(t, terminal, seed);
    const came = terminal.input.split('\n').slice(0, -1).map(Number);
    t.ok(came.every((line, place) => place === 0 || line > (came[place - 1] ?? 0)));
  });
}

/** Types numbered lines while connections are cut; answers all of them once the last one came. */
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
