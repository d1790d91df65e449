import { useQuery } from 'urql';
import { LabNamesDocument } from '../../generated/operations.ts';
import { LearnerField } from './learner-field.tsx';
import type { FilterHandle } from './use-filter.ts';
import { useLanguage, useTexts } from '../language/language.ts';
import { staffTexts } from './texts.ts';

/** Filters the lists: running or saved, by lab, by learner. */
export function FilterBar({ filter, change }: FilterHandle) {
  const texts = useTexts(staffTexts);
  const language = useLanguage();
  const [{ data }] = useQuery({ query: LabNamesDocument, variables: { language } });
  const labs = data?.labs.edges.map(({ node }) => node) ?? [];
  // The address can name a lab that no longer exists.
  const unlisted = filter.lab !== null && data && !labs.some(({ slug }) => slug === filter.lab);
  return (
    <div className="filter">
      <nav className="choice" aria-label={texts.shown}>
        {(['running', 'saved'] as const).map((show) => (
          <button
            key={show}
            type="button"
            aria-pressed={filter.show === show}
            onClick={() => change({ show })}
          >
            {texts[show]}
          </button>
        ))}
      </nav>
      <label>
        {texts.lab}
        <select
          value={filter.lab ?? ''}
          onChange={({ currentTarget }) => change({ lab: currentTarget.value || null })}
        >
          <option value="">{texts.allLabs}</option>
          {unlisted && <option value={filter.lab ?? ''}>{filter.lab}</option>}
          {labs.map(({ slug, title }) => (
            <option key={slug} value={slug}>
              {title}
            </option>
          ))}
        </select>
      </label>
      <LearnerField learner={filter.learner} onPick={(learner) => change({ learner })} />
    </div>
  );
}
