import type { Clock } from '../../core/clock.ts';
import { fault, isFault } from '../../core/errors.ts';
import { newId } from '../../core/ids.ts';
import { pageWindow, toPage } from '../../core/paging.ts';
import { isBelow, requireActor } from '../identity/actor.ts';
import type { Actor } from '../identity/actor.ts';
import { can } from '../identity/policy.ts';
import type { People } from '../identity/user.ts';
import type { CourseAccess } from './course-access.ts';
import { SECTION_LIMIT } from './course-service.ts';
import type { CourseStore } from './course-store.ts';
import { createImportSlots } from './import-slots.ts';
import type { MemberStore } from './member-store.ts';
import type { MemberService } from './member.ts';
import { addressesOf, planRoster } from './roster-plan.ts';
import type { RosterPlan } from './roster-plan.ts';
import { readRoster } from './roster-csv.ts';

/** Longest search text, in characters: that of an e-mail address. */
const SEARCH_LIMIT = 254;

export interface MemberServiceOptions {
  courses: CourseStore;
  members: MemberStore;
  access: CourseAccess;
  people: People;
  /** Called when what applies to the members of a course has changed. */
  onChanged: (courseId: string) => void;
  clock: Clock;
}

export function createMemberService(options: MemberServiceOptions): MemberService {
  const { courses, members, access, people, onChanged, clock } = options;
  const slots = createImportSlots();

  /** Authorises a change of a member, whom somebody outside the course must not notice. */
  async function authorizeMember(
    actor: Actor | undefined,
    id: string,
  ): Promise<{ courseId: string; actor: Actor }> {
    requireActor(actor, { scope: 'manage' });
    const member = await members.find(id);
    if (!member) throw fault('MEMBER_NOT_FOUND');
    const entered = await access.enter(actor, 'members.change', member.courseId).catch((error: unknown) => {
      throw isFault(error, 'COURSE_NOT_FOUND') ? fault('MEMBER_NOT_FOUND') : error;
    });
    if (!entered.may('members.read')) throw fault('MEMBER_NOT_FOUND');
    entered.demand('members.change');
    return { courseId: member.courseId, actor };
  }

  async function plan(courseId: string, csv: Buffer, mayCreate: boolean): Promise<RosterPlan> {
    const { lines, problems } = await readRoster(csv);
    const users = await people.byEmails(addressesOf(lines));
    const [instructors, known, sections] = await Promise.all([
      members.instructors(courseId),
      members.ofUsers(
        courseId,
        users.map(({ id }) => id),
      ),
      courses.sections(courseId),
    ]);
    const made = planRoster(lines, {
      users,
      members: [...instructors, ...known],
      sections: new Map(sections.map(({ id, name }) => [name, id])),
      sectionLimit: SECTION_LIMIT,
      mayCreate,
    });
    const all = [...problems, ...made.problems].toSorted((one, other) => one.line - other.line);
    return { ...made, problems: all };
  }

  async function carryOut(
    courseId: string,
    { newUsers, newSections, ...plan }: RosterPlan,
    byId: string,
  ): Promise<void> {
    await people.createStudents(newUsers);
    for (const name of newSections) {
      const section = { id: newId(clock.now()), courseId, name };
      await courses.insertSection(section, SECTION_LIMIT).catch((error: unknown) => {
        // Another import has just created it.
        if (!isFault(error, 'SECTION_NAME_TAKEN')) throw error;
      });
    }
    const all = [...plan.added, ...plan.changed];
    const users = await people.byEmails(all.map(({ email }) => email));
    const ids = new Map(users.map(({ email, id }) => [email, id]));
    const sections = new Map((await courses.sections(courseId)).map(({ id, name }) => [name, id]));
    const planned = all.flatMap(({ email, role, section }) => {
      const userId = ids.get(email);
      if (userId === undefined) return [];
      const sectionId = section === undefined ? undefined : sections.get(section);
      return [{ userId, role, sectionId }];
    });
    // Instructors first, so that the course never loses its last one.
    const inOrder = planned.toSorted(
      (one, other) => Number(other.role === 'instructor') - Number(one.role === 'instructor'),
    );
    const createdAt = clock.now();
    // Sorted, because members are listed by their ids.
    const memberIds = inOrder.map(() => newId(createdAt)).toSorted();
    const numbered = inOrder.map((member, at) => ({ ...member, id: memberIds[at] ?? newId(createdAt) }));
    await members.putAll(courseId, numbered, { source: 'csv', createdAt }, byId);
  }

  return {
    async list(actor, courseId, filter, page) {
      await access.require(actor, 'members.read', courseId);
      await courses.requireSection(courseId, filter.sectionId);
      const search = filter.search?.trim().slice(0, SEARCH_LIMIT);
      return toPage(await members.list(courseId, { ...filter, search }, pageWindow(page)), page);
    },

    async add(actor, courseId, { userId, role, sectionId }) {
      const entered = await access.require(actor, 'members.change', courseId);
      await courses.requireSection(courseId, sectionId);
      if (!(await people.find(userId))) throw fault('USER_NOT_FOUND');
      const now = clock.now();
      const added = { id: newId(now), courseId, userId, source: 'manual', createdAt: now } as const;
      const member = await members.upsert(added, { role, sectionId }, entered.actor.userId);
      onChanged(courseId);
      return member;
    },

    async update(actor, id, change) {
      const { courseId, actor: by } = await authorizeMember(actor, id);
      await courses.requireSection(courseId, change.sectionId);
      const updated = await members.update(id, change, { byId: by.userId, at: clock.now() });
      onChanged(courseId);
      return updated;
    },

    async remove(actor, id) {
      let courseId: string;
      try {
        ({ courseId } = await authorizeMember(actor, id));
      } catch (error) {
        if (isFault(error, 'MEMBER_NOT_FOUND')) return false;
        throw error;
      }
      const removed = await members.delete(id);
      onChanged(courseId);
      return removed;
    },

    async users(actor, of) {
      requireActor(actor, { scope: 'read' });
      const courseIds = [...new Set(of.map(({ courseId }) => courseId))];
      const [found, roles] = await Promise.all([
        courses.findMany(courseIds),
        courses.rolesOf(actor.userId, courseIds),
      ]);
      const open = new Set(
        found
          .filter(({ id, state }) => can(actor, 'members.read', { role: roles.get(id), state }))
          .map(({ id }) => id),
      );
      const seen = of.filter(({ courseId, userId }) => open.has(courseId) || userId === actor.userId);
      const users = await people.findMany(seen.map(({ userId }) => userId));
      const byId = new Map(users.map((user) => [user.id, user]));
      return of.map((member) => (seen.includes(member) ? byId.get(member.userId) : undefined));
    },

    async importRoster(actor, courseId, readCsv, { preview = false } = {}) {
      const entered = await access.require(actor, 'members.change', courseId);
      const mayCreate = !isBelow(entered.actor.role, 'instructor');
      return slots.run(entered.actor.userId, async () => {
        const made = await plan(courseId, await readCsv(), mayCreate);
        if (!preview) {
          // Also after a failure, because a part may be stored.
          await carryOut(courseId, made, entered.actor.userId).finally(() => onChanged(courseId));
        }
        const { added, changed, unchanged, problems } = made;
        return { created: added.length, updated: changed.length, unchanged, errors: problems };
      });
    },
  };
}
