import { Link, Route, Switch } from 'wouter';
import { Viewer } from './modules/identity/viewer.tsx';
import { CataloguePage } from './pages/catalogue-page.tsx';
import { LabPage } from './pages/lab-page.tsx';
import { NotFoundPage } from './pages/not-found-page.tsx';

/** Frame of every page: who is signed in, and what is shown. */
export function App() {
  return (
    <Viewer>
      <header className="top">
        <Link href="/" className="brand">
          <img src="/icon.svg" alt="" width="26" height="26" /> Berth
        </Link>
        <form method="post" action="/sign-out">
          <button className="quiet" type="submit">
            Sign out
          </button>
        </form>
      </header>
      <Switch>
        <Route path="/" component={CataloguePage} />
        <Route path="/labs/:slug">{({ slug }) => <LabPage key={slug} slug={slug} />}</Route>
        <Route component={NotFoundPage} />
      </Switch>
    </Viewer>
  );
}
