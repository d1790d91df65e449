import { Link } from 'wouter';
import { isStaff, useViewer } from '../modules/identity/viewer.tsx';
import { FilterBar } from '../modules/staff/filter-bar.tsx';
import { RunningSessions } from '../modules/staff/running-sessions.tsx';
import { SavedStates } from '../modules/staff/saved-states.tsx';
import { useFilter } from '../modules/staff/use-filter.ts';
import { useTexts } from '../modules/language/language.ts';
import { pageTexts } from './texts.ts';

/** Lists the running sessions and the saved work of learners, for instructors and admins. */
export function StaffPage() {
  return isStaff(useViewer()) ? <Learners /> : <StaffOnly />;
}

function Learners() {
  const texts = useTexts(pageTexts);
  const handle = useFilter();
  const { show, lab, learner } = handle.filter;
  const List = show === 'saved' ? SavedStates : RunningSessions;
  return (
    <main className="page wide">
      <title>{`${texts.learners} · Berth`}</title>
      <h1>{texts.learners}</h1>
      <FilterBar {...handle} />
      <List key={`${show} ${lab} ${learner}`} {...handle} />
    </main>
  );
}

function StaffOnly() {
  const texts = useTexts(pageTexts);
  return (
    <main className="page narrow">
      <title>{`${texts.forStaff} · Berth`}</title>
      <h1>{texts.staffOnly}</h1>
      <p>{texts.whyStaffOnly}</p>
      <p>
        <Link href="/">{texts.seeAllLabs}</Link>
      </p>
    </main>
  );
}
