import { defineCommand } from 'citty';
import { readConfig } from '../config/config.ts';
import { localUrl } from '../core/local-url.ts';

/** Longest wait for the answer, in milliseconds: container health checks allow five seconds. */
const ANSWER_LIMIT_MS = 4_000;

/** `berth health`: exit code 0 when the service of these settings is alive. */
export const healthCommand = defineCommand({
  meta: { name: 'health', description: 'Ask whether the service on this machine is alive.' },
  async run() {
    const { host, port } = readConfig(process.env);
    const address = `${localUrl(host, port)}/healthz`;
    const answer = await fetch(address, { signal: AbortSignal.timeout(ANSWER_LIMIT_MS) }).catch(
      (error: unknown) => error as Error,
    );
    if (answer instanceof Response && answer.ok) {
      process.stdout.write(`alive at ${address}\n`);
      return;
    }
    const problem = answer instanceof Response ? `answered ${answer.status}` : answer.message;
    process.stderr.write(`${address}: ${problem}\n`);
    process.exitCode = 1;
  },
});
