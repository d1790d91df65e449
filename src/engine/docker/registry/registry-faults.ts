import { fault } from '../../../core/errors.ts';
import type { Fault } from '../../../core/errors.ts';
import { engineWords, toFault } from '../faults.ts';
import { DENIED, UNREACHABLE } from '../images/image-pull.ts';

/** What engines and registries say where a registry takes no images, as a cache of another one does. */
const UNSUPPORTED = /unsupported|method not allowed|\b405\b/i;
const NO_TLS = /HTTP response to HTTPS client/i;

/** What became of a push, told by the words that engines and registries have for it. */
export function pushFault(error: unknown): Fault {
  const known = toFault(error);
  if (known.code === 'ENGINE_UNREACHABLE' || known.code === 'DISK_FULL') return known;
  const problem = engineWords(error);
  if (NO_TLS.test(problem))
    return unavailable(
      `${problem}: name it under "insecure-registries" in the engine's daemon.json, or give it a certificate`,
      error,
    );
  if (DENIED.test(problem)) {
    return refused(
      problem,
      'An admin gives Berth credentials that may write there, with setRegistryCredential',
      error,
    );
  }
  if (UNSUPPORTED.test(problem)) {
    return refused(
      problem,
      'It takes images from nobody: put this one into the registry that it fetches from',
      error,
    );
  }
  if (UNREACHABLE.test(problem)) return unavailable(problem, error);
  return refused(problem, 'Its own log tells more', error);
}

/** What a registry's HTTP status for a removal means. */
export function removalFault(status: string): Fault {
  const problem = `a removal is answered with ${status}`;
  if (status === '405') return refused(problem, 'Removing is off there: turn it on in its own settings');
  if (status === '401' || status === '403')
    return refused(problem, 'Remove the image with a tool that is signed in there');
  return refused(problem, 'Its own log tells more');
}

/** The registry does not answer, or is not there; `problem` says why, and what to do where that is known. */
export function unavailable(problem: string, cause?: unknown): Fault {
  return fault('LOCAL_REGISTRY_UNAVAILABLE', { problem }, cause);
}

function refused(problem: string, remedy: string, cause?: unknown): Fault {
  return fault('LOCAL_REGISTRY_REFUSED', { problem, remedy }, cause);
}
