import Fastify from 'fastify';
import { medians } from './context.ts';
import type { Figure } from './context.ts';
import { serveGradebook } from './gradebook-ours.ts';
import { TOKEN } from './graphql-ours.ts';

const ROUNDS = 15;
const WARM_UPS = 3;
/** Learners of a page, as a screen shows them. */
const PAGE = 50;

/**
 * Measures the time of the first page of a gradebook with 500 learners and 20 assignments, and of a static response with
 * the same content. `gradebook_outdated` is the same page while all of its grades must be computed again.
 */
export async function measureGradebook(): Promise<{ gradebook: Figure; gradebook_outdated: Figure }> {
  const ours = await serveGradebook();
  try {
    const url = `http://127.0.0.1:${ours.port}/api/v1/courses/${ours.courseId}/gradebook?limit=${PAGE}`;
    const { text } = await read(url);
    const raw = Fastify();
    raw.get('/', async (_request, reply) => reply.type('application/json').send(text));
    await raw.listen({ port: 0, host: '127.0.0.1' });
    const rawUrl = `http://127.0.0.1:${(raw.server.address() as { port: number }).port}/`;
    try {
      const gradebook = await compare(url, rawUrl);
      await ours.outdate();
      return { gradebook, gradebook_outdated: await compare(url, rawUrl) };
    } finally {
      await raw.close();
    }
  } finally {
    await ours.close();
  }
}

async function compare(url: string, rawUrl: string): Promise<Figure> {
  for (let time = 0; time < WARM_UPS; time++) await Promise.all([read(url), read(rawUrl)]);
  const rounds: Figure[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const mine = await read(url);
    const theirs = await read(rawUrl);
    rounds.push({ ours: mine.ms, raw: theirs.ms, ratio: mine.ms / theirs.ms });
  }
  return medians(rounds);
}

async function read(url: string): Promise<{ text: string; ms: number }> {
  const from = performance.now();
  const answer = await fetch(url, { headers: { authorization: `Bearer ${TOKEN}` } });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${answer.status}: ${text}`);
  return { text, ms: performance.now() - from };
}
