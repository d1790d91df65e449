import type { Test } from 'tap';
import type { Place } from './places.ts';

/** Memory and processes are limited, and the machine keeps running afterwards. */
export async function limits(t: Test, place: Place): Promise<void> {
  const eaten = await place.run('head -c 4G /dev/zero | tail > /dev/null; echo "ended with $?"');
  t.notMatch(eaten.out, 'ended with 0', 'more memory than its limit');
  await keepsRunning(t, place);

  const counted = await place.run(
    // The shell itself counts: with no process left, it cannot start a program.
    '( for i in $(seq 1000); do sleep 2 & done ) 2> /dev/null; set -- /proc/[0-9]*; echo $#',
  );
  const processes = Number(counted.out);
  t.ok(processes > 0 && processes <= 450, `processes: ${counted.out}`);
  await new Promise((resolve) => setTimeout(resolve, 2_500));
  await keepsRunning(t, place);
}

async function keepsRunning(t: Test, place: Place): Promise<void> {
  t.match(await place.engine.inspect(place.machineId), { state: 'running' });
  if (place.profile !== 'nested') return;
  t.match(await place.run('true'), { code: 0 }, 'its engine is limited, too');
}
