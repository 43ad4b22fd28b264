import { useState } from 'react';
import type { TrueKey } from '../../protocol.ts';
import { dollars, inOrder } from '../logic/burn.ts';

const SHOWN_FIRST = 5;

/** Each key as the provider has it; the interesting ones first. */
export function KeyStates({ keys }: { keys: readonly TrueKey[] }) {
  const [isWhole, setIsWhole] = useState(false);
  return (
    <section className="ks-truth-part" aria-labelledby="ks-keys-title">
      <h3 id="ks-keys-title">Keys at the providers</h3>
      <table className="ks-keys">
        <thead>
          <tr>
            <th scope="col">Key</th>
            <th scope="col">State</th>
            <th scope="col" className="ks-number">
              Today
            </th>
          </tr>
        </thead>
        <tbody>
          {inOrder(keys)
            .slice(0, isWhole ? keys.length : SHOWN_FIRST)
            .map((key) => (
              <KeyRow key={key.id} trueKey={key} />
            ))}
        </tbody>
      </table>
      {keys.length > SHOWN_FIRST && (
        <button type="button" className="ks-more" aria-expanded={isWhole} onClick={() => setIsWhole(!isWhole)}>
          {isWhole ? 'Show fewer' : `Show all ${keys.length} keys`}
        </button>
      )}
    </section>
  );
}

function KeyRow({ trueKey: key }: { trueKey: TrueKey }) {
  const isStolen = key.stolenAt !== null;
  return (
    <tr className={isStolen ? 'ks-key-stolen' : ''} data-key={key.name}>
      <th scope="row">
        <span className="ks-key-name">{key.name}</span>
        <span className="ks-hint" title={key.hint}>
          {key.provider} · {key.scope} · <code>{key.hint}</code>
        </span>
      </th>
      <td>
        <span className={`ks-state ks-state-${key.state === 'active' ? 'on' : 'off'}`}>{key.state}</span>
      </td>
      <td className="ks-number">
        {dollars(key.spentTodayMicroUsd)}
        {isStolen && <span className="ks-stolen-sum">{dollars(key.stolenMicroUsd)} stolen</span>}
      </td>
    </tr>
  );
}
