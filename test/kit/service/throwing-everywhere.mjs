/*
 * Loaded into a service under test: once it is armed by SIGWINCH, each listener and each timer that the service's own
 * code has set throws, once by its arguments and once in place of its work. Standard error tells which.
 */
import { EventEmitter } from 'node:events';
import { syncBuiltinESMExports } from 'node:module';
import timers from 'node:timers';

/** A line of a stack that is of the service's own code, by the source map. */
const OWN = /\/src\/((?!generated)[^:)]+\.ts):(\d+)/;
const thrown = new Set();
let armed = false;

process.on('SIGWINCH', () => {
  armed = true;
  process.stderr.write('armed to throw\n');
});

/** The place in the service's code that sets a listener or timer; undefined where a library does. */
function placeOf() {
  const frames = (new Error().stack ?? '').split('\n').slice(3);
  const caller = frames.find((frame) => !/\(node:|at node:/.test(frame)) ?? '';
  if (caller.includes('node_modules')) return undefined;
  const [, file, line] = OWN.exec(caller) ?? [];
  return file && `${file}:${line}`;
}

/** A value whose every use throws: so a listener throws in its midst, where it may have a guard. */
const POISON = new Proxy(() => undefined, {
  get() {
    throw new Error('thrown on purpose by an argument');
  },
});

/** The listener, which first meets arguments that throw, then throws itself, then works. */
function throwing(kind, listener, place) {
  const name = `${kind} ${place}`;
  return function (...given) {
    if (armed && given.length > 0 && isNew(`${name} inside`)) {
      return Reflect.apply(
        listener,
        this,
        given.map(() => POISON),
      );
    }
    if (armed && isNew(name)) throw new Error(`thrown on purpose at ${name}`);
    return Reflect.apply(listener, this, given);
  };
}

function isNew(name) {
  if (thrown.has(name)) return false;
  thrown.add(name);
  process.stderr.write(`throws: ${name}\n`);
  return true;
}

// "once" comes here as well.
for (const method of ['on', 'addListener', 'prependListener']) {
  const plain = EventEmitter.prototype[method];
  EventEmitter.prototype[method] = function (event, listener) {
    const place = typeof listener === 'function' && this !== process ? placeOf() : undefined;
    if (!place) return plain.call(this, event, listener);
    const own = throwing(`on ${String(event)}`, listener, place);
    // By this Node finds a wrapped listener that is to be removed.
    own.listener = listener.listener ?? listener;
    return plain.call(this, event, own);
  };
}

for (const method of ['setTimeout', 'setInterval', 'setImmediate']) {
  const plain = globalThis[method];
  const own = function (work, ...rest) {
    const place = placeOf();
    return plain(place ? throwing(method, work, place) : work, ...rest);
  };
  Object.defineProperties(own, Object.getOwnPropertyDescriptors(plain));
  globalThis[method] = own;
  timers[method] = own;
}
syncBuiltinESMExports();
