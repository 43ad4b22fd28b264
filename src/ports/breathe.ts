/** Lets the event loop serve others before a long piece of work goes on: clicks are answered within three seconds. */
export type Breathe = () => Promise<void>;
