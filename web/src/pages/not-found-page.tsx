import { Link } from 'wouter';

export function NotFoundPage() {
  return (
    <main className="page narrow">
      <title>Not found · Berth</title>
      <h1>There is nothing here</h1>
      <p>The address is wrong, or the lab has been taken away.</p>
      <p>
        <Link href="/">See all labs</Link>
      </p>
    </main>
  );
}
