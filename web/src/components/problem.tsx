import type { ReactNode } from 'react';

/** Shows an error. Screen readers announce it immediately. */
export function Problem({ children }: { children: ReactNode }) {
  return (
    <div className="problem" role="alert">
      {children}
    </div>
  );
}
