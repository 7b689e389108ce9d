import test from 'ava'
import { verdict } from '../../../../pipelines/evaluation/probes/verdict.js'

const rows = (difference: number, interval: [number, number]) => [
  { name: 'trained', figures: { knn: {} } },
  { name: 'untrained encoder', figures: { knn: { behind: { difference, interval } } } },
]

test('training helped, did harm, or neither can be told', t => {
  t.regex(
    verdict(rows(0.1, [0.01, 0.2]), 'accuracy')!,
    /^Training helped: .* \+10\.0 points of accuracy by knn, .* \+1\.0 and \+20\.0\.$/,
  )
  t.regex(verdict(rows(-0.1, [-0.2, -0.01]), 'accuracy')!, /^Training did harm: /)
  t.regex(verdict(rows(0.1, [-0.01, 0.2]), 'accuracy')!, /^Whether training helped cannot be told .* contains 0\.$/)
  t.regex(verdict(rows(0.1, [0.09, 0.2]), 'accuracy', 2)!, /^Whether training helped cannot be told from 2 groups, /)
  t.regex(verdict(rows(0.1, [0.01, 0.2]), 'accuracy', 6)!, /^Training helped: /)
  t.is(verdict([{ name: 'others', figures: {} }], 'accuracy'), undefined)
})
