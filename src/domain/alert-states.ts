export const ALERT_STATES = ['open', 'acknowledged', 'contained', 'resolved'] as const;
export type AlertState = (typeof ALERT_STATES)[number];

/** `reopen` is a person's word that it was not expected after all; `end` closes a test. */
export const ALERT_EVENTS = [
  'finding',
  'finding_after_stop',
  'acknowledge',
  'snooze',
  'unsnooze',
  'expect',
  'reopen',
  'contain',
  'release',
  'quiet',
  'end',
] as const;
export type AlertEventKind = (typeof ALERT_EVENTS)[number];

/** Every (state, event) pair. Null: the event does not apply and changes nothing. */
export const ALERT_TRANSITIONS: Readonly<Record<AlertState, Readonly<Record<AlertEventKind, AlertState | null>>>> = {
  open: {
    finding: 'open',
    finding_after_stop: 'open',
    acknowledge: 'acknowledged',
    snooze: 'open',
    unsnooze: 'open',
    expect: 'resolved',
    reopen: null,
    contain: 'contained',
    release: null,
    quiet: 'resolved',
    end: 'resolved',
  },
  acknowledged: {
    finding: 'acknowledged',
    finding_after_stop: 'open',
    acknowledge: null,
    snooze: 'acknowledged',
    unsnooze: 'acknowledged',
    expect: 'resolved',
    reopen: null,
    contain: 'contained',
    release: null,
    quiet: 'resolved',
    end: 'resolved',
  },
  contained: {
    // Usage from before the stop is published late: it changes the sum, not the state.
    finding: 'contained',
    finding_after_stop: 'open',
    acknowledge: null,
    snooze: null,
    unsnooze: null,
    expect: 'resolved',
    reopen: null,
    contain: 'contained',
    release: 'acknowledged',
    quiet: 'resolved',
    end: null,
  },
  resolved: {
    finding: 'open',
    finding_after_stop: 'open',
    acknowledge: null,
    snooze: null,
    unsnooze: null,
    expect: null,
    reopen: 'open',
    contain: null,
    release: null,
    quiet: null,
    end: null,
  },
};

/**
 * What each gesture of a person makes of an open alert. Whoever acts on it has answered it, done or not, and nobody else is
 * called; null: the calls go on. `act` stands for all that is asked of the provider.
 */
export const GESTURES = {
  acknowledge: 'acknowledge',
  act: 'acknowledge',
  raise_cap: 'acknowledge',
  rotate: 'acknowledge',
  snooze: 'snooze',
  expect: 'expect',
  owner_yes: 'expect',
  owner_yes_critical: 'acknowledge',
  // Nothing happens until a second person says yes, which is the `act`; the calls reach those who may say it.
  ask_second_person: null,
  // It was not the owner, so somebody who can act is still wanted; a mere claim decides nothing.
  owner_no: null,
  claimant_yes: null,
  show_key: null,
} as const satisfies Readonly<Record<string, AlertEventKind | null>>;
export type AlertGesture = keyof typeof GESTURES;

export function nextState(state: AlertState, event: AlertEventKind): AlertState | null {
  return ALERT_TRANSITIONS[state][event];
}
