/** Types for the tests; the script itself runs without a compiler. */
export function readStages(text: string): readonly {
  readonly image: string;
  readonly name?: string;
  readonly steps: readonly { readonly word: string }[];
}[];
export function readIgnore(text: string): (path: string) => boolean;
