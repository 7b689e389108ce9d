/** Paths into a sub-graph that lead to none of its nodes. */
import { suggestion } from '../../data/nearest-name.js'

/**
 * Why `deep.views.mixt` names no node.
 *
 * @param id of the sub-graph: `deep`
 * @param steps the path inside: `views`, `mixt`
 * @param ids of its nodes: `views/near`, `views/mixed`, `last`
 * @param before what stands before an id where it is written
 */
export function noInnerNode(id: string, steps: readonly string[], ids: readonly string[], before = ''): string {
  let depth = 0
  const below = (steps: readonly string[]) => {
    const folder = steps.map(step => `${step}/`).join('')
    return ids.filter(inner => inner.startsWith(folder)).map(inner => inner.slice(folder.length))
  }
  while (depth < steps.length && below(steps.slice(0, depth + 1)).length > 0) depth++
  const inside = below(steps.slice(0, depth))
  const within = [id, ...steps.slice(0, depth)].join('.')
  const wrong = steps[depth]
  if (wrong === undefined)
    return `'${within}' is a sub-graph: name one of its nodes, as in ${before}${within}.${inside[0]!.replaceAll('/', '.')}.`
  const names = new Set(inside.map(inner => inner.split('/')[0]!))
  return `The sub-graph '${within}' has no node '${wrong}'. ${suggestion(wrong, names)}`.trimEnd()
}
