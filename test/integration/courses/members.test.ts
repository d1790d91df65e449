import t from 'tap';
import { newId } from '../../../src/core/ids.ts';
import { courseWorld } from '../../kit/service/courses.ts';
import type { CourseActorName } from '../../kit/service/courses.ts';
import { eachDatabase } from '../../kit/database/databases.ts';

await eachDatabase(t, 'members are added, changed, listed and removed', async (t, database) => {
  const world = await courseWorld(t, database);
  const { members, person } = world;
  const { course, instructor } = await world.openCourse();
  const { userId } = await person('Mina Kim');
  const mina = await members.add(instructor, course.id, { userId, role: 'learner' });
  t.match(mina, { role: 'learner', active: true, source: 'manual', sectionId: undefined });
  const again = await members.add(instructor, course.id, { userId, role: 'assistant' });
  t.match(again, { id: mina.id, role: 'assistant' });
  t.match(await members.add(instructor, course.id, { userId }), { role: 'assistant' }, 'which stays');
  await members.update(instructor, mina.id, { active: false });

  const names = async (filter: object) => {
    const { items } = await members.list(instructor, course.id, filter, { first: 100 });
    return items.map(({ node }) => node.userId);
  };
  t.same(await names({ search: 'mina' }), [userId]);
  t.same(await names({ search: 'MINA KIM@EXAMPLE' }), [userId]);
  t.same(await names({ search: 'mina', active: true }), []);
  t.equal((await names({ role: 'instructor' })).length, 1);
  await t.rejects(members.list(instructor, course.id, {}, { first: 101 }), { code: 'INPUT_INVALID' });

  t.equal(await members.remove(instructor, mina.id), true);
  t.equal(await members.remove(instructor, mina.id), false);
  t.ok(await world.identity.users.get(world.admin, userId), 'the user stays');
  const unknown = members.add(instructor, course.id, { userId: newId(), role: 'learner' });
  await t.rejects(unknown, { code: 'USER_NOT_FOUND' });
});

await eachDatabase(
  t,
  'a course keeps an active instructor, whatever happens at once',
  async (t, database) => {
    const world = await courseWorld(t, database);
    const { members, person, admin } = world;
    const { course, instructor } = await world.openCourse();
    const { items } = await members.list(instructor, course.id, { role: 'instructor' }, { first: 1 });
    const only = items[0]?.node.id ?? '';
    for (const change of [{ role: 'learner' as const }, { active: false }])
      await t.rejects(members.update(admin, only, change), { code: 'LAST_INSTRUCTOR' });
    await t.rejects(members.remove(admin, only), { code: 'LAST_INSTRUCTOR' });
    await t.rejects(members.add(admin, course.id, { userId: instructor.userId, role: 'observer' }), {
      code: 'LAST_INSTRUCTOR',
    });

    const { userId } = await person('Second');
    const second = await members.add(admin, course.id, { userId, role: 'instructor' });
    const both = await Promise.allSettled([members.remove(admin, only), members.remove(admin, second.id)]);
    t.equal(both.filter(({ status }) => status === 'rejected').length, 1, 'one of two simultaneous removals');
    t.equal(
      await database.client.courseMember.count({ where: { courseId: course.id, role: 'instructor' } }),
      1,
    );
  },
);

await eachDatabase(t, 'a roster adds users, sections and members, and twice is once', async (t, database) => {
  const world = await courseWorld(t, database);
  const { members, courses, identity, admin } = world;
  const { course, instructor } = await world.openCourse();
  const known = await world.person('Known');
  const csv = Buffer.from(
    'name,email,role,section\r\nAda Lovelace,ADA@example.org,learner,Monday\r\nSomebody Else,known@example.org,assistant,\r\n',
  );
  const roster = (options?: { preview: boolean }) =>
    members.importRoster(instructor, course.id, async () => csv, options);
  const users = () => database.client.user.count();
  const before = await users();
  const result = { created: 2, updated: 0, unchanged: 0, errors: [] };
  t.same(await roster({ preview: true }), result);
  t.equal(await users(), before, 'a preview changes nothing');
  t.same(await roster(), result);
  t.same(await roster(), { created: 0, updated: 0, unchanged: 2, errors: [] });
  t.equal(await users(), before + 1);

  const [section] = await courses.sections(instructor, course.id);
  t.match(section, { name: 'Monday' });
  const { items } = await members.list(instructor, course.id, { search: 'ada' }, { first: 5 });
  t.match(items[0]?.node, { role: 'learner', source: 'csv', sectionId: section?.id });
  t.match(await identity.users.get(admin, items[0]?.node.userId ?? ''), {
    name: 'Ada Lovelace',
    email: 'ada@example.org',
    role: 'student',
  });
  t.match(await identity.users.get(admin, known.userId), { name: 'Known' }, 'nobody is renamed');

  await members.update(instructor, items[0]?.node.id ?? '', { active: false });
  const moved = Buffer.from('email;section\nada@example.org;Tuesday\nknown@example.org;Tuesday\n');
  const inactive = { line: 2, message: 'ada@example.org is an inactive member. Activate them first.' };
  t.match(await members.importRoster(instructor, course.id, async () => moved), {
    updated: 1,
    errors: [inactive],
  });
  await members.update(instructor, items[0]?.node.id ?? '', { active: true });
  t.match(await members.importRoster(instructor, course.id, async () => moved), {
    updated: 1,
    unchanged: 1,
    errors: [],
  });
  const [same] = (await members.list(instructor, course.id, { search: 'known@' }, { first: 5 })).items;
  t.equal(same?.node.role, 'assistant', 'a file without roles changes none');
  const [again] = (await members.list(instructor, course.id, { search: 'ada' }, { first: 5 })).items;
  t.match(again?.node, { active: true, role: 'learner' });
  t.not(again?.node.sectionId, section?.id);
});

await eachDatabase(t, 'simultaneous imports of a large file add everybody once', async (t, database) => {
  const world = await courseWorld(t, database);
  const { course, instructor } = await world.openCourse();
  const before = await database.client.courseMember.count({ where: { courseId: course.id } });
  const lines = Array.from(
    { length: 5_000 },
    (_, at) => `Zo\u00eb ${at};zoe${at}@example.org;learner;Group ${at % 7}`,
  );
  const text = `name;email;role;section\r\n${lines.join('\r\n')}\r\n`;
  // Excel's mark of UTF-8, before a text that is not UTF-8.
  const csv = Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from(text, 'latin1')]);
  const both = await Promise.all(
    [instructor, world.admin].map((actor) => world.members.importRoster(actor, course.id, async () => csv)),
  );
  for (const { errors } of both) t.same(errors, []);
  const where = { courseId: course.id };
  t.equal(await database.client.courseMember.count({ where }), before + 5_000);
  t.equal(await database.client.courseSection.count({ where }), 7);
  t.equal(await database.client.user.count({ where: { name: 'Zo\u00eb 4999' } }), 1);
  t.match(await world.members.importRoster(instructor, course.id, async () => csv), {
    created: 0,
    unchanged: 5_000,
  });
});

await eachDatabase(t, 'a roster is read only if its sender may import it now', async (t, database) => {
  const { members, openCourse } = await courseWorld(t, database);
  const { course, instructor, actors } = await openCourse();
  let read = 0;
  const csv = async () => {
    read += 1;
    return Buffer.from('name,email\nAda,ada@example.org\n');
  };
  for (const name of ['learner', 'otherInstructor', 'nobody'] as const)
    await t.rejects(members.importRoster(actors[name], course.id, csv));
  t.equal(read, 0);
  const first = members.importRoster(instructor, course.id, csv);
  await t.rejects(members.importRoster(instructor, course.id, csv), { code: 'RATE_LIMITED' });
  t.match(await first, { created: 1 });
  t.match(await members.importRoster(instructor, course.id, csv), { unchanged: 1 }, 'after the first one');
  t.equal(read, 2);
});

await eachDatabase(t, 'lines with problems are left out and reported', async (t, database) => {
  const world = await courseWorld(t, database);
  const { members } = world;
  const { course, instructor } = await world.openCourse();
  const self = (await world.identity.users.get(instructor, instructor.userId)).email ?? '';
  const csv = Buffer.from(
    [
      'name,email,role',
      'Ada,ada@example.org,',
      'Bob,ADA@example.org,',
      ',new@example.org,',
      'No,nothing,',
      `I,${self},learner`,
      'Z,z@example.org,king',
    ].join('\n'),
  );
  const errors = [
    { line: 3, message: 'The address ada@example.org is in line 2 already.' },
    {
      line: 4,
      message: 'new@example.org is new, so a name is needed. A name has 1 to 100 characters on one line.',
    },
    { line: 5, message: '"nothing" is not an e-mail address.' },
    { line: 6, message: 'The course would have no instructor.' },
    { line: 7, message: '"king" is not a role. Use instructor, assistant, learner or observer.' },
  ];
  // Nobody can teach with a disabled account.
  const disabled = await world.person('Disabled', 'instructor');
  await members.add(instructor, course.id, { userId: disabled.userId, role: 'instructor' });
  await world.identity.users.update(world.admin, disabled.userId, { disabled: true });
  t.same(await members.importRoster(instructor, course.id, async () => csv, { preview: true }), {
    created: 1,
    updated: 0,
    unchanged: 0,
    errors,
  });
  t.same(await members.importRoster(instructor, course.id, async () => csv), {
    created: 1,
    updated: 0,
    unchanged: 0,
    errors,
  });
  await t.rejects(
    members.importRoster(instructor, course.id, async () => Buffer.from('name,mail\nx,y@z\n')),
    {
      code: 'INPUT_INVALID',
      message: /There is no column "mail"/,
    },
  );
});

await eachDatabase(
  t,
  'staff see who the members are, whatever their role outside of the course',
  async (t, database) => {
    const world = await courseWorld(t, database);
    const { members } = world;
    const { course, instructor, actors } = await world.openCourse();
    const { items } = await members.list(instructor, course.id, {}, { first: 100 });
    const all = items.map(({ node }) => node);
    const seenBy = async (name: CourseActorName) =>
      (await members.users(actors[name], all)).filter((user) => user !== undefined).length;
    t.equal(await seenBy('assistant'), all.length);
    t.equal(await seenBy('observer'), all.length);
    t.equal(await seenBy('learner'), 1, 'only themselves');
    t.equal(await seenBy('formerMember'), 1);
    t.equal(await seenBy('otherInstructor'), 0);
  },
);

await eachDatabase(
  t,
  'an instructor of a course who is a student elsewhere creates no accounts',
  async (t, database) => {
    const world = await courseWorld(t, database);
    const { members, person } = world;
    const { course, instructor } = await world.openCourse();
    const helper = await person('Helper');
    await members.add(instructor, course.id, { userId: helper.userId, role: 'instructor' });
    const { email } = await world.identity.users.get(world.admin, instructor.userId);
    const csv = Buffer.from(`name,email\nNew,new@example.org\n,none@example.org\n,${email}\n`);
    const problem = (line: number, address: string) => ({
      line,
      message: `Nobody has the address ${address}. Ask an admin to create an account.`,
    });
    t.same(await members.importRoster(helper, course.id, async () => csv), {
      created: 0,
      updated: 0,
      unchanged: 1,
      errors: [problem(2, 'new@example.org'), problem(3, 'none@example.org')],
    });
  },
);

await eachDatabase(t, 'a disabled account does not keep a course alive', async (t, database) => {
  const world = await courseWorld(t, database);
  const { members, admin, identity, person } = world;
  const { course, instructor } = await world.openCourse();
  const { userId } = await person('Second');
  await members.add(instructor, course.id, { userId, role: 'instructor' });
  await identity.users.update(admin, userId, { disabled: true });
  const { items } = await members.list(admin, course.id, { role: 'instructor' }, { first: 5 });
  const only = items.find(({ node }) => node.userId === instructor.userId)?.node.id ?? '';
  await t.rejects(members.remove(admin, only), { code: 'LAST_INSTRUCTOR' });
});
