import { useId, useState } from 'react';
import { useQuery } from 'urql';
import { FindLearnersDocument, LearnerByIdDocument } from '../../generated/operations.ts';
import type { Learner } from '../../generated/operations.ts';
import { useTexts } from '../language/language.ts';
import { staffTexts } from './texts.ts';

/** Finds a learner by a part of the name or email address. */
export function LearnerField(props: { learner: string | null; onPick: (learner: string | null) => void }) {
  const { learner, onPick } = props;
  const texts = useTexts(staffTexts);
  const list = useId();
  // The typed text is shown until a learner is picked, here or in a list.
  const [last, setLast] = useState<{ text: string; learner: string | null }>();
  const typed = last?.learner === learner ? last.text : undefined;
  const [picked] = useQuery({
    query: LearnerByIdDocument,
    variables: { id: learner ?? '' },
    pause: learner === null,
  });
  const [found] = useQuery({
    query: FindLearnersDocument,
    variables: { search: typed ?? '' },
    pause: !typed,
  });
  // While the name loads, the query still returns the previous learner.
  const name = picked.data?.user.id === learner ? picked.data?.user.name : undefined;
  const names = namesOf(found.data?.users.edges.map(({ node }) => node) ?? []);

  function take(text: string) {
    setLast({ text, learner });
    const match = names.get(text);
    if (match !== undefined) onPick(match);
    else if (text === '' && learner !== null) onPick(null);
  }

  return (
    <label>
      {texts.learner}
      <input
        type="search"
        list={list}
        placeholder={texts.allLearners}
        autoComplete="off"
        value={typed ?? name ?? ''}
        onChange={({ currentTarget }) => take(currentTarget.value)}
        // Enter picks the only match.
        onKeyDown={({ key }) => {
          const [only] = names.values();
          if (key === 'Enter' && names.size === 1 && only !== undefined) onPick(only);
        }}
      />
      <datalist id={list}>
        {[...names.keys()].map((name) => (
          <option key={name}>{name}</option>
        ))}
      </datalist>
    </label>
  );
}

/** Maps each learner's label to their id. Equal labels get a number. */
function namesOf(learners: readonly Learner[]): Map<string, string> {
  const names = new Map<string, string>();
  for (const { id, name, email } of learners) {
    const full = email === null ? name : `${name}, ${email}`;
    let text = full;
    for (let number = 2; names.has(text); number += 1) text = `${full} (${number})`;
    names.set(text, id);
  }
  return names;
}
