import type { Clock } from '../../../core/clock.ts';
import type { Database } from '../../../infra/database/database.ts';
import type { UserService } from '../../identity/user.ts';
import { createQuotaService } from './quota-service.ts';
import { createQuotaStore } from './quota-store.ts';
import type { QuotaService } from './quota.ts';

/** Quotas and what keeps them, put together. `onChanged` is called when those who wait may have room. */
export function createQuotas(options: {
  database: Database;
  users: Pick<UserService, 'get'>;
  clock: Pick<Clock, 'now'>;
  onChanged: () => void;
}): QuotaService {
  return createQuotaService({ ...options, store: createQuotaStore(options) });
}
