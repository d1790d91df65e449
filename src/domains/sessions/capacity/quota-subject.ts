import type { QuotaSubject } from './quota.ts';

const kinds = ['learner', 'course', 'lab'] as const;

/** The subject as the database and messages name it, such as `course:docker-basics`. */
export function formatSubject(subject: QuotaSubject): string {
  const [[kind, name] = []] = Object.entries(subject);
  return `${kind}:${name}`;
}

/** The subject that a name such as `course:docker-basics` stands for; undefined when it is none. */
export function parseSubject(text: string): QuotaSubject | undefined {
  const kind = kinds.find((candidate) => text.startsWith(`${candidate}:`));
  const name = text.slice(text.indexOf(':') + 1);
  return kind && ({ [kind]: name } as unknown as QuotaSubject);
}
