import { Link } from 'wouter';
import { isStaff, useViewer } from '../modules/identity/viewer-context.ts';
import { FilterBar } from '../modules/staff/filter-bar.tsx';
import { RunningSessions } from '../modules/staff/running-sessions.tsx';
import { SavedStates } from '../modules/staff/saved-states.tsx';
import { useFilter } from '../modules/staff/use-filter.ts';

/** What learners do now, and what they have put away: for instructors and admins. */
export function StaffPage() {
  return isStaff(useViewer()) ? <Learners /> : <Refusal />;
}

function Learners() {
  const handle = useFilter();
  const { show, lab, learner } = handle.filter;
  const List = show === 'saved' ? SavedStates : RunningSessions;
  return (
    <main className="page wide">
      <title>Learners · Berth</title>
      <h1>Learners</h1>
      <FilterBar {...handle} />
      <List key={`${show} ${lab} ${learner}`} {...handle} />
    </main>
  );
}

function Refusal() {
  return (
    <main className="page narrow">
      <title>For staff · Berth</title>
      <h1>This page is for staff</h1>
      <p>Only instructors and admins see what learners do. Whoever runs this service can make you one.</p>
      <p>
        <Link href="/">See all labs</Link>
      </p>
    </main>
  );
}
