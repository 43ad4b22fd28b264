import type { Policy } from '../../domain/policy.ts';
import { hooksFor } from '../../domain/redeploy.ts';
import { secretPlaceOf } from '../../domain/secret-place.ts';
import type { Places } from '../../ports/places.ts';

/** The places that policy.yml names. */
export function placesOf(policy: Policy): Places {
  return {
    secretOf: (facts) => secretPlaceOf(facts, policy),
    hooksOf: ({ slug, consumers }) =>
      hooksFor(slug, consumers, policy).hooks.flatMap(({ name: hook, consumers: served }) => {
        const seats: readonly (string | null)[] = served.length === 0 ? [null] : served;
        return seats.map((consumer) => ({ hook, consumer }));
      }),
  };
}
