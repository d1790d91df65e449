import { test } from 'tap';
import { toGlobalId } from '../../../../src/api/shared/global-id.ts';
import { codes, startApp } from './app.ts';

const course = toGlobalId('Course', 'course-1');
const section = toGlobalId('CourseSection', 'section-1');
const member = toGlobalId('CourseMember', 'member-1');
const invitation = toGlobalId('CourseInvitation', 'invitation-1');
const assignment = toGlobalId('Assignment', 'assignment-1');
const override = toGlobalId('AssignmentOverride', 'override-1');
const user = toGlobalId('User', 'owner');
const at = '2030-01-31T09:30:00.000Z';

await test('a course is read with its people', async (t) => {
  const { ask } = await startApp(t);
  const query = `{
    course(id: "${course}") {
      id title code term timeZone state collection createdAt updatedAt role
      sections { id name }
      members(first: 5, role: LEARNER, section: "${section}", active: true, search: "a") {
        edges { cursor node { id user { id } role section active source createdAt } }
        pageInfo { hasNextPage }
      }
      assignments { id title }
      invitations { id role section seats used emailDomain createdAt expiresAt revokedAt }
    }
    courses(first: 5, state: OPEN) { edges { cursor node { id } } pageInfo { hasNextPage } }
    node(id: "${course}") { __typename id }
    hidden: nodes(ids: ["${section}", "${member}", "${invitation}"]) { id }
  }`;
  const answer = await ask('admin', query);
  t.equal(answer.errors, undefined);
  t.match(answer.data, {
    course: {
      id: course,
      title: 'Docker 101',
      code: 'CS101',
      term: 'Spring 2030',
      timeZone: 'Asia/Seoul',
      state: 'OPEN',
      collection: 'docker',
      createdAt: at,
      updatedAt: at,
      role: null,
      sections: [{ id: section, name: 'A' }],
      members: {
        edges: [
          {
            node: { id: member, user: { id: user }, role: 'LEARNER', section, active: true, source: 'CSV' },
          },
        ],
        pageInfo: { hasNextPage: false },
      },
      assignments: [{ id: assignment, title: 'The Linux command line' }],
      invitations: [
        {
          id: invitation,
          role: 'LEARNER',
          section,
          seats: 30,
          used: 1,
          emailDomain: 'example.org',
          revokedAt: null,
        },
      ],
    },
    courses: { edges: [{ node: { id: course } }], pageInfo: { hasNextPage: false } },
    node: { __typename: 'Course', id: course },
    hidden: [null, null, null],
  });
  const one = await ask(
    'admin',
    `{ assignment(id: "${assignment}") {
        id labSlug labVersion title position visible opensAt dueAt closesAt points attempts counts
        latePercentPerDay lateFloorPercent graceMinutes timeLimitMinutes lab { slug }
        terms { opensAt dueAt closesAt attempts timeLimitMinutes }
        overrides { id member section opensAt dueAt closesAt attempts timeFactor extraMinutes }
      }
      node(id: "${assignment}") { __typename } }`,
  );
  t.equal(one.errors, undefined);
  t.match(one.data, {
    assignment: {
      id: assignment,
      title: 'The Linux command line',
      dueAt: at,
      counts: 'BEST',
      attempts: 3,
      terms: { dueAt: at, attempts: 5 },
      overrides: [{ id: override, member, section: null, timeFactor: 1.5 }],
    },
    node: { __typename: 'Assignment' },
  });
  const mine = await ask('owner', `{ course(id: "${course}") { role } }`);
  t.strictSame(mine.data, { course: { role: 'LEARNER' } });
  const other = await ask('owner', `{ course(id: "${user}") { role } }`);
  t.strictSame(codes(other), ['COURSE_NOT_FOUND']);
});

await test('a session has the lab in its own version, with an id of its own', async (t) => {
  const { ask, addSession } = await startApp(t);
  const read = async () => {
    const session = toGlobalId('Session', addSession('owner', { labVersion: 'old' }).id);
    const { data } = await ask('owner', `{ session(id: "${session}") { lab { id version } } }`);
    return (data as unknown as { session: { lab: { id: string; version: string } } }).session.lab;
  };
  const old = await read();
  t.equal(old.version, 'old');
  const query = `{ old: node(id: "${old.id}") { id ... on Lab { version } } lab(slug: "linux-command-line") { id } }`;
  const { data } = await ask('owner', query);
  t.match(data, { old, lab: { id: toGlobalId('Lab', 'linux-command-line') } });
  t.not(old.id, toGlobalId('Lab', 'linux-command-line'));
});

await test('mutations of courses return the changes', async (t) => {
  const { ask } = await startApp(t);
  const none = toGlobalId('Course', 'none');
  const steps: [string, object][] = [
    [
      'createCourse(input: { title: "Git", timeZone: "Asia/Seoul", collection: "git", open: true }) { course { title state collection } }',
      { course: { title: 'Git', state: 'OPEN', collection: 'git' } },
    ],
    ['createCourse(input: { title: "Git" }) { course { state } }', { course: { state: 'DRAFT' } }],
    [
      `updateCourse(input: { course: "${course}", term: "Fall", state: ARCHIVED }) { course { term state title } }`,
      { course: { term: 'Fall', state: 'ARCHIVED', title: 'Docker 101' } },
    ],
    [`deleteCourse(input: { course: "${course}" }) { deletedId }`, { deletedId: course }],
    [`deleteCourse(input: { course: "${none}" }) { deletedId }`, { deletedId: null }],
    [
      `createSection(input: { course: "${course}", name: "B" }) { section { id name } }`,
      { section: { id: section, name: 'B' } },
    ],
    [
      `renameSection(input: { section: "${section}", name: "C" }) { section { id name } }`,
      { section: { id: section, name: 'C' } },
    ],
    [`deleteSection(input: { section: "${section}" }) { deletedId }`, { deletedId: section }],
    [
      `addMember(input: { course: "${course}", user: "${user}", section: "${section}" }) { member { role section } }`,
      { member: { role: 'LEARNER', section } },
    ],
    [
      `updateMember(input: { member: "${member}", role: ASSISTANT, section: null, active: false }) { member { id role section active } }`,
      { member: { id: member, role: 'ASSISTANT', section: null, active: false } },
    ],
    [`updateMember(input: { member: "${member}" }) { member { section } }`, { member: { section } }],
    [`removeMember(input: { member: "${member}" }) { removedId }`, { removedId: member }],
    [
      `importMembers(input: { course: "${course}", csv: "name", preview: true }) { created updated unchanged errors { line message } }`,
      { created: 1, updated: 2, unchanged: 3, errors: [{ line: 4, message: 'name previewed' }] },
    ],
    [
      `createInvitation(input: { course: "${course}", seats: 5, emailDomain: "a.org", expiresAt: "${at}" }) { secret invitation { seats emailDomain role } }`,
      { secret: 'join-secret', invitation: { seats: 5, emailDomain: 'a.org', role: 'LEARNER' } },
    ],
    [
      `createAssignment(input: { course: "${course}", lab: "git", terms: { title: "Git", points: 5 } }) { assignment { title labSlug points lab { slug } } }`,
      { assignment: { title: 'Git', labSlug: 'git', points: 5, lab: null } },
    ],
    [
      `createAssignment(input: { course: "${course}", lab: "git" }) { assignment { title } }`,
      { assignment: { title: 'git' } },
    ],
    [
      `updateAssignment(input: { assignment: "${assignment}", terms: { dueAt: null, timeLimitMinutes: 30 }, reason: "Snow" }) { assignment { title dueAt timeLimitMinutes } }`,
      { assignment: { title: 'Snow', dueAt: null, timeLimitMinutes: 30 } },
    ],
    [`deleteAssignment(input: { assignment: "${assignment}" }) { deletedId }`, { deletedId: assignment }],
    [
      `setOverride(input: { assignment: "${assignment}", section: "${section}", attempts: 9 }) { override { member section attempts } }`,
      { override: { member: null, section, attempts: 9 } },
    ],
    [`removeOverride(input: { override: "${override}" }) { removedId }`, { removedId: override }],
    [`revokeInvitation(input: { invitation: "${invitation}" }) { revokedId }`, { revokedId: invitation }],
    ['joinCourse(input: { secret: "join-secret" }) { course { id } }', { course: { id: course } }],
  ];
  for (const [field, expected] of steps) {
    const answer = await ask('admin', `mutation { it: ${field} }`);
    t.strictSame([answer.errors, answer.data], [undefined, { it: expected }], field);
  }
  const both = `mutation { setOverride(input: { assignment: "${assignment}" }) { override { id } } }`;
  t.strictSame(codes(await ask('admin', both)), ['INPUT_INVALID']);
  const wrong = await ask('admin', 'mutation { joinCourse(input: { secret: "x" }) { course { id } } }');
  t.strictSame(codes(wrong), ['INVITATION_INVALID']);
});

await test('a course is copied', async (t) => {
  const { ask } = await startApp(t);
  const copied = await ask(
    'instructor',
    'mutation ($input: CopyCourseInput!) { copyCourse(input: $input) { course { title state } } }',
    { input: { course, title: 'Docker 102' } },
  );
  t.strictSame(copied.data, { copyCourse: { course: { title: 'Docker 102', state: 'DRAFT' } } });
});
