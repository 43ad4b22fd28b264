import type { Kysely } from 'kysely';
import type { Alert } from '../domain/alert.ts';
import { groupBy, inSlices } from '../domain/collections.ts';
import type { DigestCard } from '../domain/digest/card.ts';
import type { DigestRepo, UsageLagRepo, WeekAlert } from '../ports/digests.ts';
import type { UsageRange } from '../ports/usage-prices.ts';
import { toAlert } from './alerts.ts';
import type { Database } from './schema.ts';

const IDS_AT_ONCE = 500;

export function digestRepo(db: Kysely<Database>): DigestRepo {
  return {
    async insert({ week, dueAt, madeAt, card }) {
      const result = await db
        .insertInto('digests')
        .values({
          week,
          due_at: dueAt,
          made_at: madeAt,
          score: card?.score ?? null,
          score_version: card?.scoreVersion ?? null,
          card: card === null ? null : JSON.stringify(card),
        })
        .onConflict((conflict) => conflict.column('week').doNothing())
        .executeTakeFirst();
      return Number(result.numInsertedOrUpdatedRows ?? 0) > 0;
    },
    async get(week) {
      const row = await db.selectFrom('digests').selectAll().where('week', '=', week).executeTakeFirst();
      if (row === undefined) return undefined;
      const card = row.card === null ? null : cardOf(row.card);
      return { week: row.week, dueAt: row.due_at, madeAt: row.made_at, card };
    },
    async newestWeek() {
      const row = await db
        .selectFrom('digests')
        .select((eb) => eb.fn.max('week').as('week'))
        .executeTakeFirst();
      return row?.week ?? null;
    },
    async scores(limit) {
      const rows = await db
        .selectFrom('digests')
        .select(['week', 'score', 'score_version'])
        .where('score', 'is not', null)
        .orderBy('week', 'desc')
        .limit(limit)
        .execute();
      return rows
        .toReversed()
        .map(({ week, score, score_version }) => ({ week, score: score ?? 0, scoreVersion: score_version ?? 0 }));
    },
    alerts: (range) => weekAlerts(db, range),
  };
}

/** A digest that was told before second alarms were read says nothing of them. */
function cardOf(text: string): DigestCard {
  const card = JSON.parse(text) as Omit<DigestCard, 'secondAlarms'> & Partial<DigestCard>;
  return { ...card, secondAlarms: card.secondAlarms ?? [] };
}

async function weekAlerts(db: Kysely<Database>, { from, to }: UsageRange): Promise<readonly WeekAlert[]> {
  const rows = await db
    .selectFrom('alerts')
    .selectAll()
    .where('test_of', 'is', null)
    .where((eb) =>
      eb.or([
        eb.and([eb('opened_at', '>=', from), eb('opened_at', '<', to)]),
        eb.and([eb('contained_at', '>=', from), eb('contained_at', '<', to)]),
      ]),
    )
    .orderBy('number')
    .execute();
  const alerts = rows.map(toAlert);
  const events = await eventsOf(
    db,
    alerts.map(({ id }) => id),
  );
  return alerts.map((alert) => withAnswers(alert, events.get(alert.id) ?? []));
}

interface Event {
  readonly at: number;
  readonly kind: string;
  readonly actor: string;
}

async function eventsOf(db: Kysely<Database>, alertIds: readonly string[]): Promise<ReadonlyMap<string, Event[]>> {
  const found: (Event & { alert_id: string })[] = [];
  for (const slice of inSlices(alertIds, IDS_AT_ONCE)) {
    const rows = await db
      .selectFrom('alert_events')
      .select(['alert_id', 'at', 'kind', 'actor'])
      .where('alert_id', 'in', slice)
      .orderBy('at')
      .orderBy('id')
      .execute();
    found.push(...rows);
  }
  return groupBy(found, (event) => event.alert_id);
}

function withAnswers(alert: Alert, events: readonly Event[]): WeekAlert {
  const stops = events.filter(({ kind, at }) => kind === 'action_requested' && at <= (alert.containedAt ?? at));
  return {
    alert,
    answeredAt: events.find(({ actor }) => !actor.startsWith('system:'))?.at ?? null,
    stoppedBy: alert.containedAt === null ? null : (stops.at(-1)?.actor ?? null),
  };
}

export function usageLagRepo(db: Kysely<Database>): UsageLagRepo {
  return {
    async add({ connectionId, at, lagMs }) {
      await db
        .insertInto('usage_lags')
        .values({ connection_id: connectionId, at, lag_ms: lagMs })
        .onConflict((conflict) => conflict.columns(['connection_id', 'at']).doNothing())
        .execute();
    },
    async within({ from, to }) {
      const rows = await db
        .selectFrom('usage_lags')
        .select('lag_ms')
        .where('at', '>=', from)
        .where('at', '<', to)
        .execute();
      return rows.map(({ lag_ms }) => lag_ms);
    },
    async prune(before, limit) {
      const old = db.selectFrom('usage_lags').select(['connection_id', 'at']).where('at', '<', before).limit(limit);
      const rows = await old.execute();
      for (const { connection_id, at } of rows)
        await db.deleteFrom('usage_lags').where('connection_id', '=', connection_id).where('at', '=', at).execute();
      return rows.length;
    },
  };
}
