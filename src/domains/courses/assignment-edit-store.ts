import { newId } from '../../core/ids.ts';
import type { Database, Transaction } from '../../infra/database/database.ts';
import type { AssignmentEdit as EditRow } from '../../infra/database/generated/sqlite/client.ts';
import type { Assignment, AssignmentEdit, AssignmentOverride, FieldChange } from './assignment.ts';

/** Maximum number of listed edits: more belong to a script. */
const LISTED_EDITS = 500;

/** What staff edit of an assignment. Its position is not in the history: it changes nothing for learners. */
const ASSIGNMENT_FIELDS = [
  'title',
  'labVersion',
  'visible',
  'gradesVisible',
  'opensAt',
  'dueAt',
  'closesAt',
  'points',
  'attempts',
  'counts',
  'latePercentPerDay',
  'lateFloorPercent',
  'graceMinutes',
  'timeLimitMinutes',
] as const;

const OVERRIDE_FIELDS = ['opensAt', 'dueAt', 'closesAt', 'attempts', 'timeFactor', 'extraMinutes'] as const;

/** Who edits, when, and why. */
export interface EditBy {
  byId: string;
  /** May be empty. */
  reason: string;
  at: Date;
}

/** Stores what was edited of an assignment, within the transaction of the edit. Stores nothing if nothing changed. */
export async function recordEdit(
  tx: Pick<Transaction, 'assignmentEdit'>,
  before: Assignment,
  after: Assignment,
  by: EditBy,
): Promise<void> {
  const changes = changesOf(ASSIGNMENT_FIELDS, before, after);
  await insertEdit(tx, { assignmentId: after.id, memberId: null, sectionId: null }, changes, by);
}

/** Stores that an override was set, replaced or removed, within that transaction. One of both may be undefined. */
export async function recordOverride(
  tx: Pick<Transaction, 'assignmentEdit'>,
  { before, after }: { before: AssignmentOverride | undefined; after: AssignmentOverride | undefined },
  by: EditBy,
): Promise<void> {
  const override = after ?? before;
  if (!override) return;
  const { assignmentId, memberId = null, sectionId = null } = override;
  const changes = changesOf(OVERRIDE_FIELDS, before ?? {}, after ?? {});
  await insertEdit(tx, { assignmentId, memberId, sectionId }, changes, by);
}

/** Returns who edited last since `since` what applies to a learner in an assignment, and why; undefined for nobody. */
export async function lastEditFor(
  tx: Pick<Transaction, 'assignmentEdit' | 'courseMember'>,
  { assignmentId, learnerId }: { assignmentId: string; learnerId: string },
  since: Date,
): Promise<Pick<AssignmentEdit, 'byId' | 'reason'> | undefined> {
  const ofCourse = { userId: learnerId, course: { assignments: { some: { id: assignmentId } } } };
  const member = await tx.courseMember.findFirst({
    where: ofCourse,
    select: { id: true, sectionId: true },
  });
  const whose = [
    { memberId: null, sectionId: null },
    ...(member ? [{ memberId: member.id }] : []),
    ...(member?.sectionId ? [{ sectionId: member.sectionId }] : []),
  ];
  const edit = await tx.assignmentEdit.findFirst({
    where: { assignmentId, editedAt: { gte: since }, OR: whose },
    orderBy: newestFirst,
    select: { byId: true, reason: true },
  });
  return edit ?? undefined;
}

/** Lists the last edits of an assignment and of its overrides, newest first. */
export async function listEdits({ client }: Database, assignmentId: string): Promise<AssignmentEdit[]> {
  const where = { assignmentId };
  const rows = await client.assignmentEdit.findMany({ where, orderBy: newestFirst, take: LISTED_EDITS });
  return rows.map(toEdit);
}

const newestFirst: { editedAt?: 'desc'; id?: 'desc' }[] = [{ editedAt: 'desc' }, { id: 'desc' }];

function changesOf<Field extends string>(
  fields: readonly Field[],
  before: Partial<Record<Field, Value>>,
  after: Partial<Record<Field, Value>>,
): FieldChange[] {
  return fields
    .map((field) => ({ field, before: asText(before[field]), after: asText(after[field]) }))
    .filter((change) => change.before !== change.after);
}

type Value = string | number | boolean | Date | undefined;

const asText = (value: Value) => (value instanceof Date ? value.toISOString() : value?.toString());

async function insertEdit(
  tx: Pick<Transaction, 'assignmentEdit'>,
  whose: Pick<EditRow, 'assignmentId' | 'memberId' | 'sectionId'>,
  changes: FieldChange[],
  { byId, reason, at }: EditBy,
): Promise<void> {
  if (changes.length === 0) return;
  const row = { id: newId(at), ...whose, byId, reason, editedAt: at };
  await tx.assignmentEdit.create({ data: { ...row, changes: JSON.stringify(changes) } });
}

function toEdit({ memberId, sectionId, changes, ...row }: EditRow): AssignmentEdit {
  return {
    ...row,
    memberId: memberId ?? undefined,
    sectionId: sectionId ?? undefined,
    changes: JSON.parse(changes) as FieldChange[],
  };
}
