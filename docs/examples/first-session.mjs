/*
 * A lab from start to checked work, by Berth's API alone.
 * Usage: BERTH_TOKEN=… node docs/examples/first-session.mjs [address]
 */
import { readFile } from 'node:fs/promises';
import { WebSocket } from 'ws';

const address = process.argv[2] ?? 'http://127.0.0.1:8080';

async function graphql(query, variables) {
  const response = await fetch(`${address}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${process.env.BERTH_TOKEN}` },
    body: JSON.stringify({ query, variables }),
  }).catch(({ cause }) => {
    console.error(
      `Could not reach Berth at ${address} (${cause?.code ?? cause?.message}): start it, or give its address.`,
    );
    process.exit(1);
  });
  const { data, errors } = await response.json();
  if (errors) throw new Error(errors.map(({ message }) => message).join('\n'));
  return data;
}

// Start a lab. The answer comes immediately, the container a moment later, unless a session of the lab runs already.
const start = performance.now();
const { startSession } = await graphql(
  'mutation { startSession(input: { lab: "linux-command-line" }) { session { id state machines { name address } } } }',
);
const { id } = startSession.session;
let session = startSession.session;
while (session.state !== 'READY') {
  if (session.state === 'FAILED') throw new Error(session.reason.message);
  await new Promise((resolve) => setTimeout(resolve, 50));
  ({ session } = await graphql(
    'query ($id: ID!) { session(id: $id) { state reason { message } machines { name address } } }',
    { id },
  ));
}
const [machine] = session.machines;
console.log(`ready after ${Math.round(performance.now() - start)} ms: ${machine.name} at ${machine.address}`);

// Open a terminal in it and type the first step's solution.
const { openTerminal } = await graphql(
  'mutation ($s: ID!) { openTerminal(input: { session: $s, machine: "main", rows: 24, cols: 80 }) { terminal { id } url ticket } }',
  { s: id },
);
const solution = await readFile('labs/linux-command-line/solutions/01-find-your-way.sh', 'utf8');
const socket = new WebSocket(openTerminal.url, ['berth.terminal.v1', `berth.ticket.${openTerminal.ticket}`]);
const type = (text) => socket.send(Buffer.concat([Buffer.of(0), Buffer.from(text)]));
socket.on('open', () => type(`bash -s <<'END'\n${solution}\nEND\nls -R --color=never workshop; exit\n`));
let screen = '';
socket.on('message', (frame) => {
  if (frame[0] === 0) screen += frame.subarray(1).toString();
});
await new Promise((resolve) => socket.on('close', resolve));
const [, listing] = /(workshop:\s[^]*?)logout/.exec(screen) ?? [];
console.log(listing.replaceAll('\r', '').trim());

// Have it checked, and read the progress back.
const { runCheck } = await graphql(
  'mutation ($s: ID!) { runCheck(input: { session: $s, step: "find-your-way" }) { attempt { passed score message } } }',
  { s: id },
);
console.log(runCheck.attempt);
const after = await graphql('query ($id: ID!) { session(id: $id) { progress { steps { id passed } } } }', {
  id,
});
console.log(after.session.progress.steps);
await graphql('mutation ($s: ID!) { deleteSession(input: { session: $s }) { deletedId } }', { s: id });
