/** Calls `onTick` about once a minute until the returned function is called. */
export type Ticker = (onTick: () => void) => () => void;
