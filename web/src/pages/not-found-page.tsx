import { Link } from 'wouter';

export function NotFoundPage() {
  return (
    <main className="page narrow">
      <h1>There is nothing here</h1>
      <p>
        <Link href="/">All labs</Link>
      </p>
    </main>
  );
}
