import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type Docker from 'dockerode';
import { fault, isFault } from '../../../core/errors.ts';
import { call, hasStatus } from '../faults.ts';
import { createFramedStream } from './framed-stream.ts';
import { ensureGateway, gatewayName } from './gateway.ts';
import type { GatewayContext } from './gateway.ts';
import { LABEL } from '../labels.ts';

/** Command in the gateway that forwards one connection. */
const CONNECT = ['perl', '/usr/lib/berth/connect.pl'];
/** A gateway answers in milliseconds; without processor time it may need seconds. */
const OPENING_TIMEOUT_MS = 20_000;
/**
 * An idle gateway can end at the moment of a request, and takes a while to disappear. Attempts, and the delay
 * between them in milliseconds.
 */
const ATTEMPTS = 50;
const PAUSE_MS = 100;

/**
 * Opens a connection to `port` in the machine's network namespace: to localhost, or to one of the machine's
 * addresses if nothing listens on localhost.
 */
export async function connectPort(context: GatewayContext, machineId: string, port: number): Promise<Duplex> {
  const machine = await call(() => context.docker.getContainer(machineId).inspect());
  // Nothing is created next to a container that is not ours.
  if (machine.Config.Labels[LABEL.installation] !== context.installation) throw fault('CONTAINER_NOT_FOUND');
  if (!machine.State.Running || machine.State.Restarting) throw fault('MACHINE_NOT_RUNNING');
  const networks = Object.values(machine.NetworkSettings.Networks);
  const own = networks.map(({ IPAddress }) => IPAddress).filter(Boolean);
  const command = [...CONNECT, String(port), '127.0.0.1', '::1', ...own];
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const stream = await startConnection(context, machine, command);
    const answer = stream && (await opening(stream));
    if (stream && answer === 'open') return stream;
    stream?.destroy();
    if (answer === 'closed' || answer === 'silent') throw fault('PORT_CLOSED', { port });
    // A new gateway is asked without a delay.
    if (attempt > 1) await sleep(PAUSE_MS);
  }
  throw fault('GATEWAY_UNAVAILABLE', { problem: 'the gateway of the machine ends immediately' });
}

/** Starts a connection in the gateway; undefined if the gateway has just ended. */
async function startConnection(
  context: GatewayContext,
  machine: Docker.ContainerInspectInfo,
  command: string[],
): Promise<FramedStream | undefined> {
  const options = { Cmd: command, AttachStdin: true, AttachStdout: true, AttachStderr: true };
  const start = async () => {
    const exec = await call(() => context.docker.getContainer(gatewayName(machine)).exec(options));
    return createFramedStream(await call(() => exec.start({ hijack: true, stdin: true })));
  };
  try {
    return await start();
  } catch (error) {
    if (!isFault(error, 'CONTAINER_NOT_FOUND', 'MACHINE_NOT_RUNNING') && !hasStatus(error, 409)) throw error;
  }
  await ensureGateway(context, machine);
  return undefined;
}

type FramedStream = ReturnType<typeof createFramedStream>;

/** Returns the gateway's first message; undefined if it ended without one. @throws GATEWAY_UNAVAILABLE */
async function opening(stream: FramedStream): Promise<string | undefined> {
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    stream.destroy();
  }, OPENING_TIMEOUT_MS);
  const answer = await stream.opening;
  clearTimeout(timer);
  if (late) throw fault('GATEWAY_UNAVAILABLE', { problem: 'the gateway of the machine does not answer' });
  return answer;
}
