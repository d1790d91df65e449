import { fault } from '../../../core/errors.ts';
import { gitProtocol, withoutSecret } from './git-address.ts';
import type { GitProtocol } from './git-address.ts';
import { runGit } from './git-command.ts';
import { checkGitRef, commitRule } from './git-ref.ts';
import { withDeadline } from './with-deadline.ts';

/** Longest wait for a repository's answer, in seconds. */
const ANSWER_SECONDS = 60;
/** Most that a repository may say of its refs, in characters; only the wanted ones are asked for. */
const ANSWER_LIMIT = 1024 * 1024;

/**
 * The commit that `ref` names in the repository now, without fetching any of it: for who follows one.
 * @throws INPUT_INVALID for an address or ref that is none; GIT_FAILED, also when there is no such ref
 */
export async function remoteCommit(options: {
  address: string;
  /** Branch or tag; the repository's default branch when absent. A whole commit id is itself. */
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
        if (text.length > ANSWER_LIMIT) throw failed('it answers with too many refs');
      },
    }),
  );
  const found = new Map(text.split('\n').map((line) => line.split('\t').toReversed() as [string, string]));
  // The order of gitrevisions(7), as fetch has it.
  const names = [ref, `refs/${ref}`, `refs/tags/${ref}`, `refs/heads/${ref}`];
  const commit = names.map((name) => found.get(`${name}^{}`) ?? found.get(name)).find(Boolean);
  if (commit === undefined || !commitRule.test(commit)) throw failed(`it has no branch or tag "${ref}"`);
  return commit;
}
