import type { Departure, DepartureKey } from '../domain/departure.ts';

export interface DepartureRepo {
  insert(departure: Departure, keys: readonly DepartureKey[]): Promise<void>;
  update(departure: Departure): Promise<void>;
  updateKey(key: DepartureKey): Promise<void>;
  get(id: string): Promise<Departure | undefined>;
  open(): Promise<readonly Departure[]>;
  /** Of one person, newest first. */
  ofPerson(person: string): Promise<readonly Departure[]>;
  /** By when they began; how many others than by hand or by an event count, is the caller's. */
  since(beganAt: number): Promise<readonly Departure[]>;
  keys(departureId: string): Promise<readonly DepartureKey[]>;
  /** Open departures that are about this lineage. */
  openAbout(lineageId: string): Promise<readonly Departure[]>;
}
