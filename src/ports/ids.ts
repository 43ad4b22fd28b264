/** Text ids: `<prefix>_<time-sortable part>`, for instance `alert_01J9…`. */
export interface Ids {
  next(prefix: string): string;
}
