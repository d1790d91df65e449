import { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type Docker from 'dockerode';
import { fault, isFault } from '../../../core/errors.ts';
import { deferred } from '../../../core/async.ts';
import { call, hasStatus } from '../faults.ts';
import { createDemultiplexer } from '../exec/exec-output.ts';
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

/** Length of the payload, big-endian; images/gateway/connect.pl uses the same format. */
const HEADER_BYTES = 4;
/** Length of the first frame, which contains one word. */
const OPENING_LIMIT_BYTES = 16;
const LAST_FRAME = Buffer.alloc(HEADER_BYTES);

/** A connection through a gateway. */
interface FramedStream extends Duplex {
  /** The gateway's message about the connection before its bytes; undefined if it ended without one. */
  readonly opening: Promise<string | undefined>;
}

/**
 * Converts the engine's stream of a gateway to a stream of bytes. Frames mark the end of one direction, which
 * the engine's stream cannot; without that mark, the connection failed.
 */
function createFramedStream(engineStream: Duplex): FramedStream {
  const opening = deferred<string | undefined>();
  const frames = createFrameReader({
    opened: (word) => opening.resolve(word),
    bytes(payload) {
      if (!stream.push(payload)) engineStream.pause();
    },
    ended: () => stream.push(null),
  });
  const demultiplex = createDemultiplexer((channel, bytes) => {
    if (channel === 'stdout') frames(bytes);
  });
  const stream = new Duplex({
    read: () => void engineStream.resume(),
    write(chunk: Buffer, _encoding, done) {
      const header = Buffer.alloc(HEADER_BYTES);
      header.writeUInt32BE(chunk.length);
      engineStream.cork();
      engineStream.write(header);
      engineStream.write(chunk, (error) => done(error));
      engineStream.uncork();
    },
    final: (done) => void engineStream.write(LAST_FRAME, (error) => done(error)),
    destroy(error, done) {
      engineStream.destroy();
      done(error);
    },
  });
  const fail = () => {
    opening.resolve(undefined);
    if (!stream.readableEnded || !stream.writableFinished) stream.destroy(new ConnectionBroken());
  };
  engineStream.on('data', demultiplex).on('error', fail).on('close', fail);
  return Object.assign(stream, { opening: opening.promise });
}

/** The error that the system reports for a socket that the other side has reset. */
class ConnectionBroken extends Error {
  readonly code = 'ECONNRESET';
  constructor() {
    super('the connection into the machine was lost');
  }
}

function createFrameReader(on: {
  opened: (word: string) => void;
  bytes: (payload: Buffer) => void;
  ended: () => void;
}): (chunk: Buffer) => void {
  const header = Buffer.alloc(HEADER_BYTES);
  let headerBytes = 0;
  let left = 0;
  let word: string | undefined = '';
  const take = (payload: Buffer) => {
    if (word === undefined) {
      on.bytes(payload);
      return;
    }
    word += payload.toString('latin1', 0, OPENING_LIMIT_BYTES);
    if (left > 0) return;
    on.opened(word);
    word = undefined;
  };
  return (chunk) => {
    let at = 0;
    while (at < chunk.length) {
      if (left > 0) {
        const payload = chunk.subarray(at, at + left);
        at += payload.length;
        left -= payload.length;
        take(payload);
        continue;
      }
      const copied = chunk.copy(header, headerBytes, at, at + HEADER_BYTES - headerBytes);
      headerBytes += copied;
      at += copied;
      if (headerBytes < HEADER_BYTES) return;
      headerBytes = 0;
      left = header.readUInt32BE();
      if (left === 0) on.ended();
    }
  };
}
