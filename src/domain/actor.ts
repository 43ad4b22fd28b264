/** Who did something. Every audit row has one. */
export type Actor =
  | { readonly kind: 'slack'; readonly userId: string; readonly teamId: string }
  | { readonly kind: 'system'; readonly job: string }
  | { readonly kind: 'cli'; readonly user: string };

export function actorText(actor: Actor): string {
  switch (actor.kind) {
    case 'slack':
      return `slack:${actor.teamId}/${actor.userId}`;
    case 'system':
      return `system:${actor.job}`;
    case 'cli':
      return `cli:${actor.user}`;
  }
}

export function systemActor(job: string): Actor {
  return { kind: 'system', job };
}

/** The other way round, for what was kept as text. */
export function actorOf(text: string): Actor {
  const [, kind = '', rest = ''] = /^([a-z]+):(.*)$/s.exec(text) ?? [];
  const [teamId = '', userId = ''] = rest.split('/');
  if (kind === 'slack') return { kind, teamId, userId };
  return kind === 'cli' ? { kind, user: rest } : { kind: 'system', job: rest };
}

/** The Slack user id in an actor text; null for a job or the command line. */
export function userIdIn(text: string): string | null {
  const actor = actorOf(text);
  return actor.kind === 'slack' ? actor.userId : null;
}
