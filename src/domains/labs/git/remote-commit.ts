import { fault } from '../../../core/errors.ts';
import { gitProtocol, withoutSecret, checkGitRef, commitRule } from './git-address.ts';
import type { GitProtocol } from './git-address.ts';
import { runGit, withDeadline } from './git-command.ts';

/** Longest wait for a repository's answer, in seconds. */
const ANSWER_SECONDS = 60;
/** Largest answer, in characters. Only the wanted refs are requested. */
const ANSWER_LIMIT = 1024 * 1024;

/**
 * Returns the commit that `ref` currently names in the repository, without fetching it.
 * @throws INPUT_INVALID for an invalid address or ref; GIT_FAILED, also if there is no such ref
 */
export async function remoteCommit(options: {
  address: string;
  /** Branch or tag. Default: the repository's default branch. A full commit id is returned unchanged. */
  ref?: string | undefined;
  protocols?: readonly GitProtocol[];
  signal?: AbortSignal;
}): Promise<string> {
  const { address, ref = 'HEAD', protocols = ['https', 'ssh'] } = options;
  gitProtocol(address, protocols);
  checkGitRef(ref);
  if (commitRule.test(ref)) return ref;
  const failed = (problem: string) => fault('GIT_FAILED', { address: withoutSecret(address), problem });
  const late = () => failed(`it did not answer within ${ANSWER_SECONDS} s`);
  let text = '';
  await withDeadline({ seconds: ANSWER_SECONDS, late, signal: options.signal }, (signal) =>
    runGit({
      args: ['ls-remote', '--quiet', '--end-of-options', address, ref, `${ref}^{}`],
      address,
      protocols,
      signal,
      onOutput: (chunk) => {
        text += chunk.toString('utf8');
        if (text.length > ANSWER_LIMIT) throw failed('it returned too many refs');
      },
    }),
  );
  const found = new Map(text.split('\n').map((line) => line.split('\t').toReversed() as [string, string]));
  // The order of gitrevisions(7), which `git fetch` also uses.
  const names = [ref, `refs/${ref}`, `refs/tags/${ref}`, `refs/heads/${ref}`];
  const commit = names.map((name) => found.get(`${name}^{}`) ?? found.get(name)).find(Boolean);
  if (commit === undefined || !commitRule.test(commit)) throw failed(`it has no branch or tag "${ref}"`);
  return commit;
}
