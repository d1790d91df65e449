import type { Duplex } from 'node:stream';
import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { connect as connectTls } from 'node:tls';
import type { Engine } from '../../../engine/engine.ts';
import { fault, isFault } from '../../../core/errors.ts';
import type { HttpCheck } from '../../labs/lab-check.ts';
import { textOf } from '../../../core/plain-text.ts';
import { passedOrNot } from '../results/check-verdict.ts';
import type { Judgement } from '../results/check-verdict.ts';
import { found } from '../results/findings.ts';
import type { Found } from '../results/findings.ts';
import { fitsRule } from '../text-rule.ts';

/** Maximum bytes of a response body that are checked; the rest is not read. */
const BODY_LIMIT = 256 * 1024;

/** A server's response. */
interface Answer {
  status: number;
  headers: string[];
  body: string;
}

/**
 * Sends a request to the web server through the machine's own network, and judges the response. A server that does not
 * respond, or not with HTTP, fails the check.
 * @throws the error that keeps Berth from sending the request, or the reason of `signal`
 */
export async function judgeHttp(
  check: HttpCheck,
  { engine, machineId, signal }: { engine: Pick<Engine, 'connect'>; machineId: string; signal: AbortSignal },
): Promise<Judgement> {
  const { port } = check.http;
  let stream: Duplex;
  try {
    stream = await engine.connect(machineId, port);
  } catch (error) {
    if (!isFault(error, 'PORT_CLOSED')) throw error;
    return passedOrNot(error, { evidence: '' });
  }
  // The time limit starts here: the time to connect to the machine does not count against the learner.
  const timeUp = AbortSignal.timeout(check.timeoutSeconds * 1000);
  try {
    const answer = await ask(check, stream, AbortSignal.any([signal, timeUp]));
    return passedOrNot(problemOf(check, answer), { evidence: evidenceOf(answer) });
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    const { machine, timeoutSeconds: seconds } = check;
    const problem = timeUp.aborted
      ? found('HTTP_LATE', { port, machine, seconds })
      : fault('PREVIEW_BROKEN', { port, machine });
    return passedOrNot(problem, { evidence: error instanceof Error ? error.message : '' });
  } finally {
    stream.destroy();
  }
}

/** Sends one request on an existing connection. */
async function ask({ http, machine }: HttpCheck, stream: Duplex, signal: AbortSignal): Promise<Answer> {
  const { port, path, method, headers, https } = http;
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const connection = https
      ? connectTls({ socket: stream, servername: machine, rejectUnauthorized: false })
      : stream;
    connection.once('error', reject);
    // The time limit applies in every state of the request.
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
    const options = { host: machine, port, path, method, headers, signal };
    request({ ...options, createConnection: () => connection })
      .once('response', resolve)
      .on('error', reject)
      // Node.js emits nothing else for a response that switches to another protocol.
      .once('close', () => reject(new Error('The connection was closed without a response.')))
      .end();
  });
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    size += chunk.length;
    if (size >= BODY_LIMIT) break;
  }
  // A body without a length ends with its connection, even if the time limit closed it.
  signal.throwIfAborted();
  const body = textOf(Buffer.concat(chunks).subarray(0, BODY_LIMIT));
  const { statusCode: status = 0, rawHeaders } = answer;
  const lines = rawHeaders.flatMap((name, place) =>
    place % 2 === 0 ? [`${name}: ${rawHeaders[place + 1] ?? ''}`] : [],
  );
  return { status, headers: lines, body };
}

function problemOf({ http, machine }: HttpCheck, { status, body }: Answer): Found | undefined {
  const { method, path, port } = http;
  const request = { method, path, port, machine };
  if (status !== http.status) return found('HTTP_OTHER_STATUS', { ...request, status });
  return fitsRule(body, http.body) ? undefined : found('HTTP_OTHER_BODY', request);
}

function evidenceOf({ status, headers, body }: Answer): string {
  return [String(status), ...headers, '', body].join('\n').trimEnd();
}
