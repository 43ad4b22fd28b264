import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isProof, type OwnerTraces, probableOwners } from '../../src/domain/probable-owner.ts';

const PEOPLE = [
  { userId: 'U0ANA', name: 'Ana Ruiz', email: 'ana@acme.test' },
  { userId: 'U0BEN', name: 'Ben Okafor', email: 'ben@acme.test' },
  { userId: 'U0BEN2', name: 'Ben Otto', email: 'otto@acme.test' },
  { userId: 'U0DEE', name: 'Dee Park', email: null },
  { userId: 'U0DEV', name: 'Dev Patel', email: 'dev@acme.test' },
];

const NOTHING: OwnerTraces = {
  slug: 'prod-search',
  label: 'prod-search',
  scopeName: 'Search',
  madeBy: null,
  namedOwner: null,
  madeAt: null,
  members: [],
  deeds: [],
};

const member = (name: string) => ({ name: null, email: `${name}@acme.test` });

test.each<[string, Partial<OwnerTraces>, readonly string[]]>([
  ['nothing tells', {}, []],
  ['the provider’s log names who made it', { madeBy: { email: 'ANA@acme.test', at: 5 } }, ['U0ANA made!']],
  ['the key list names an address', { namedOwner: { name: 'x', email: 'ben@acme.test' } }, ['U0BEN named!']],
  ['a name alone, that one person has', { namedOwner: { name: 'dee park', email: null } }, ['U0DEE namesake']],
  ['an address that nobody has is no name', { namedOwner: { name: 'Dee Park', email: 'dee@else.test' } }, []],
  ['one member, by the name alone', { members: [{ name: 'Dee Park', email: null }] }, ['U0DEE member']],
  ['one member', { members: [member('ana')] }, ['U0ANA only_member!']],
  ['one member besides somebody from outside', { members: [member('ana'), member('x')] }, ['U0ANA member']],
  ['a crowd', { members: ['ana', 'ben', 'otto', 'x', 'y'].map(member) }, []],
  ['a name as a word', { slug: 'dev-search-ana' }, ['U0ANA in_name']],
  ['a name with an s', { label: 'Anas notebook' }, ['U0ANA in_name']],
  ['a name inside of a word', { slug: 'banana-split', label: 'analytics' }, []],
  ['a name that is an environment', { slug: 'dev-web' }, []],
  ['a first name that two have', { slug: 'ben-demo' }, []],
  ['an address that tells them apart', { slug: 'otto-demo' }, ['U0BEN2 in_name']],
  [
    'the strongest first',
    {
      slug: 'dev-ana',
      deeds: [{ kind: 'rotated', userId: 'U0DEE', at: 3 }],
      madeBy: { email: 'ben@acme.test', at: 1 },
      members: [member('ana'), member('ben')],
    },
    ['U0BEN made member!', 'U0ANA in_name member', 'U0DEE rotated'],
  ],
  ['somebody who is not here any more', { deeds: [{ kind: 'changed', userId: 'U0GONE', at: 3 }] }, []],
])('%s', (_name, traces, expected) => {
  const found = probableOwners({ ...NOTHING, ...traces }, PEOPLE);

  const said = found.map(
    ({ userId, evidence }) => `${userId} ${evidence.map(({ kind }) => kind).join(' ')}${isProof(evidence) ? '!' : ''}`,
  );
  expect(said).toEqual(expected);
});

test('whoever is probable is one of the people, once, with a reason, whatever the names are', () => {
  const text = fc.oneof(fc.string(), fc.constantFrom('ana', 'Ben', 'dee-park', '__proto__', ''));
  const person = fc.record({ userId: fc.constantFrom('U1', 'U2', 'U3'), name: text, email: fc.option(text) });
  fc.assert(
    fc.property(
      fc.array(person),
      text,
      fc.array(fc.record({ name: fc.option(text), email: fc.option(text) })),
      (people, slug, members) => {
        const found = probableOwners({ ...NOTHING, slug, members }, people);
        const ids = found.map(({ userId }) => userId);
        expect(new Set(ids).size).toBe(ids.length);
        for (const { userId, evidence } of found) {
          expect(people.map((one) => one.userId)).toContain(userId);
          expect(evidence.length).toBeGreaterThan(0);
        }
      },
    ),
  );
});
