import t from 'tap';
import { courseWorld } from '../../kit/service/courses.ts';
import { eachDatabase } from '../../kit/database/databases.ts';

const HOUR_MS = 3_600_000;

await eachDatabase(t, 'an invitation makes users members, once each', async (t, database) => {
  const world = await courseWorld(t, database);
  const { invitations, courses, clock, person } = world;
  const { course, instructor } = await world.openCourse();
  const section = await courses.createSection(instructor, course.id, 'A');
  const expiresAt = new Date(clock.now().getTime() + HOUR_MS);
  const { invitation, secret } = await invitations.create(instructor, course.id, {
    role: 'learner',
    sectionId: section.id,
    expiresAt,
  });
  const mina = await person('Mina');
  const joined = await invitations.join(mina, secret);
  t.match(joined.course, { id: course.id });
  t.match(joined.member, {
    courseId: course.id,
    role: 'learner',
    sectionId: section.id,
    source: 'invitation',
  });
  t.same(await invitations.join(mina, secret), joined);
  t.match(
    await invitations.join(instructor, secret),
    { member: { role: 'instructor' } },
    'a member stays as they are',
  );
  t.match(await invitations.list(instructor, course.id), [{ id: invitation.id, used: 1, seats: undefined }]);
  t.notMatch(
    JSON.stringify(await database.client.courseInvitation.findMany()),
    secret,
    'only its hash is stored',
  );
});

await eachDatabase(t, 'seats are never exceeded', async (t, database) => {
  const world = await courseWorld(t, database);
  const { invitations, clock, person } = world;
  const { course, instructor } = await world.openCourse();
  const expiresAt = new Date(clock.now().getTime() + HOUR_MS);
  const { secret } = await invitations.create(instructor, course.id, {
    role: 'learner',
    seats: 3,
    expiresAt,
  });
  const people = [];
  for (let at = 0; at < 8; at += 1) people.push(await person(`Person${at}`));
  const joins = await Promise.allSettled(people.map((actor) => invitations.join(actor, secret)));
  t.equal(joins.filter(({ status }) => status === 'fulfilled').length, 3);
  for (const join of joins)
    if (join.status === 'rejected') t.match(join.reason, { code: 'INVITATION_FULL', details: { seats: 3 } });
});

await eachDatabase(t, 'invitations that do not hold are refused', async (t, database) => {
  const world = await courseWorld(t, database);
  const { invitations, courses, clock, person } = world;
  const { course, instructor } = await world.openCourse();
  const other = await world.openCourse();
  const mina = await person('Mina');
  const create = (input: object) =>
    invitations.create(instructor, course.id, {
      role: 'learner',
      expiresAt: new Date(clock.now().getTime() + HOUR_MS),
      ...input,
    });
  await t.rejects(create({ expiresAt: clock.now() }), { code: 'INPUT_INVALID' });
  await t.rejects(create({ expiresAt: new Date(clock.now().getTime() + 400 * 24 * HOUR_MS) }), {
    code: 'INPUT_INVALID',
  });
  await t.rejects(create({ expiresAt: new Date(Number.NaN) }), { code: 'INPUT_INVALID' });
  for (const seats of [0, -1, 1.5, 10_001]) await t.rejects(create({ seats }), { code: 'INPUT_INVALID' });
  for (const emailDomain of ['', 'org', 'a b.org', '.org'])
    await t.rejects(create({ emailDomain }), { code: 'INPUT_INVALID' });
  const foreign = await courses.createSection(other.instructor, other.course.id, 'A');
  await t.rejects(create({ sectionId: foreign.id }), { code: 'SECTION_NOT_FOUND' });

  await t.rejects(invitations.join(mina, 'berthjoin_unknown'), { code: 'INVITATION_INVALID' });
  const revoked = await create({});
  t.equal(await invitations.revoke(instructor, revoked.invitation.id), true);
  await t.rejects(invitations.join(mina, revoked.secret), { code: 'INVITATION_INVALID' });
  const ofDomain = await create({ emailDomain: '@School.edu' });
  await t.rejects(invitations.join(mina, ofDomain.secret), {
    code: 'INVITATION_EMAIL',
    details: { domain: 'school.edu' },
  });
  const near = await create({ emailDomain: 'le.org' });
  await t.rejects(invitations.join(mina, near.secret), { code: 'INVITATION_EMAIL' });
  t.ok(await invitations.join(mina, (await create({ emailDomain: 'example.org' })).secret));

  await courses.update(instructor, course.id, { state: 'draft' });
  const early = await create({ seats: 1 });
  const lea = await person('Lea');
  await t.rejects(invitations.join(lea, early.secret), { code: 'COURSE_NOT_OPEN' });
  const assisting = await create({ role: 'assistant' });
  t.ok(await invitations.join(await person('Tim'), assisting.secret), 'assistants see a draft');
  await courses.update(instructor, course.id, { state: 'open' });
  const { member } = await invitations.join(lea, early.secret);
  await world.members.update(instructor, member.id, { active: false });
  await t.rejects(invitations.join(lea, early.secret), { code: 'MEMBERSHIP_INACTIVE' });

  const late = await create({});
  const archived = await create({ expiresAt: new Date(clock.now().getTime() + 10 * HOUR_MS) });
  await clock.advance(2 * HOUR_MS);
  const noah = await person('Noah');
  await t.rejects(invitations.join(noah, late.secret), { code: 'INVITATION_INVALID' });
  await courses.update(instructor, course.id, { state: 'archived' });
  await t.rejects(invitations.join(noah, archived.secret), { code: 'COURSE_ARCHIVED' });
  t.equal((await invitations.list(instructor, course.id)).length, 8);
});

await eachDatabase(t, 'an invitation for staff ends with the rights of who made it', async (t, database) => {
  const { openCourse, members, invitations, clock, admin, person } = await courseWorld(t, database);
  const { course, instructor } = await openCourse();
  const colleague = await person('Colleague');
  const member = await members.add(admin, course.id, { userId: colleague.userId, role: 'instructor' });
  const expiresAt = new Date(clock.now().getTime() + HOUR_MS);
  const invite = async (role: 'instructor' | 'learner') =>
    (await invitations.create(colleague, course.id, { role, expiresAt })).secret;
  const [asStaff, asLearner] = [await invite('instructor'), await invite('learner')];
  t.match(await invitations.join(await person('Early'), asStaff), { member: { role: 'instructor' } });
  await members.remove(instructor, member.id);
  await t.rejects(invitations.join(colleague, asStaff), { code: 'INVITATION_INVALID' });
  await t.rejects(invitations.join(await person('Late'), asStaff), { code: 'INVITATION_INVALID' });
  t.match(await invitations.join(colleague, asLearner), { member: { role: 'learner' } });
});
