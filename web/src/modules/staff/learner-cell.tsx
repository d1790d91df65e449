import type { Person } from './watched.ts';

/** A learner's name, which narrows the list to them, and whether it is a copy of someone's work. */
export function LearnerCell(props: {
  learner: Person;
  copy: string | undefined;
  onPick: (learner: string) => void;
}) {
  const { learner, copy, onPick } = props;
  return (
    <th scope="row">
      <button
        type="button"
        className="plain"
        title={`Only what is ${learner.name}’s`}
        onClick={() => onPick(learner.id)}
      >
        {learner.name}
      </button>
      {copy && <span className="faint"> · {copy}</span>}
    </th>
  );
}
