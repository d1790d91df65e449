import { Route, Switch } from 'wouter';
import { TopBar } from './modules/identity/top-bar.tsx';
import { Viewer } from './modules/identity/viewer.tsx';
import { CataloguePage } from './pages/catalogue-page.tsx';
import { LabPage } from './pages/lab-page.tsx';
import { NotFoundPage } from './pages/not-found-page.tsx';
import { RecordingPage } from './pages/recording-page.tsx';
import { RecordingsPage } from './pages/recordings-page.tsx';
import { StaffPage } from './pages/staff-page.tsx';
import { WatchPage } from './pages/watch-page.tsx';

/** Routes the address to a page, once a user is signed in. */
export function App() {
  return (
    <Viewer>
      <TopBar />
      <Switch>
        <Route path="/" component={CataloguePage} />
        <Route path="/labs/:slug">{({ slug }) => <LabPage key={slug} slug={slug} />}</Route>
        <Route path="/recordings" component={RecordingsPage} />
        <Route path="/recordings/:id">
          {({ id }) => <RecordingPage key={id} id={decodeURIComponent(id)} />}
        </Route>
        <Route path="/staff" component={StaffPage} />
        <Route path="/staff/sessions/:id">
          {({ id }) => <WatchPage key={id} session={decodeURIComponent(id)} />}
        </Route>
        <Route component={NotFoundPage} />
      </Switch>
    </Viewer>
  );
}
