import { setTimeout as sleep } from 'node:timers/promises';
import t, { test } from 'tap';
import { WebSocket } from 'ws';
import { connectTerminal } from 'berth-terminal-client/connect-terminal';
import { startBerth } from '../../kit/service/berth-process.ts';
import { fasterTimers } from '../../kit/terminals/faster-timers.ts';
import { freePort } from '../../kit/runner/machine/service-process.ts';
import { startSession } from '../../kit/sessions/started-session.ts';
import { until } from '../../kit/basics/until.ts';

const KILLS = 2;
/** Delays are shorter by this factor, so that clients reconnect before the service is fully ready. */
const FASTER = 20;
const OPEN = 'openTerminal(input: { session: $id, machine: "main" })';
const ATTACH = 'attachTerminal(input: { terminal: $id })';

/** Bursts of unique numbered lines. */
const BURSTS = 300;
const whole = `${Array.from({ length: BURSTS }, (_, burst) => linesOf(burst + 1)).join('')}all\r\n`;

const berth = await startBerth(t, { BERTH_PORT: String(await freePort()) });
const session = await startSession(berth);

await test(`a shell's output arrives complete and once through ${KILLS} kills of the service`, async (t) => {
  let printed = '';
  let asked = 0;
  const starts: { offset: number; live: number; snapshot: boolean }[] = [];
  const connection = connectTerminal({
    WebSocket,
    timers: fasterTimers(FASTER),
    async attach(terminal) {
      const { way } = await berth.graphql<{ way: { url: string; ticket: string; terminal: { id: string } } }>(
        `mutation ($id: ID!) { way: ${terminal === undefined ? OPEN : ATTACH} { url ticket terminal { id } } }`,
        { id: terminal ?? session },
      );
      return { terminal: way.terminal.id, url: way.url, ticket: way.ticket };
    },
    onOutput({ bytes }, shown) {
      printed += Buffer.from(bytes).toString('latin1');
      shown();
    },
    onHello({ offset, live, snapshot }) {
      starts.push({ offset, live, snapshot });
      asked = Buffer.byteLength(printed, 'latin1');
      t.equal(offset, asked, 'it continues at its position');
      t.ok(live >= asked);
    },
    onReset: () => t.fail('nothing is redrawn'),
  });
  t.teardown(() => connection.close());
  await until(() => printed.includes('$ '));
  connection.input(`exec env PS1= sh -c 'stty -echo; echo re""ady; exec sh'\r`);
  await until(() => printed.includes('ready\r\n'));
  const begin = printed.length;
  connection.input(
    `for i in $(seq 1 ${BURSTS}); do seq -f "$i-%.0f" 1 $((i * 37 % 300)); sleep 0.05; done; echo all\r`,
  );
  for (let kill = 0; kill < KILLS; kill++) {
    await sleep(500);
    await berth.kill();
    await berth.start();
    await until(() => connection.state === 'open');
  }
  await until(() => printed.endsWith('all\r\n'));
  t.ok(printed.slice(begin) === whole, `${printed.length - begin} of ${whole.length} bytes`);
  t.equal(starts.length, KILLS + 1);
});

function linesOf(burst: number): string {
  return Array.from({ length: (burst * 37) % 300 }, (_, line) => `${burst}-${line + 1}\r\n`).join('');
}
