import { test } from 'tap';
import { createQuotas } from '../../../src/domains/sessions/capacity/quota-service.ts';
import type { QuotaSubject } from '../../../src/domains/sessions/capacity/quota.ts';
import { systemClock } from '../../../src/core/clock.ts';
import { eachDatabase } from '../../kit/database/databases.ts';
import { courseWorld } from '../../kit/service/courses.ts';

await test('the quotas of deleted courses and users are forgotten', async (t) => {
  await eachDatabase(t, 'quotas', async (t, database) => {
    const { admin, courses, identity, openCourse, person } = await courseWorld(t, database);
    const { course, instructor } = await openCourse();
    const { id: other } = await courses.create(instructor, { title: 'Other' });
    const user = await person('Leaver');
    const quotas = createQuotas({
      database,
      users: identity.users,
      courses,
      clock: systemClock,
      onChanged: () => undefined,
    });
    const set = (subject: QuotaSubject) => quotas.set(admin, { subject, sessions: 2, memory: undefined });
    const stays = [{ course: course.id }, { lab: 'git' }, { learner: instructor.userId }];
    for (const subject of [...stays, { course: other }, { learner: user.userId }]) await set(subject);
    await courses.delete(instructor, other);
    await identity.users.delete(admin, user.userId);
    const subjects = (await quotas.list(admin)).map(({ subject }) => subject);
    t.same(new Set(subjects), new Set(stays));
    t.equal(await database.client.quota.count(), stays.length);
  });
});
