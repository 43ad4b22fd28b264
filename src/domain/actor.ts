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
