import ts from 'typescript';
import { place, type Source, walk } from './source.ts';

const NEUTRAL = /^src\/(domain|ports|services|slack|scheduler|gateway|store)\//;

/** Design rule 9: behaviour follows from capability flags, so these folders never say a provider's name outside comments. */
export function providerNameFaults(sources: readonly Source[], names: readonly string[]): readonly string[] {
  const pattern = new RegExp(names.join('|'), 'i');
  const faults: string[] = [];
  for (const file of sources.filter(({ path }) => NEUTRAL.test(path))) {
    walk(file, (node) => {
      const text = wordsOf(node);
      if (text !== undefined && pattern.test(text)) faults.push(`${place(file, node)} names a provider: ${text}`);
    });
  }
  return faults;
}

function wordsOf(node: ts.Node): string | undefined {
  if (ts.isIdentifier(node) || ts.isPrivateIdentifier(node)) return node.text;
  if (ts.isStringLiteralLike(node) || ts.isRegularExpressionLiteral(node)) return node.text;
  if (ts.isTemplateHead(node) || ts.isTemplateMiddle(node) || ts.isTemplateTail(node)) return node.text;
  return undefined;
}
