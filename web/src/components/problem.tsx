import type { ReactNode } from 'react';

/** Something went wrong; read out at once by screen readers. */
export function Problem({ children }: { children: ReactNode }) {
  return (
    <div className="problem" role="alert">
      {children}
    </div>
  );
}
