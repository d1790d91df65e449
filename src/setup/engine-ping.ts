import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { parseEngineAddress } from '../engine/engine-address.ts';

/** An engine answers a ping in milliseconds; one that does not in this time is not usable. */
const PING_TIMEOUT_MS = 3_000;

/** `refused` means that an engine is there, but this user may not talk to it. */
export type PingResult =
  | { readonly state: 'up'; readonly apiVersion: string }
  | { readonly state: 'refused' | 'down'; readonly reason: string };

/** Asks the engine at `address` for a sign of life; never throws. */
export function pingEngine(address: string, env: NodeJS.ProcessEnv): Promise<PingResult> {
  return new Promise((resolve) => {
    const fail = (error: NodeJS.ErrnoException) => {
      const reason = error.message || error.code || 'no answer';
      resolve({ state: error.code === 'EACCES' ? 'refused' : 'down', reason });
    };
    try {
      const target = parseEngineAddress(address, env);
      const open = 'protocol' in target && target.protocol === 'https' ? requestHttps : requestHttp;
      const { protocol: _, ...where } = { protocol: '', ...target };
      const request = open({ ...where, path: '/_ping', agent: false });
      request.setTimeout(PING_TIMEOUT_MS, () => request.destroy(new Error('no answer in time')));
      request.once('error', fail);
      request.once('response', (response) => {
        response.resume();
        const { statusCode, headers } = response;
        if (statusCode === 200) resolve({ state: 'up', apiVersion: String(headers['api-version'] ?? '') });
        else resolve({ state: 'down', reason: `it answered with status ${statusCode}` });
      });
      request.end();
    } catch (error) {
      fail(error as Error);
    }
  });
}
