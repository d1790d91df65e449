/** Longest message that is read, in characters: events carry a few ids, so a longer one is not ours. */
const LONGEST_MESSAGE = 8_192;

/** What travels through Redis: an event, its topic, and the process that published it. */
export interface RedisMessage {
  from: string;
  topic: string;
  event: object;
}

/** Writes a message. */
export function writeMessage(message: RedisMessage): string {
  return JSON.stringify(message);
}

/** Reads a message; undefined for anything that this service did not write. */
export function readMessage(text: string): RedisMessage | undefined {
  if (text.length > LONGEST_MESSAGE) return undefined;
  const value = parse(text);
  if (typeof value !== 'object' || value === null) return undefined;
  if (!('from' in value && 'topic' in value && 'event' in value)) return undefined;
  const { from, topic, event } = value;
  if (typeof from !== 'string' || typeof topic !== 'string') return undefined;
  if (typeof event !== 'object' || event === null) return undefined;
  return { from, topic, event };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
