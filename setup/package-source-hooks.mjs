/* Resolves the packages of this repository to their TypeScript sources; the built service uses their build. */
const SOURCE = 'berth-source';

export function resolve(specifier, context, nextResolve) {
  if (!specifier.startsWith('berth-')) return nextResolve(specifier, context);
  return nextResolve(specifier, { ...context, conditions: [...context.conditions, SOURCE] });
}
