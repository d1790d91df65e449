import type { Person } from '../../generated/operations.ts';
import { useTexts } from '../language/language.ts';
import { staffTexts } from './texts.ts';

/** Shows a learner's name, which filters the list, and whether the row is a copy of another learner's work. */
export function LearnerCell(props: {
  learner: Person;
  copy: string | undefined;
  onPick: (learner: string) => void;
}) {
  const { learner, copy, onPick } = props;
  const texts = useTexts(staffTexts);
  return (
    <th scope="row">
      <button
        type="button"
        className="plain"
        title={texts.onlyOf(learner.name)}
        onClick={() => onPick(learner.id)}
      >
        {learner.name}
      </button>
      {copy && <span className="faint"> · {copy}</span>}
    </th>
  );
}
