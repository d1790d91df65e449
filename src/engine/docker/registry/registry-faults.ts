import { fault } from '../../../core/errors.ts';
import type { Fault } from '../../../core/errors.ts';
import { engineMessage, toFault } from '../faults.ts';
import { DENIED, UNREACHABLE } from '../images/image-pull.ts';

/**
 * Messages of engines and registries about a registry that accepts no images, such as a cache of another one.
 */
const UNSUPPORTED = /unsupported|method not allowed|\b405\b/i;
const NO_TLS = /HTTP response to HTTPS client/i;

/** Converts the error of a push, by the messages of engines and registries. */
export function pushFault(error: unknown): Fault {
  const known = toFault(error);
  if (known.code === 'ENGINE_UNREACHABLE' || known.code === 'DISK_FULL') return known;
  const problem = engineMessage(error);
  if (NO_TLS.test(problem))
    return unavailable(
      `${problem}: add it to "insecure-registries" in the engine's daemon.json, or give it a certificate`,
      error,
    );
  if (DENIED.test(problem)) {
    return refused(
      problem,
      'An admin can give Berth credentials with write access, with setRegistryCredential',
      error,
    );
  }
  if (UNSUPPORTED.test(problem)) {
    return refused(problem, 'It is read-only: push the image to the registry from which it pulls', error);
  }
  if (UNREACHABLE.test(problem)) return unavailable(problem, error);
  return refused(problem, 'See the log of the registry', error);
}

/** Converts a registry's HTTP status for a removal. */
export function removalFault(status: string): Fault {
  const problem = `it answered a removal with ${status}`;
  if (status === '405') return refused(problem, 'Turn on removal in the settings of that registry');
  if (status === '401' || status === '403')
    return refused(problem, 'Remove the image with a tool that has credentials for that registry');
  return refused(problem, 'See the log of the registry');
}

/**
 * Creates the error for a registry that does not answer or does not run; `problem` says why and what to do,
 * if known.
 */
export function unavailable(problem: string, cause?: unknown): Fault {
  return fault('LOCAL_REGISTRY_UNAVAILABLE', { problem }, cause);
}

function refused(problem: string, remedy: string, cause?: unknown): Fault {
  return fault('LOCAL_REGISTRY_REFUSED', { problem, remedy }, cause);
}
