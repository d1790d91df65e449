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

/** Those that decide about grades. */
const GRADING_FIELDS: readonly string[] = [
  'labVersion',
  'opensAt',
  'dueAt',
  'closesAt',
  'points',
  'counts',
  'latePercentPerDay',
  'lateFloorPercent',
  'graceMinutes',
] satisfies (typeof ASSIGNMENT_FIELDS)[number][];

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

/** Why a learner's grade in an assignment changes without new work. */
interface TermsChange {
  cause: 'terms' | 'section';
  /** Undefined if that is not known, for example because the lab changed. */
  byId: string | undefined;
  reason: string;
}

/**
 * Returns who last changed, since `since`, what decides about a learner's grade in an assignment, except the work.
 * @param what `lab` if only the lab changed; otherwise `terms`, which also change with the section
 */
export async function lastTermsChange(
  tx: Pick<Transaction, 'assignmentEdit' | 'courseMember'>,
  { assignmentId, learnerId }: { assignmentId: string; learnerId: string },
  since: Date,
  what: 'terms' | 'lab',
): Promise<TermsChange> {
  const editedAt = { gte: since };
  if (what === 'lab') {
    return byEdit(await newestEdit(tx, { assignmentId, editedAt, ...changing('labVersion') }));
  }
  const member = await tx.courseMember.findFirst({
    where: { userId: learnerId, course: { assignments: { some: { id: assignmentId } } } },
    select: { id: true, sectionId: true, movedAt: true, movedById: true },
  });
  const whose = [
    { memberId: null, sectionId: null },
    ...(member ? [{ memberId: member.id }] : []),
    ...(member?.sectionId ? [{ sectionId: member.sectionId }] : []),
  ];
  const decides = { OR: GRADING_FIELDS.map(changing) };
  const edit = await newestEdit(tx, { assignmentId, editedAt, AND: [{ OR: whose }, decides] });
  const movedAt = member?.movedAt;
  if (movedAt && (edit ? movedAt > edit.editedAt : movedAt >= since))
    return { cause: 'section', byId: member.movedById ?? undefined, reason: '' };
  return byEdit(edit);
}

/** Returns the condition for the edits of a field. */
const changing = (field: string) => ({ changes: { contains: `"field":"${field}"` } });

const newestEdit = (
  tx: Pick<Transaction, 'assignmentEdit'>,
  where: NonNullable<Parameters<Transaction['assignmentEdit']['findFirst']>[0]>['where'],
) => tx.assignmentEdit.findFirst({ where, orderBy: newestFirst });

const byEdit = (edit: Pick<EditRow, 'byId' | 'reason'> | null): TermsChange => ({
  cause: 'terms',
  byId: edit?.byId,
  reason: edit?.reason ?? '',
});

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
